"""Summarise the sessions of a person, one after the other in the order of their ends."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

import attrs
from attrs import frozen

from application.personas.keep_talk import TalkKeeper
from application.personas.language_model import (
    NOTHING_USED,
    InsufficientDataError,
    LanguageModel,
    ModelUnavailableError,
    ModelUsage,
    Observed,
)
from application.personas.model_budget import ModelBudgetSpentError
from application.personas.model_requests import charged, observe_request
from application.personas.ports import (
    CompanionTranscripts,
    GrowthRecords,
    LatestSummaries,
    Observations,
)
from application.shared.ids import NewId
from application.shared.jobs import StoredJob
from domain.personas.confidence import confidence
from domain.personas.events import Growth, PersonaCause, SummaryGrown
from domain.personas.growth import Known, LatestSummary, all_merged, grow, without_growth
from domain.personas.merge import Learned
from domain.personas.messages import CompanionMessage
from domain.personas.observations import Claim, Observation, checked
from domain.personas.personas import OwnPersona, grown
from domain.personas.sessions import EndedCompanionSession, put_off
from domain.shared.ids import CompanionSessionId, PersonId

LEASE = timedelta(minutes=5)
"""For how long nobody else asks a model about a session that is being summarised."""

MOST_MESSAGES = 1000
"""The latest so many messages of a session are looked at."""


@frozen
class _Claimed:
    session: EndedCompanionSession
    said: tuple[CompanionMessage, ...]


@frozen
class GrowSummary:
    """Asks a model what a session says, and keeps what rests on the person's own words.

    A session is asked for once at a time, and the next one only when it is settled what this
    one adds: a model that was away for good adds nothing.
    """

    keep: TalkKeeper
    model: LanguageModel
    records: GrowthRecords
    observations: Observations
    latest: LatestSummaries
    transcripts: CompanionTranscripts
    nonce: NewId

    async def __call__(self, job: StoredJob) -> None:
        """Summarise the first session of a person that waits, and leave the others to be next."""
        person_id = PersonId(UUID(job.key))
        claimed = await self.keep.transactions.run(lambda: self._claim(person_id))
        if claimed is None:
            return
        session = claimed.session
        own = tuple(one for one in claimed.said if one.is_own)
        request = observe_request(
            person_id,
            await self.keep.paying_day(person_id),
            session.persona_snapshot,
            claimed.said,
            self.nonce().hex,
        )
        try:
            observed = await self.model.observe(request) if own else Observed(candidates=())
        except InsufficientDataError as error:
            observed = Observed(candidates=(), usage=error.usage)
        except ModelUnavailableError as error:
            usage = error.usage
            await self.keep.transactions.run(lambda: self._put_off(session, usage))
            return
        except ModelBudgetSpentError as spent:
            if spent.never_fits:
                # No day is long enough to wait for.
                await self.keep.transactions.run(lambda: self._put_off(session, NOTHING_USED))
            else:
                await self.keep.transactions.run(lambda: self._wait_for_tomorrow(session))
            return
        claims = tuple(
            Claim(
                kind=one.kind,
                value=one.value,
                evidence_message_ids=one.evidence_message_ids,
                support=one.support,
            )
            for one in observed.candidates
        )
        await self.keep.transactions.run(lambda: self._keep(session, observed, claims, own))

    async def _claim(self, person_id: PersonId) -> _Claimed | None:
        """Take the first session that waits, and keep others from it for a while."""
        person = await self.keep.participants.get(person_id, lock=True)
        if person is None or person.deleted:
            return None
        session = await self.records.first_pending(person_id)
        if session is None:
            return None
        now = await self.keep.clock.now()
        if session.try_at is not None and session.try_at > now:
            await self.keep.leave_growth(person_id, session.try_at)
            return None
        if session.tries >= self.keep.policy.summary_tries:
            # Each try ended with the end of its worker, or by a fault: the next one's turn comes.
            await self._fail(session, now)
            return None
        taken = attrs.evolve(session, tries=session.tries + 1, try_at=now + LEASE)
        await self.keep.sessions.put(taken)
        return _Claimed(taken, await self.transcripts.latest(session.id, MOST_MESSAGES))

    async def _still(self, session: EndedCompanionSession) -> EndedCompanionSession | None:
        """Give a session that is still ours to settle, with its person locked."""
        person = await self.keep.participants.get(session.person_id, lock=True)
        if person is None or person.deleted:
            return None
        stored = await self.keep.sessions.get(session.id)
        if not isinstance(stored, EndedCompanionSession) or stored.growth is not Growth.PENDING:
            return None
        return stored if stored.tries == session.tries else None

    async def _put_off(self, session: EndedCompanionSession, usage: ModelUsage) -> None:
        stored = await self._still(session)
        if stored is None:
            return
        now = await self.keep.clock.now()
        after = put_off(charged(stored, usage), now, self.keep.policy)
        if after.growth is Growth.FAILED:
            await self._fail(after, now)
            return
        await self.keep.sessions.put(after)
        await self.keep.leave_growth(after.person_id, after.try_at or now)

    async def _fail(self, session: EndedCompanionSession, now: datetime) -> None:
        known = await self._known(session)
        await self._settle(without_growth(session, Growth.FAILED, known.gains), now)

    async def _wait_for_tomorrow(self, session: EndedCompanionSession) -> None:
        """Wait for the person's next day, which has a budget of its own; that is no failed try."""
        stored = await self._still(session)
        if stored is None:
            return
        try_at = (await self.keep.paying_day(stored.person_id)).ends_at
        await self.keep.sessions.put(attrs.evolve(stored, tries=stored.tries - 1, try_at=try_at))
        await self.keep.leave_growth(stored.person_id, try_at)

    async def _keep(
        self,
        session: EndedCompanionSession,
        observed: Observed,
        claims: tuple[Claim, ...],
        own: tuple[CompanionMessage, ...],
    ) -> None:
        stored = await self._still(session)
        if stored is None:
            return
        now = await self.keep.clock.now()
        # What was changed or deleted while the model was asked is no evidence any more.
        left = {one.id: one for one in await self.transcripts.some(one.id for one in own)}
        unchanged = {one.id for one in own if left.get(one.id) == one}
        kept = checked(claims, unchanged, self.keep.new_id, self.keep.policy)
        known = await self._known(stored)
        result = grow(charged(stored, observed.usage), kept, known, self.keep.policy)
        dropped = result.session.claims_dropped + observed.left_out
        done = attrs.evolve(result.session, claims_dropped=dropped)
        await self.observations.add(stored.person_id, stored.id, result.observations)
        await self._settle(done, now)
        if done.growth is Growth.SUMMARISED:
            await self.rewrite(known.own, now, PersonaCause.SESSION, done.id)

    async def _settle(self, session: EndedCompanionSession, now: datetime) -> None:
        event = SummaryGrown(
            at=now,
            person_id=session.person_id,
            policy_version=self.keep.rulebook.version,
            session_id=session.id,
            growth=session.growth,
            gain_hundredths=session.gain,
            confidence_hundredths=session.confidence,
        )
        await self.keep.sessions.put(session, self.keep.told(event))
        if await self.records.first_pending(session.person_id) is not None:
            await self.keep.leave_growth(session.person_id, now)

    async def _known(self, session: EndedCompanionSession) -> Known:
        own = await self.keep.own(session.person_id, session.ended_at)
        before = await self.records.summarised(session.person_id)
        said = await self.observations.of_person(session.person_id)
        return Known(
            own=own,
            learned=learned(before, said),
            gains=tuple(one.gain for one in before),
            counted_that_day=await self.records.counted_on(session.person_id, session.ended_on),
        )

    async def rewrite(
        self,
        own: OwnPersona,
        now: datetime,
        cause: PersonaCause,
        session_id: CompanionSessionId | None = None,
    ) -> None:
        """Make what is known of a locked person anew from all observations that are left."""
        sessions = await self.records.summarised(own.person_id)
        said = await self.observations.of_person(own.person_id)
        after = all_merged(learned(sessions, said), own, self.keep.policy)
        if not after:
            return
        gains: list[int] = []
        for session, one in zip(sessions, after, strict=True):
            gains.append(session.gain)
            # A call that was told of late stands before sessions that were summarised earlier.
            new = attrs.evolve(session, summary=one.summary, confidence=confidence(gains))
            if new != session:
                await self.keep.sessions.put(new)
        await self.latest.put(
            LatestSummary(
                person_id=own.person_id,
                summary=after[-1].summary,
                confidence=confidence(gains),
                updated_at=now,
            )
        )
        moved = grown(own, after[-1].sliders, now)
        if moved is not own:
            await self.keep.keep_persona(moved, cause, session_id)


def learned(
    sessions: tuple[EndedCompanionSession, ...],
    said: Mapping[CompanionSessionId, tuple[Observation, ...]],
) -> tuple[Learned, ...]:
    """Give what sessions said, those from which everything was deleted too: they let time pass."""
    return tuple(
        Learned(session_id=one.id, ended_at=one.ended_at, observations=said.get(one.id, ()))
        for one in sessions
    )
