"""Reading achievements and what persons earned."""

from attrs import frozen

from application.achievements.award_back import AwardByNow
from application.achievements.ports import Achievements, Achievers, Awards, Sights
from application.shared.clock import Clock
from application.shared.pages import Page, Position
from application.shared.reactions import DrainAll
from application.shared.standing import no_such_person, not_erased
from domain.achievements.awards import Award
from domain.achievements.definitions import Achievement
from domain.achievements.requirements import Condition, conditions, is_met
from domain.identity.privacy import may_see_profile
from domain.shared.ids import PersonId


@frozen
class Earnings:
    """An award, with the achievement it is of."""

    achievement: Achievement
    award: Award


@frozen
class Ahead:
    """An achievement that is still to earn, and how far the person is."""

    achievement: Achievement
    conditions: tuple[Condition, ...]


@frozen(kw_only=True)
class Earner:
    """What a person earned, as somebody may see it.

    Attributes:
        whole: It is all there is, and not only what others may see.
        points: The sum of the awards that are shown.
        earned: The awards, the first one first.
        ahead: What is still to earn; nothing where others look.
    """

    whole: bool
    points: int
    earned: tuple[Earnings, ...]
    ahead: tuple[Ahead, ...]


@frozen
class AchievementQueries:
    """Answers what is asked about achievements; what is pending of the person is earned first."""

    achievements: Achievements
    achievers: Achievers
    awards: Awards
    sights: Sights
    award: AwardByNow
    drain: DrainAll
    clock: Clock

    async def page(self, after: Position | None, limit: int) -> Page[Achievement]:
        """Give achievements in the order in which they were published, withdrawn ones too."""
        found = [
            one
            for one in await self.achievements.all()
            if after is None or (one.published_at, one.id) > (after.at, after.id)
        ]
        items = tuple(found[:limit])
        more = len(found) > limit
        return Page(items, Position(items[-1].published_at, items[-1].id) if more else None)

    async def of(self, person_id: PersonId, viewer_id: PersonId | None) -> Earner:
        """Give what a person earned, in the view of a person; None for the app's own view.

        Raises:
            NotFoundError: There is no such person, or the viewer may see nothing of theirs.
            PersonDeletedError: The person was erased.
        """
        if viewer_id is not None and viewer_id != person_id:
            await self._require_sight(viewer_id, person_id)
            return await self._seen(person_id)
        return await self._whole(person_id)

    async def _require_sight(self, viewer_id: PersonId, owner_id: PersonId) -> None:
        sight = await self.sights.between(viewer_id, owner_id)
        if (
            sight is None
            or sight.deleted
            or not sight.social_sharing_enabled
            or not may_see_profile(
                sight.privacy_level, friends=sight.friends, blocked=sight.blocked
            )
        ):
            raise no_such_person(owner_id)

    async def _seen(self, person_id: PersonId) -> Earner:
        earned = tuple(one for one in (await self._whole(person_id)).earned if one.award.is_public)
        points = sum(one.award.points for one in earned)
        return Earner(whole=False, points=points, earned=earned, ahead=())

    async def _whole(self, person_id: PersonId) -> Earner:
        await self.drain(person_id)
        achievements = await self.achievements.all()
        achiever = not_erased(await self.achievers.look(person_id), person_id)
        metrics = achiever.totals.at(await self.clock.now())
        ahead = [
            one for one in achievements if one.withdrawn_at is None and one.key not in achiever.held
        ]
        met = [one for one in ahead if is_met(one.requirements, metrics)]
        if met:
            await self.award(person_id, met)
        known = {one.key: one for one in achievements}
        awards = await self.awards.of(person_id)
        earned = tuple(Earnings(known[one.key], one) for one in awards if one.key in known)
        held = {one.key for one in awards}
        return Earner(
            whole=True,
            points=sum(one.award.points for one in earned),
            earned=earned,
            ahead=tuple(
                Ahead(one, conditions(one.requirements, metrics))
                for one in ahead
                if one.key not in held
            ),
        )
