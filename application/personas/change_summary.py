"""The person's control over what is known of them."""

import attrs
from attrs import frozen

from application.personas.grow_summary import GrowSummary
from application.personas.keep_talk import TalkKeeper
from application.personas.ports import GrowthRecords, LatestSummaries, Observations
from domain.personas.events import (
    Growth,
    ObservationDeleted,
    PersonaCause,
    SessionEnding,
    SummaryReset,
)
from domain.personas.growth import LatestSummary, without_growth
from domain.personas.merge import Summary
from domain.personas.observations import no_such_observation
from domain.personas.personas import forgotten
from domain.shared.ids import ObservationId, PersonId


@frozen
class DeleteObservation:
    """Deletes an observation; the summary is made anew, and the confidence stays."""

    keep: TalkKeeper
    observations: Observations
    grow: GrowSummary

    async def __call__(self, person_id: PersonId, observation_id: ObservationId) -> None:
        """Delete it.

        Raises:
            NotFoundError: There is no such person, or no such observation of theirs.
            PersonDeletedError: They were erased.
        """

        async def work() -> None:
            await self.keep.held(person_id)
            if not await self.observations.delete(person_id, observation_id):
                raise no_such_observation()
            now = await self.keep.clock.now()
            own = await self.keep.own(person_id, now)
            event = ObservationDeleted(
                at=now,
                person_id=person_id,
                policy_version=self.keep.rulebook.version,
                observation_id=observation_id,
            )
            await self.keep.personas.put(own, (), self.keep.told(event))
            await self.grow.rewrite(own, now, PersonaCause.OBSERVATION_DELETED)

        await self.keep.transactions.run(work)


@frozen
class ResetSummary:
    """Forgets all that was learned of a person, and begins again."""

    keep: TalkKeeper
    observations: Observations
    records: GrowthRecords
    latest: LatestSummaries

    async def __call__(self, person_id: PersonId) -> LatestSummary:
        """Forget it: observations, summaries, confidence, and how far sliders were moved.

        The chat that goes on is over, and gets no summary, as little as those that wait for theirs.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """

        async def work() -> LatestSummary:
            person = await self.keep.held(person_id)
            now = await self.keep.clock.now()
            chat = await self.keep.session(person, now)
            if chat is not None:
                await self.keep.end(person, chat, now, SessionEnding.TOLD, now)
            known = await self.keep.own(person_id, now)
            sessions = (
                *await self.records.pending(person_id),
                *await self.records.summarised(person_id),
            )
            for session in sessions:
                bare = attrs.evolve(session, summary=Summary())
                await self.keep.sessions.put(without_growth(bare, Growth.RESET, ()))
            await self.observations.delete_all(person_id)
            event = SummaryReset(
                at=now, person_id=person_id, policy_version=self.keep.rulebook.version
            )
            own = forgotten(known, now)
            await self.keep.personas.put(own, (), self.keep.told(event))
            if own.persona != known.persona:
                await self.keep.keep_persona(own, PersonaCause.RESET)
            nothing = LatestSummary(
                person_id=person_id, summary=Summary(), confidence=0, updated_at=now
            )
            await self.latest.put(nothing)
            return nothing

        return await self.keep.transactions.run(work)
