"""The use cases of companions on the stores under test, with models that tests script."""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from uuid import uuid4

import attrs
from attrs import define, field
from uuid_utils.compat import uuid7

from adapters.llm.offline import OfflineModel
from application.personas.answer_companion import AnswerCompanion, BrokenOff, Whole
from application.personas.ask_companion import AskCompanion, Asked, AskRequest
from application.personas.change_message import (
    DeleteCompanionMessage,
    EditCompanionMessage,
    MessageChanger,
    NamedMessage,
)
from application.personas.change_summary import DeleteObservation, ResetSummary
from application.personas.choose_persona import ChoosePersona
from application.personas.end_sessions import (
    EndCompanionSession,
    EndIdleSession,
    EndIdleSessions,
)
from application.personas.grow_summary import GrowSummary
from application.personas.keep_talk import GROW_SUMMARY, TalkKeeper
from application.personas.language_model import (
    Candidate,
    Delta,
    Finished,
    LanguageModel,
    ModelUnavailableError,
    ModelUsage,
    Observed,
    ObserveRequest,
    ReplyPart,
    ReplyRequest,
    Speaker,
)
from application.personas.open_companion import OpenCompanion
from application.personas.queries import CompanionQueries
from application.personas.record_call import RecordCall
from application.shared.idempotency import Attempt
from application.shared.jobs import Job, StoredJob, first_state
from application.shared.rulebook import Policies, Rulebook
from application.usage.charge_companions import CompanionUsage
from application.usage.keep_account import AccountKeeper
from domain.personas.conversations import CompanionConversation
from domain.personas.messages import CompanionMessage
from domain.personas.personas import Baseline
from domain.personas.sessions import EndedCompanionSession
from domain.shared.ids import PersonId
from domain.usage.policy import UsagePolicy
from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.values import RULEBOOK, START

AWAY = ModelUnavailableError("The model is away.", ModelUsage(input_tokens=1))


async def nothing() -> None:
    """Do nothing."""


@define
class Scripted:
    """A language model that does what a test says.

    Attributes:
        pieces: What each reply consists of.
        breaks: What a reply breaks off by after its pieces.
        observes: Gives what is observed; one of every session by default.
        meanwhile: What happens while a call is under way.
        asked: Every request so far.
    """

    pieces: Sequence[str] = ("Well", ", hello!")
    breaks: Exception | None = None
    observes: "Callable[[ObserveRequest], Observed] | None" = None
    away_for: int = 0
    meanwhile: Callable[[], Awaitable[object]] = nothing
    asked: list[ObserveRequest | ReplyRequest] = field(factory=list)

    async def observe(self, request: ObserveRequest) -> Observed:
        """Give what the script says."""
        self.asked.append(request)
        await self.meanwhile()
        if self.away_for:
            self.away_for -= 1
            raise AWAY
        return (self.observes or one_trait)(request)

    async def reply(self, request: ReplyRequest) -> AsyncGenerator[ReplyPart, None]:
        """Stream what the script says."""
        self.asked.append(request)
        for piece in self.pieces:
            yield Delta(text=piece)
        await self.meanwhile()
        if self.breaks is not None:
            raise self.breaks
        yield Finished(usage=ModelUsage(input_tokens=7, output_tokens=3))


def one_trait(request: ObserveRequest) -> Observed:
    own = tuple(line.message_id for line in request.transcript if line.role is Speaker.USER)
    claim = Candidate(
        kind="trait_valued", value="Honesty", evidence_message_ids=own[:1], support=80
    )
    move = Candidate(kind="slider", value="warmth_up", evidence_message_ids=own[:1], support=80)
    return Observed(candidates=(claim, move))


def few_free(messages: int = 100, seconds: int = 300) -> Rulebook:
    """A rulebook under which a purchase is needed sooner."""
    usage = UsagePolicy(free_messages=messages, free_call_seconds=seconds)
    return Rulebook(attrs.evolve(Policies(), usage=usage), "test")


@define
class Companions:
    """The use cases of companions."""

    stores: Stores
    model: LanguageModel = field(factory=OfflineModel)
    rulebook: Rulebook = RULEBOOK

    @property
    def keep(self) -> TalkKeeper:
        stores = self.stores
        return TalkKeeper(
            stores.transactions,
            stores.participants,
            stores.senders,
            stores.companion_conversations,
            stores.own_personas,
            stores.companion_sessions,
            stores.companion_messages,
            stores.jobs,
            stores.clock,
            uuid7,
            self.rulebook,
        )

    @property
    def use(self) -> CompanionUsage:
        stores = self.stores
        keeper = AccountKeeper(
            stores.transactions,
            stores.subscribers,
            stores.usage_accounts,
            stores.clock,
            uuid7,
            self.rulebook,
        )
        return CompanionUsage(keeper, stores.usage_stats)

    @property
    def choose(self) -> ChoosePersona:
        return ChoosePersona(self.keep)

    @property
    def ask(self) -> AskCompanion:
        return AskCompanion(self.keep, self.stores.transcripts, self.stores.answers, self.use)

    @property
    def answer(self) -> AnswerCompanion:
        return AnswerCompanion(self.keep, self.model, uuid4)

    @property
    def end(self) -> EndCompanionSession:
        return EndCompanionSession(self.keep)

    @property
    def end_idle(self) -> EndIdleSessions:
        return EndIdleSessions(self.stores.idle_sessions, EndIdleSession(self.keep))

    @property
    def record(self) -> RecordCall:
        return RecordCall(self.keep, self.use)

    @property
    def grow(self) -> GrowSummary:
        stores = self.stores
        return GrowSummary(
            self.keep,
            self.model,
            stores.growth_records,
            stores.observations,
            stores.latest_summaries,
            stores.transcripts,
            uuid4,
        )

    @property
    def delete(self) -> DeleteObservation:
        return DeleteObservation(self.keep, self.stores.observations, self.grow)

    @property
    def changer(self) -> MessageChanger:
        return MessageChanger(self.keep, self.stores.observations, self.grow)

    async def edited(self, message: CompanionMessage, text: str) -> CompanionMessage:
        """A message of the person's, with another text."""
        return await EditCompanionMessage(self.keep, self.changer)(named(message), text)

    async def deleted(self, message: CompanionMessage) -> CompanionMessage:
        """A message of the person's, blanked."""
        await DeleteCompanionMessage(self.keep, self.changer)(named(message))
        found = await self.stores.companion_messages.get(message.id)
        assert found is not None
        return found

    @property
    def reset(self) -> ResetSummary:
        stores = self.stores
        return ResetSummary(
            self.keep, stores.observations, stores.growth_records, stores.latest_summaries
        )

    @property
    def queries(self) -> CompanionQueries:
        stores = self.stores
        return CompanionQueries(
            self.keep,
            stores.transcripts,
            stores.growth_records,
            stores.observations,
            stores.latest_summaries,
            EndIdleSession(self.keep),
        )

    async def opened(self) -> CompanionConversation:
        """A conversation of somebody new."""
        person = await given.a_person(self.stores)
        opened = await OpenCompanion(self.keep)(person.id, Baseline.PLAYFUL_FLIRTY)
        return opened.conversation

    async def asked(
        self, conversation: CompanionConversation, text: str, attempt: Attempt | None = None
    ) -> Asked:
        """A message that is stored."""
        return await self.ask(
            AskRequest(conversation_id=conversation.id, viewer_id=None, text=text, attempt=attempt)
        )

    async def said(self, conversation: CompanionConversation, text: str) -> Whole | BrokenOff:
        """A message, and how its reply ended."""
        return await self.answer(await self.asked(conversation, text))

    async def held(
        self, conversation: CompanionConversation, said: Sequence[str] = ("x" * 40,) * 6
    ) -> EndedCompanionSession:
        """A chat that is over."""
        for text in said:
            await self.said(conversation, text)
        return await self.end(conversation.id, None)

    async def summarised(self, person_id: PersonId) -> None:
        """Summarise all that waits for it, letting time pass where that is asked for."""
        while waiting := await self.stores.growth_records.pending(person_id):
            due = waiting[0].try_at
            if due is not None and due > await self.stores.clock.now():
                await self.stores.clock.move_to(due)
            await self.grow(growth_job(person_id))

    async def session(self, session: EndedCompanionSession) -> EndedCompanionSession:
        """A session as it is by now."""
        found = await self.stores.companion_sessions.get(session.id)
        assert isinstance(found, EndedCompanionSession)
        return found


def named(message: CompanionMessage) -> NamedMessage:
    return NamedMessage(
        conversation_id=message.conversation_id, message_id=message.id, viewer_id=message.person_id
    )


def growth_job(person_id: PersonId) -> StoredJob:
    return first_state(Job(kind=GROW_SUMMARY, key=str(person_id), at=START), uuid7())
