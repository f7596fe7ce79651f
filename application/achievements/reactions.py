"""What achievements make of messages, calls, streaks and registrations."""

from collections.abc import Sequence

from attrs import frozen

from application.achievements.ports import Achievements, Achievers
from application.shared.ids import NewId
from application.shared.outbox import OutboxEvent, outgoing
from application.shared.reactions import Reacting
from application.shared.rulebook import Rulebook
from domain.achievements.awards import Happened, earn
from domain.achievements.metrics import TELLING, partner_of
from domain.shared.ids import PersonId

REACTING = Reacting("achievements", TELLING)


@frozen
class EarnAchievements:
    """Counts what happened, and awards what it is the first to meet."""

    achievements: Achievements
    achievers: Achievers
    new_id: NewId
    rulebook: Rulebook

    @property
    def reacting(self) -> Reacting:
        """Achievements, and the events they look at."""
        return REACTING

    async def moot(self, events: Sequence[OutboxEvent]) -> frozenset[PersonId]:  # noqa: ARG002
        """Give nobody: each of these events counts."""
        return frozenset()

    async def __call__(self, person_id: PersonId, events: Sequence[OutboxEvent]) -> None:
        """Count the events, and award what they earned."""
        partners = {partner_of(out.event) for out in events}
        achiever = await self.achievers.look(
            person_id, [partner for partner in partners if partner is not None]
        )
        if achiever is None or achiever.deleted:
            return
        earned = earn(
            achiever.totals,
            achiever.points,
            achiever.held,
            # Read while the person is locked, so that whoever awards a new one back either
            # finds these events counted, or is known here.
            await self.achievements.all(),
            [Happened(out.id, out.event) for out in events],
            self.rulebook.version,
        )
        await self.achievers.store(achiever, earned, outgoing(self.new_id, earned.events))
