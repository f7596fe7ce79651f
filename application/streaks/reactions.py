"""What streaks make of sign-ins, messages and calls."""

from collections.abc import Sequence
from functools import reduce

from attrs import frozen

from application.shared.ids import NewId
from application.shared.outbox import OutboxEvent, outgoing
from application.shared.reactions import Reacting
from application.shared.rulebook import Rulebook
from application.shared.transaction import ConcurrentUpdateError
from application.streaks.ports import LastCredits, StreakChange, StreakOwner, Streaks
from domain.conversations.events import MessageSent
from domain.identity.events import SignedIn
from domain.shared.calendar import CountingDay, counted
from domain.shared.events import Event
from domain.shared.ids import PersonId
from domain.streaks.commands import Count, decide
from domain.streaks.events import StreakEvent, StreakKind
from domain.streaks.streaks import Streak, evolve
from domain.video.events import VideoCallCounted

_CHAT = (MessageSent, VideoCallCounted)
REACTING = Reacting("streaks", (SignedIn, *_CHAT))


@frozen
class CountForStreaks:
    """Counts sign-ins for the login streak, messages and completed calls for the chat streak."""

    streaks: Streaks
    last_credits: LastCredits
    new_id: NewId
    rulebook: Rulebook

    @property
    def reacting(self) -> Reacting:
        """Streaks, and the events they look at."""
        return REACTING

    async def moot(self, events: Sequence[OutboxEvent]) -> frozenset[PersonId]:
        """Give those of the persons who have nothing but messages and calls of dates that count."""
        persons = {out.event.person_id for out in events}
        last = await self.last_credits.of_many(persons)
        new = {
            event.person_id
            for event in (out.event for out in events)
            if not isinstance(event, _CHAT)
            or (known := last.get((event.person_id, StreakKind.CHAT))) is None
            or event.counted_on > known
        }
        return frozenset(persons - new)

    async def __call__(self, person_id: PersonId, events: Sequence[OutboxEvent]) -> None:
        """Count what the events tell of.

        Raises:
            ConcurrentUpdateError: The person is not locked.
        """
        owner = await self.streaks.owner(person_id)
        if owner is None or owner.deleted:
            return
        kept = await self.streaks.of(person_id)
        now, day = dict(kept), owner.counting_day
        happened: dict[StreakKind, list[StreakEvent]] = {kind: [] for kind in StreakKind}
        for out in events:
            kind, found = _day_of(out.event, owner.timezone, day)
            day = found if kind is StreakKind.LOGIN else day
            decided = decide(
                now[kind],
                Count(on=found.date, timezone=owner.timezone),
                self.rulebook.policies.streaks,
                self.rulebook.version,
                out.event.at,
            )
            now[kind] = reduce(evolve, decided, now[kind])
            happened[kind] += decided
        for kind, told in happened.items():
            if told:
                owner = await self._store(owner, kept[kind], told, day)

    async def _store(
        self,
        owner: StreakOwner,
        before: Streak,
        events: Sequence[StreakEvent],
        day: CountingDay | None,
    ) -> StreakOwner:
        change = StreakChange(
            owner=owner, before=before, events=outgoing(self.new_id, events), day=day
        )
        if not await self.streaks.store(change):
            raise ConcurrentUpdateError
        known = await self.streaks.owner(owner.id)
        return known or owner


def _day_of(event: Event, timezone: str, day: CountingDay | None) -> tuple[StreakKind, CountingDay]:
    """Give which streak an event is about, and the date it counts for."""
    if isinstance(event, _CHAT):
        return StreakKind.CHAT, CountingDay(event.counted_on, event.at)
    return StreakKind.LOGIN, counted(event.at, timezone, day)
