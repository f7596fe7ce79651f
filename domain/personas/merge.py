"""What all sessions of a person come to: a pure function of their observations.

Sessions are taken in the order in which they ended, whatever the order they are given in.
"""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from heapq import nsmallest

from attrs import field, frozen

from ..shared.ids import CompanionSessionId
from .observations import Observation, ObservationKind, SliderMove
from .personas import Slider, Sliders
from .policy import PersonaPolicy
from .wording import same_words

ITEMS_SHOWN = 3
"""Of each list of a summary; rules page personas."""

_LISTS = (ObservationKind.TRAIT_VALUED, ObservationKind.WORK_ON)
_SINGLES = (
    ObservationKind.PARTNER_TYPE,
    ObservationKind.LOVE_LANGUAGE,
    ObservationKind.COMMUNICATION_FIT,
)


@frozen(kw_only=True)
class Learned:
    """What one session said.

    Attributes:
        session_id: Which session.
        ended_at: When it ended.
        observations: Those that are left.
    """

    session_id: CompanionSessionId
    ended_at: datetime
    observations: tuple[Observation, ...]


@frozen(kw_only=True)
class Summary:
    """What is known of a person.

    Attributes:
        partner_type_one_liner: The kind of partner they look for.
        top_3_traits_you_value: What they value most in others, the first one most.
        what_you_might_work_on: What they might work on, at most 3.
        next_time_focus: What the latest session leaves for the next, at most 3.
        love_language_guess: How they show and feel affection.
        communication_fit: With which way of talking they get on best.
    """

    partner_type_one_liner: str | None = None
    top_3_traits_you_value: tuple[str, ...] = ()
    what_you_might_work_on: tuple[str, ...] = ()
    next_time_focus: tuple[str, ...] = ()
    love_language_guess: str | None = None
    communication_fit: str | None = None


@frozen(kw_only=True)
class Merged:
    """What is known after a session.

    Attributes:
        session_id: After which.
        summary: What is known.
        sliders: Where the persona's sliders are.
    """

    session_id: CompanionSessionId
    summary: Summary
    sliders: Sliders


@frozen
class _Tally:
    """How often and how well something was said.

    Attributes:
        text: In which words the last time.
        points: Support, less for each later session.
        said_in: The number of the session that said it last.
    """

    text: str
    points: int
    said_in: int

    @property
    def rank(self) -> tuple[int, int, str]:
        """Its place: by points, then by recency, then by text."""
        return (-self.points, -self.said_in, self.text)


_Tallies = Mapping[str, _Tally]


@frozen(kw_only=True)
class _State:
    number: int = 0
    tallies: Mapping[ObservationKind, _Tallies] = field(factory=dict)
    lists: Mapping[ObservationKind, tuple[str, ...]] = field(factory=dict)
    singles: Mapping[ObservationKind, str] = field(factory=dict)
    focus: tuple[str, ...] = ()
    sliders: Sliders = field(factory=Sliders)


def in_order(sessions: Iterable[Learned]) -> list[Learned]:
    """Give sessions in the order in which they ended."""
    return sorted(sessions, key=lambda session: (session.ended_at, session.session_id))


def merged(
    sessions: Iterable[Learned],
    policy: PersonaPolicy,
    *,
    start: Sliders | None = None,
    moving_since: datetime | None = None,
) -> tuple[Merged, ...]:
    """Give what is known after each session.

    Args:
        sessions: All that were summarised, in any order.
        policy: The numbers.
        start: Where the sliders start from.
        moving_since: Sessions that ended before move no slider.
    """
    return tuple(_through(in_order(sessions), policy, start or Sliders(), moving_since))


def _through(
    sessions: Iterable[Learned],
    policy: PersonaPolicy,
    start: Sliders,
    moving_since: datetime | None,
) -> Iterator[Merged]:
    state = _State(sliders=start)
    for session in sessions:
        moving = moving_since is None or session.ended_at >= moving_since
        state = _after(state, session, policy, moving=moving)
        yield Merged(session_id=session.session_id, summary=_summary(state), sliders=state.sliders)


def _after(state: _State, session: Learned, policy: PersonaPolicy, *, moving: bool) -> _State:
    number = state.number + 1
    said = {kind: _strongest(session, kind) for kind in ObservationKind}
    counted = (*_LISTS, *_SINGLES)
    tallies = {
        kind: _counted(state.tallies.get(kind, {}), said[kind], number, policy) for kind in counted
    }
    lists = {kind: _listed(state.lists.get(kind, ()), tallies[kind], policy) for kind in _LISTS}
    singles = dict(state.singles)
    for kind in _SINGLES:
        won = _won(tallies[kind], said[kind], policy)
        if won is not None:
            singles[kind] = won
    focus = sorted(
        said[ObservationKind.NEXT_FOCUS].values(), key=lambda one: (-one.support, one.value)
    )
    moved = said[ObservationKind.SLIDER] if moving else {}
    return _State(
        number=number,
        tallies=tallies,
        lists=lists,
        singles=singles,
        focus=tuple(one.value for one in focus[:ITEMS_SHOWN]),
        sliders=_moved(state.sliders, moved, policy),
    )


def _strongest(session: Learned, kind: ObservationKind) -> dict[str, Observation]:
    """Give what a session says of a kind, each thing once and by its best support."""
    found = [one for one in session.observations if one.kind is kind]
    found.sort(key=lambda one: (one.support, one.value))
    return {same_words(one.value): one for one in found}


def _counted(
    before: _Tallies, said: Mapping[str, Observation], number: int, policy: PersonaPolicy
) -> dict[str, _Tally]:
    percent = policy.decay_percent
    left = {
        key: _Tally(tally.text, points, tally.said_in)
        for key, tally in before.items()
        if (points := tally.points * percent // 100)
    }
    for key, one in said.items():
        known = left.get(key)
        points = one.support + (0 if known is None else known.points)
        left[key] = _Tally(one.value, points, number)
    return {key: tally for key, tally in left.items() if tally.points}


def _listed(before: tuple[str, ...], tallies: _Tallies, policy: PersonaPolicy) -> tuple[str, ...]:
    """Give who is on a list of three: a newcomer must beat the third by some percent."""
    on_it = [key for key in before if key in tallies]
    others = (key for key in tallies if key not in on_it)
    # No more can come on it: whoever has come is followed only by lesser ones.
    for newcomer in nsmallest(ITEMS_SHOWN, others, key=lambda key: tallies[key].rank):
        if len(on_it) < ITEMS_SHOWN:
            on_it.append(newcomer)
        else:
            third = max(on_it, key=lambda key: tallies[key].rank)
            needed = tallies[third].points * (100 + policy.newcomer_percent)
            beaten = tallies[newcomer].rank < tallies[third].rank
            if not beaten or tallies[newcomer].points * 100 < needed:
                break
            on_it[on_it.index(third)] = newcomer
    return tuple(sorted(on_it, key=lambda key: tallies[key].rank))


def _won(tallies: _Tallies, said: Mapping[str, Observation], policy: PersonaPolicy) -> str | None:
    """Give the value that a single-valued field changes to, if a session changes it."""
    if not tallies:
        return None
    winner = min(tallies, key=lambda key: tallies[key].rank)
    one = said.get(winner)
    return one.value if one is not None and one.support >= policy.least_support else None


def _moved(sliders: Sliders, said: Mapping[str, Observation], policy: PersonaPolicy) -> Sliders:
    """Move the best supported sliders by one, unless a session says both ways equally."""
    wanted: dict[Slider, tuple[int, int]] = {}
    for one in said.values():
        move = SliderMove(one.value)
        support, _ = wanted.get(move.slider, (0, 0))
        if one.support > support:
            wanted[move.slider] = (one.support, move.step)
        elif one.support == support:
            wanted[move.slider] = (support, 0)
    order = sorted(wanted, key=lambda slider: (-wanted[slider][0], slider.value))
    left = policy.slider_moves
    for slider in order:
        support, step = wanted[slider]
        after = sliders.moved(slider, step)
        if left and support >= policy.least_support and after != sliders:
            sliders, left = after, left - 1
    return sliders


def _summary(state: _State) -> Summary:
    def listed(kind: ObservationKind) -> tuple[str, ...]:
        return tuple(state.tallies[kind][key].text for key in state.lists[kind])

    return Summary(
        partner_type_one_liner=state.singles.get(ObservationKind.PARTNER_TYPE),
        top_3_traits_you_value=listed(ObservationKind.TRAIT_VALUED),
        what_you_might_work_on=listed(ObservationKind.WORK_ON),
        next_time_focus=state.focus,
        love_language_guess=state.singles.get(ObservationKind.LOVE_LANGUAGE),
        communication_fit=state.singles.get(ObservationKind.COMMUNICATION_FIT),
    )
