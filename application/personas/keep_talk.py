"""What all use cases of companions share: who talks, and in which session."""

from datetime import date, datetime

from attrs import frozen

from application.personas.ports import (
    CompanionConversations,
    CompanionMessages,
    CompanionSessions,
    OwnPersonas,
)
from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.jobs import Job, Jobs
from application.shared.outbox import OutboxEvent, outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import (
    CountingDays,
    Participant,
    Participants,
    not_erased,
    required,
)
from application.shared.transaction import Transactions
from domain.personas.conversations import CompanionConversation
from domain.personas.events import (
    CompanionSessionEnded,
    CompanionSessionStarted,
    Growth,
    PersonaCause,
    PersonaChanged,
    SessionEnding,
)
from domain.personas.messages import CompanionMessage, MessageState, settled
from domain.personas.personas import (
    Baseline,
    OwnPersona,
    first,
    no_such_companion,
    version_of,
)
from domain.personas.policy import PersonaPolicy
from domain.personas.sessions import (
    EndedCompanionSession,
    OpenCompanionSession,
    ended,
    is_over,
    without_message,
)
from domain.shared.calendar import counted, counting_date, next_midnight
from domain.shared.events import Event
from domain.shared.ids import CompanionSessionId, ConversationId, PersonId
from domain.shared.standing import person_reasons, require_standing

GROW_SUMMARY = "grow_summary"


@frozen
class Day:
    """A day of a person's.

    Attributes:
        date: Its date.
        ends_at: When it is over.
    """

    date: date
    ends_at: datetime


@frozen
class TalkKeeper:
    """Locks who talks with their companion, and keeps their session in step with time.

    Whatever changes anything of a person's companion holds the person, so that nothing of it
    is done at once with anything else of it.
    """

    transactions: Transactions
    participants: Participants
    days: CountingDays
    conversations: CompanionConversations
    personas: OwnPersonas
    sessions: CompanionSessions
    messages: CompanionMessages
    jobs: Jobs
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    @property
    def policy(self) -> PersonaPolicy:
        """The numbers."""
        return self.rulebook.policies.personas

    async def conversation(
        self, conversation_id: ConversationId, viewer_id: PersonId | None
    ) -> CompanionConversation:
        """Give a conversation, to its person or to the app itself.

        Raises:
            NotFoundError: There is no such conversation, or it is another person's.
        """
        found = await self.conversations.get(conversation_id)
        if found is None or viewer_id not in {None, found.person_id}:
            raise no_such_companion()
        return found

    async def held(self, person_id: PersonId) -> Participant:
        """Lock a person who was not erased, in the running transaction.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        return not_erased(await self.participants.get(person_id, lock=True), person_id)

    async def acting(self, person_id: PersonId) -> Participant:
        """Lock a person who may act, in the running transaction.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
            PersonSuspendedError: They are suspended.
        """
        person = await self.held(person_id)
        self.require_active(person)
        return person

    def require_active(self, person: Participant) -> None:
        """Refuse what a person does who may not act.

        Raises:
            PersonSuspendedError: They are suspended.
        """
        require_standing(person_reasons(active=person.active, deleted=False))

    async def own(
        self, person_id: PersonId, now: datetime, baseline: Baseline | None = None
    ) -> OwnPersona:
        """Give a locked person's persona, which begins now if they have none."""
        known = await self.personas.get(person_id)
        if known is not None:
            return known
        own = first(person_id, baseline or Baseline.SWEET_SUPPORTIVE, now)
        await self.keep_persona(own, PersonaCause.CHOSEN)
        return own

    async def keep_persona(
        self,
        own: OwnPersona,
        cause: PersonaCause,
        session_id: CompanionSessionId | None = None,
    ) -> None:
        """Keep a persona that has just changed."""
        event = PersonaChanged(
            at=own.updated_at,
            person_id=own.person_id,
            policy_version=self.rulebook.version,
            version=own.persona.version,
            cause=cause,
        )
        await self.personas.put(own, (version_of(own, cause, session_id),), self.told(event))

    async def session(self, person: Participant, now: datetime) -> OpenCompanionSession | None:
        """Give a locked person's chat; one that has fallen idle by now is ended."""
        session = await self.sessions.open_of(person.id)
        if session is None or not is_over(session, now, self.policy):
            return session
        await self.end(person, session, session.idle_at(self.policy), SessionEnding.IDLE, now)
        return None

    async def started(
        self, person: Participant, conversation: CompanionConversation, now: datetime
    ) -> OpenCompanionSession:
        """Start a locked person's chat, with the persona as it is now."""
        own = await self.own(person.id, now)
        session = OpenCompanionSession(
            id=CompanionSessionId(self.new_id()),
            conversation_id=conversation.id,
            person_id=person.id,
            started_at=now,
            persona_snapshot=own.persona,
            policy_version=self.rulebook.version,
            last_message_at=now,
        )
        await self.sessions.put(session, self.told(self.started_event(session)))
        return session

    async def end(
        self,
        person: Participant,
        session: OpenCompanionSession,
        ended_at: datetime,
        ended_by: SessionEnding,
        now: datetime,
    ) -> EndedCompanionSession:
        """End a locked person's chat; a reply that is under way is not waited for."""
        waiting = await self.messages.waiting_in(session.conversation_id)
        if waiting is not None:
            session = await self.give_up(waiting, session)
        over = ended(
            session,
            ended_at=ended_at,
            ended_on=await self.counted_on(person, ended_at),
            ended_by=ended_by,
            policy=self.policy,
        )
        await self.keep_ended(over, now)
        return over

    async def keep_ended(self, session: EndedCompanionSession, now: datetime) -> None:
        """Keep a session that is over, and leave its summary to be made."""
        event = CompanionSessionEnded(
            at=session.ended_at,
            person_id=session.person_id,
            policy_version=self.rulebook.version,
            conversation_id=session.conversation_id,
            session_id=session.id,
            kind=session.kind,
            ended_by=session.ended_by,
            duration_seconds=session.duration_seconds,
            user_messages=session.user_messages,
        )
        await self.sessions.put(session, self.told(event))
        if session.growth is Growth.PENDING:
            await self.leave_growth(session.person_id, now)

    async def leave_growth(self, person_id: PersonId, at: datetime) -> None:
        """Leave it to a job to summarise what of a person waits for that."""
        await self.jobs.enqueue(Job(kind=GROW_SUMMARY, key=str(person_id), at=at))

    async def give_up(
        self, message: CompanionMessage, session: OpenCompanionSession
    ) -> OpenCompanionSession:
        """Give back what a message counted whose reply broke off, and give its session."""
        if message.state is not MessageState.WAITING:
            return session
        await self.messages.put(settled(message, answered=False))
        session = without_message(session)
        await self.sessions.put(session)
        return session

    async def paying_day(self, person_id: PersonId) -> Day:
        """Give the person's counting day now, from whose budget models are paid."""
        person = required(await self.participants.get(person_id), person_id)
        zone, now = person.timezone, await self.clock.now()
        today = counting_date(now, zone, person.counting_day)
        return Day(today, next_midnight(today, zone))

    async def counted_on(self, person: Participant, at: datetime) -> date:
        """Give the date that something at an instant counts for, and count the person on it.

        So a change of zone opens no second day: not of the sessions that raise the confidence,
        and not of the money for models.
        """
        day = counted(at, person.timezone, person.counting_day)
        if day != person.counting_day:
            await self.days.count_on(person.id, day)
        return counting_date(at, person.timezone, person.counting_day)

    def started_event(
        self, session: OpenCompanionSession | EndedCompanionSession
    ) -> CompanionSessionStarted:
        """Give what tells that a session began."""
        return CompanionSessionStarted(
            at=session.started_at,
            person_id=session.person_id,
            policy_version=session.policy_version,
            conversation_id=session.conversation_id,
            session_id=session.id,
            persona_version=session.persona_snapshot.version,
        )

    def told(self, *events: Event) -> tuple[OutboxEvent, ...]:
        """Give events as they go out."""
        return outgoing(self.new_id, events)
