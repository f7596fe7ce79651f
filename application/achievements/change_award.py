"""Say that an award was shown or celebrated, and who may see it."""

from collections.abc import Callable

from attrs import frozen

from application.achievements.ports import Achievements, Achievers, Awards
from application.achievements.queries import Earnings
from application.shared.clock import Clock
from application.shared.reactions import DrainAll
from application.shared.standing import not_erased
from application.shared.transaction import Transactions
from domain.achievements.awards import Award, celebrated, displayed, shown_to
from domain.achievements.definitions import AchievementKey, no_such_achievement
from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId


@frozen
class ChangeAward:
    """Changes an award of a person's, with all that is pending of them earned before."""

    transactions: Transactions
    achievements: Achievements
    achievers: Achievers
    awards: Awards
    drain: DrainAll
    clock: Clock

    async def displayed(self, person_id: PersonId, key: AchievementKey) -> Earnings:
        """Note that the person was shown the award; only the first time counts.

        Raises:
            NotFoundError: There is no such person, or they have not earned it.
            PersonDeletedError: The person was erased.
        """
        now = await self.clock.now()
        return await self._change(person_id, key, lambda award: displayed(award, now))

    async def celebrated(self, person_id: PersonId, key: AchievementKey) -> Earnings:
        """Note that the award was celebrated, and so shown; only the first time counts.

        Raises:
            NotFoundError: There is no such person, or they have not earned it.
            PersonDeletedError: The person was erased.
        """
        now = await self.clock.now()
        return await self._change(person_id, key, lambda award: celebrated(award, now))

    async def shown(
        self,
        person_id: PersonId,
        key: AchievementKey,
        *,
        is_public: bool | None,
        shared_publicly: bool | None,
    ) -> Earnings:
        """Show the award to others or keep it to its owner; None leaves it as it is.

        Raises:
            NotFoundError: There is no such person, or they have not earned it.
            PersonDeletedError: The person was erased.
            InvalidValueError: Only a public social award can be shared.
        """
        return await self._change(
            person_id,
            key,
            lambda award: shown_to(award, is_public=is_public, shared_publicly=shared_publicly),
        )

    async def _change(
        self, person_id: PersonId, key: AchievementKey, change: Callable[[Award], Award]
    ) -> Earnings:
        await self.drain(person_id)

        async def work() -> Earnings:
            not_erased(await self.achievers.look(person_id, lock=True), person_id)
            known = {one.key: one for one in await self.achievements.all()}
            if key not in known:
                raise no_such_achievement(key)
            before = await self.awards.held(person_id, key)
            if before is None:
                raise NotFoundError(f"This person has not earned {key} yet.")
            after = change(before)
            if after != before:
                await self.awards.replace(after)
            return Earnings(known[key], after)

        return await self.transactions.run(work)
