"""What the offline model reads out of a transcript, by its words alone."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from attrs import frozen

from adapters.llm.offline_words import (
    COMING,
    DENIED,
    DOWN,
    FITS,
    LOVE_LANGUAGES,
    MYSELF,
    NEXT_FOCUS,
    OTHERS,
    SLIDERS,
    TRAITS,
    UP,
    VALUED,
    WORK_ON,
    Cue,
)
from application.personas.language_model import Candidate, Line, ObservationForm, Speaker
from domain.shared.ids import MessageId

_SENTENCES = re.compile(r"[.!?\n;]+")
_MOST_TRAITS = 5
_MOST_ITEMS = 3
_MOST_MOVES = 2
_TRAITS_OF_A_PARTNER = range(2, 4)
# One plain mention is a hint and no more; said with weight, or twice, it counts.
_BASE_SUPPORT, _SUPPORT_OF_A_WEIGHT, _MOST_SUPPORT = 30, 15, 95


@frozen
class Found:
    """Something that the person's words show.

    Attributes:
        cue: What it is.
        weights: How much each message shows it.
    """

    cue: Cue
    weights: Mapping[MessageId, int]

    @property
    def support(self) -> int:
        """How well all of them show it."""
        weight = sum(self.weights.values())
        return min(_MOST_SUPPORT, _BASE_SUPPORT + _SUPPORT_OF_A_WEIGHT * weight)

    def candidate(self, kind: str, value: str) -> Candidate:
        """Give it as an observation."""
        return Candidate(
            kind=kind,
            value=value,
            evidence_message_ids=tuple(self.weights),
            support=self.support,
        )


Weigh = Callable[[str, re.Match[str]], int]
"""Tells how much a sentence shows by a match in it; 0 for nothing."""


def observed(lines: tuple[Line, ...], forms: tuple[ObservationForm, ...]) -> tuple[Candidate, ...]:
    """Give what the person's own lines show, of the kinds that are asked for."""
    own = tuple(line for line in lines if line.role is Speaker.USER)
    return tuple(
        candidate for form in forms if form.kind in _READERS for candidate in _of(form, own)
    )


def _of(form: ObservationForm, own: tuple[Line, ...]) -> Iterator[Candidate]:
    for candidate in _READERS[form.kind](form, own):
        if form.values or len(candidate.value) <= form.max_characters:
            yield candidate


def _traits(form: ObservationForm, own: tuple[Line, ...]) -> Iterator[Candidate]:
    return _listed(form, _found(TRAITS.values(), own, _valued)[:_MOST_TRAITS])


def _work_on(form: ObservationForm, own: tuple[Line, ...]) -> Iterator[Candidate]:
    return _listed(form, _found(WORK_ON, own, _about_myself)[:_MOST_ITEMS])


def _next_focus(form: ObservationForm, own: tuple[Line, ...]) -> Iterator[Candidate]:
    return _listed(form, _found(NEXT_FOCUS, own, _coming)[:_MOST_ITEMS])


def _love_language(form: ObservationForm, own: tuple[Line, ...]) -> Iterator[Candidate]:
    return _listed(form, _found(LOVE_LANGUAGES, own, _valued)[:1])


def _fit(form: ObservationForm, own: tuple[Line, ...]) -> Iterator[Candidate]:
    return _listed(form, _found(FITS, own, _plainly)[:1])


def _partner_type(form: ObservationForm, own: tuple[Line, ...]) -> Iterator[Candidate]:
    adjectives = {cue.text: adjective for adjective, cue in TRAITS.items()}
    best = _found(TRAITS.values(), own, _valued)[: _TRAITS_OF_A_PARTNER.stop - 1]
    if form.values or len(best) not in _TRAITS_OF_A_PARTNER:
        return
    *first, last = sorted(adjectives[found.cue.text] for found in best)
    value = f"Somebody {', '.join(first)} and {last}"
    order = {line.message_id: number for number, line in enumerate(own)}
    evidence = sorted({one for found in best for one in found.weights}, key=order.__getitem__)
    yield Candidate(
        kind=form.kind,
        value=value,
        evidence_message_ids=tuple(evidence),
        # A description is no better than its weakest part.
        support=min(found.support for found in best),
    )


def _sliders(form: ObservationForm, own: tuple[Line, ...]) -> Iterator[Candidate]:
    moves = {id(cue): move for move, cue in SLIDERS.items()}
    given = 0
    for found in _found(SLIDERS.values(), own, _wished):
        slider, up = moves[id(found.cue)]
        value = next(
            (
                value
                for value in form.values
                if slider in value.lower() and (UP if up else DOWN).search(value)
            ),
            None if form.values else found.cue.text,
        )
        if value is not None and given < _MOST_MOVES:
            given += 1
            yield found.candidate(form.kind, value)


_READERS: dict[str, Callable[[ObservationForm, tuple[Line, ...]], Iterator[Candidate]]] = {
    "partner_type": _partner_type,
    "trait_valued": _traits,
    "work_on": _work_on,
    "next_focus": _next_focus,
    "love_language": _love_language,
    "communication_fit": _fit,
    "slider": _sliders,
}


def _listed(form: ObservationForm, all_found: list[Found]) -> Iterator[Candidate]:
    """Give observations; where there is a closed list, by the name each has there."""
    for found in all_found:
        names = found.cue.names
        named = (value for value in form.values if names is not None and names.search(value))
        value = next(named, None) if form.values else found.cue.text
        if value is not None:
            yield found.candidate(form.kind, value)


def _found(cues: Iterable[Cue], own: tuple[Line, ...], weigh: Weigh) -> list[Found]:
    """Give what is shown at all, the best shown first; the earlier cue where two are equal."""
    all_found = []
    for cue in cues:
        weights = {line.message_id: _weight(cue, line.text, weigh) for line in own}
        shown = {message_id: weight for message_id, weight in weights.items() if weight > 0}
        if shown:
            all_found.append(Found(cue, shown))
    return sorted(all_found, key=lambda found: -sum(found.weights.values()))


def _weight(cue: Cue, text: str, weigh: Weigh) -> int:
    """Give how much a message shows something: as much as its best sentence."""
    weights = [0]
    for sentence in _SENTENCES.split(text.replace("\u2019", "'")):
        match = cue.words.search(sentence)
        if match is not None:
            weights.append(weigh(sentence, match))
    return max(weights)


def _valued(sentence: str, match: re.Match[str]) -> int:
    if DENIED.search(sentence[: match.start()]):
        return 0
    return 2 if VALUED.search(sentence) else 1


def _about_myself(sentence: str, match: re.Match[str]) -> int:
    before = sentence[: match.start()]
    # "I can't say no" is no denial: its words stand in the match itself.
    return 2 if MYSELF.search(sentence) and not DENIED.search(before) else 0


def _coming(sentence: str, _match: re.Match[str]) -> int:
    return 2 if COMING.search(sentence) else 1


def _plainly(sentence: str, match: re.Match[str]) -> int:
    return 0 if DENIED.search(sentence[: match.start()]) else 1


def _wished(sentence: str, match: re.Match[str]) -> int:
    # A wish about how to talk is meant as said, unless it is about somebody else.
    before = sentence[: match.start()]
    return 0 if DENIED.search(before) or OTHERS.search(before) else 2
