"""What must hold of every event about companions, at the moment it is told."""

from collections.abc import Callable, Iterator
from typing import Any

from attrs import define, field

from domain.personas.events import (
    CompanionOpened,
    CompanionSessionEnded,
    CompanionSessionStarted,
    Growth,
    PersonaChanged,
    SummaryGrown,
    SummaryReset,
)
from domain.shared.events import Event
from domain.shared.ids import CompanionSessionId, PersonId

LEAST_GAIN, MOST_GAIN, MOST_CONFIDENCE = 500, 1000, 9999


@define
class CompanionBook:
    """Companions by the events alone.

    Attributes:
        confidence: What the gains since the last reset add up to, by person.
        ended: Sessions that are over.
        grown: What became of each session's summary; told once at most.
    """

    opened: set[PersonId] = field(factory=set)
    versions: dict[PersonId, int] = field(factory=dict)
    open: dict[CompanionSessionId, PersonId] = field(factory=dict)
    ended: dict[CompanionSessionId, CompanionSessionEnded] = field(factory=dict)
    grown: dict[CompanionSessionId, SummaryGrown] = field(factory=dict)
    confidence: dict[PersonId, int] = field(factory=dict)

    def take(self, event: Event) -> Iterator[str]:
        """Take an event in, and give a line for what does not hold of it."""
        taken = _TAKEN.get(type(event))
        return iter(()) if taken is None else taken(self, event)

    def _opened(self, event: CompanionOpened) -> Iterator[str]:
        if event.person_id in self.opened:
            yield f"two companions: {event}"
        self.opened.add(event.person_id)

    def _changed(self, event: PersonaChanged) -> Iterator[str]:
        before = self.versions.get(event.person_id, 0)
        if event.version != before + 1:
            yield f"version {event.version} after {before}: {event}"
        self.versions[event.person_id] = event.version

    def _began(self, event: CompanionSessionStarted) -> Iterator[str]:
        if event.session_id in self.open or event.session_id in self.ended:
            yield f"began twice: {event}"
        self.open[event.session_id] = event.person_id

    def _over(self, event: CompanionSessionEnded) -> Iterator[str]:
        if self.open.pop(event.session_id, None) != event.person_id:
            yield f"over without a beginning: {event}"
        self.ended[event.session_id] = event

    def _reset(self, event: SummaryReset) -> Iterator[str]:
        self.confidence[event.person_id] = 0
        yield from ()

    def _grown(self, event: SummaryGrown) -> Iterator[str]:
        if event.session_id in self.grown or event.session_id not in self.ended:
            yield f"grown twice, or while it went on: {event}"
        self.grown[event.session_id] = event
        gain = event.gain_hundredths
        counts = event.growth is Growth.SUMMARISED
        if not (gain == 0 or (counts and LEAST_GAIN <= gain <= MOST_GAIN)):
            yield f"a gain of {gain}: {event}"
        before = self.confidence.get(event.person_id, 0)
        after = self.confidence[event.person_id] = before + gain
        if min(after, MOST_CONFIDENCE) != event.confidence_hundredths:
            yield f"the gains add up to {after}: {event}"


_TAKEN: dict[type, Callable[[CompanionBook, Any], Iterator[str]]] = {
    CompanionOpened: CompanionBook._opened,
    PersonaChanged: CompanionBook._changed,
    CompanionSessionStarted: CompanionBook._began,
    CompanionSessionEnded: CompanionBook._over,
    SummaryGrown: CompanionBook._grown,
    SummaryReset: CompanionBook._reset,
}
