"""Repair a streak, or pause it."""

from collections.abc import Callable
from datetime import date
from functools import reduce

from attrs import frozen

from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.reactions import Drain
from application.shared.rulebook import Rulebook
from application.shared.standing import not_erased
from application.shared.transaction import ConcurrentUpdateError, Transactions
from application.streaks.ports import StreakChange, StreakOwner, Streaks
from domain.shared.calendar import counted
from domain.shared.ids import PersonId
from domain.streaks.commands import StreakCommand, decide
from domain.streaks.events import StreakKind
from domain.streaks.pauses import EndPause, SetPause
from domain.streaks.repairs import Repair
from domain.streaks.standing import StreakStanding, standing
from domain.streaks.streaks import evolve

CommandOn = Callable[[date, StreakOwner], StreakCommand]
"""Gives a command by today's date and whose streak it is."""


@frozen
class StreakChanger:
    """Puts a command to a streak, with all that is pending of the person counted before."""

    transactions: Transactions
    streaks: Streaks
    drain: Drain
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    async def __call__(
        self, person_id: PersonId, kind: StreakKind, command: CommandOn
    ) -> StreakStanding:
        """Put the command to the streak and give how it stands then.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
            DomainError: The streak does not admit the command.
        """

        async def work() -> StreakStanding:
            await self.streaks.owner(person_id, lock=True)
            await self.drain(person_id)
            owner = not_erased(await self.streaks.owner(person_id), person_id)
            before = (await self.streaks.of(person_id))[kind]
            now = await self.clock.now()
            today = counted(now, owner.timezone, owner.counting_day).date
            policy, version = self.rulebook.policies.streaks, self.rulebook.version
            events = decide(before, command(today, owner), policy, version, now)
            after = reduce(evolve, events, before)
            if events:
                change = StreakChange(
                    owner=owner,
                    before=before,
                    events=outgoing(self.new_id, events),
                    day=owner.counting_day,
                )
                if not await self.streaks.store(change):
                    raise ConcurrentUpdateError
            return standing(after, today, owner.timezone, policy, version, now)

        return await self.transactions.run(work)


@frozen
class RepairStreak:
    """Gives a person a broken streak back."""

    change: StreakChanger

    async def __call__(self, person_id: PersonId, kind: StreakKind) -> StreakStanding:
        """Repair the streak and give how it stands.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
            StreakNotBrokenError: There is nothing to repair.
            RepairRefusedError: It is too late, or too early after another repair.
        """
        return await self.change(
            person_id, kind, lambda today, owner: Repair(today=today, timezone=owner.timezone)
        )


@frozen
class PauseStreak:
    """Lets dates to come count as not missed."""

    change: StreakChanger

    async def __call__(
        self, person_id: PersonId, kind: StreakKind, starts_on: date, ends_on: date
    ) -> StreakStanding:
        """Set the pause, in place of one that was set before, and give how the streak stands.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
            InvalidValueError: The pause does not lie ahead, or too far ahead.
            TooManyPausedDaysError: It has more dates of a year than may be paused.
        """
        return await self.change(
            person_id,
            kind,
            lambda today, _: SetPause(starts_on=starts_on, ends_on=ends_on, today=today),
        )


@frozen
class ResumeStreak:
    """Ends a pause."""

    change: StreakChanger

    async def __call__(self, person_id: PersonId, kind: StreakKind) -> StreakStanding:
        """End the pause that goes on or comes, and give how the streak stands.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
        """
        return await self.change(person_id, kind, lambda today, _: EndPause(today=today))
