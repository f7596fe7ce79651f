"""Reading streaks."""

from datetime import date, timedelta

from attrs import frozen

from application.shared.clock import Clock
from application.shared.reactions import Drain
from application.shared.rulebook import Rulebook
from application.shared.standing import not_erased
from application.streaks.ports import StreakDays, StreakOwner, Streaks
from domain.shared.calendar import counted, month_of
from domain.shared.ids import PersonId
from domain.streaks.calendar import CalendarDay, calendar_of
from domain.streaks.events import StreakKind
from domain.streaks.standing import StreakStanding, standing

_LONGEST_MONTH = timedelta(days=31)


@frozen
class StreakQueries:
    """Answers what is asked about streaks; what is pending of the person is counted first."""

    streaks: Streaks
    days: StreakDays
    drain: Drain
    clock: Clock
    rulebook: Rulebook

    async def standings(self, person_id: PersonId) -> tuple[StreakStanding, ...]:
        """Give how both streaks of a person stand.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
        """
        owner = await self._owner(person_id)
        now = await self.clock.now()
        today = counted(now, owner.timezone, owner.counting_day).date
        policy, version = self.rulebook.policies.streaks, self.rulebook.version
        kept = await self.streaks.of(person_id)
        return tuple(
            standing(kept[kind], today, owner.timezone, policy, version, now) for kind in StreakKind
        )

    async def calendar(
        self, person_id: PersonId, kind: StreakKind, month: date | None
    ) -> tuple[CalendarDay, ...]:
        """Give the days of a month, this one if none is named, for a streak of a person.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
        """
        owner = await self._owner(person_id)
        today = counted(await self.clock.now(), owner.timezone, owner.counting_day).date
        first = month_of(month or today)
        streak = (await self.streaks.of(person_id))[kind]
        kept = await self.days.between(person_id, kind, first, first + _LONGEST_MONTH)
        return calendar_of(streak, kept, first, today, owner.timezone)

    async def _owner(self, person_id: PersonId) -> StreakOwner:
        await self.drain(person_id)
        return not_erased(await self.streaks.owner(person_id), person_id)
