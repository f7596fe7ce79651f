"""What the offline companion answers: shaped by the persona, and by what was said last."""

import hashlib
from collections.abc import Sequence

from attrs import frozen

from adapters.llm.offline_phrases import (
    DAY,
    PLAIN_SPOKEN,
    PLAYFUL,
    QUESTIONS,
    REACTIONS,
    SIGNS,
    SOFTENED,
    TOPICS,
    UNHURRIED,
    VOICES,
    WARMER,
    Mood,
)
from application.personas.language_model import Line, Manner, Speaker

_RECENT_LINES = 6
_FASTEST = 2


@frozen
class Choice:
    """Chooses among phrases: the same for the same transcript, another for the next line."""

    seed: bytes

    def of(self, phrases: Sequence[str], used: str) -> str:
        """Give a phrase, one that was not used lately if there is any."""
        digest = hashlib.sha256(self.seed + phrases[0].encode()).digest()
        start = digest[0] % len(phrases)
        turned = [*phrases[start:], *phrases[:start]]
        return next((phrase for phrase in turned if phrase not in used), turned[0])


def answer(lines: tuple[Line, ...], manner: Manner) -> str:
    """Give the companion's next message."""
    own = [line.text for line in lines if line.role is Speaker.USER]
    last = own[-1] if own else ""
    recent = lines[-_RECENT_LINES:]
    used = "\n".join(line.text for line in recent if line.role is Speaker.ASSISTANT)
    choice = Choice(hashlib.sha256(f"{len(lines)}\n{last}".encode()).digest())
    mood = next((mood for mood, sign in SIGNS if sign.search(last)), Mood.PLAIN)
    said = [choice.of(REACTIONS[mood], used)]
    if mood is not Mood.MACHINE:
        said += _coloured(choice, manner, used)
    if mood is not Mood.GOODBYE:
        said += _asked(choice, manner, _topic(own), used)
    return " ".join(said)


def _coloured(choice: Choice, manner: Manner, used: str) -> list[str]:
    """Give what the baseline and the sliders add."""
    warmth, playfulness = _place(manner, "warmth"), _place(manner, "playfulness")
    said = []
    # A reserved companion keeps its colour to itself, and a fast one comes to the point.
    if warmth >= 0 and _place(manner, "pace") < _FASTEST:
        said.append(choice.of(VOICES.get(manner.baseline, VOICES["calm_mature"]), used))
    if warmth > 0:
        said.append(choice.of(WARMER, used))
    if playfulness > 0:
        said.append(choice.of(PLAYFUL, used))
    if _place(manner, "directness") > 0:
        said.append(choice.of(PLAIN_SPOKEN, used))
    return said


def _asked(choice: Choice, manner: Manner, topic: str, used: str) -> list[str]:
    """Give the question that keeps the talk going."""
    depth = _place(manner, "depth")
    kind = "deep" if depth > 0 else "light" if depth < 0 else "even"
    templates = [template.format(about=topic) for template in QUESTIONS[kind]]
    question = choice.of(templates, used)
    if _place(manner, "directness") < 0:
        question = SOFTENED + question[0].lower() + question[1:]
    if _place(manner, "pace") < 0:
        return [choice.of(UNHURRIED, used), question]
    return [question]


def _topic(own: Sequence[str]) -> str:
    """Give what was talked of last."""
    for text in reversed(own[-_RECENT_LINES:]):
        for topic, words in TOPICS:
            if words.search(text):
                return topic
    return DAY


def _place(manner: Manner, slider: str) -> int:
    return manner.sliders.get(slider, 0)
