"""Reading companions: who they are, what was said, and what is known with its evidence."""

from collections.abc import Iterable

from attrs import frozen

from application.personas.end_sessions import EndIdleSession
from application.personas.keep_talk import TalkKeeper
from application.personas.ports import (
    CompanionTranscripts,
    GrowthRecords,
    LatestSummaries,
    Observations,
)
from application.shared.pages import Page, Position
from application.shared.standing import not_erased
from domain.personas.conversations import CompanionConversation
from domain.personas.growth import LatestSummary
from domain.personas.merge import Summary
from domain.personas.messages import CompanionMessage
from domain.personas.observations import Observation, ObservationKind
from domain.personas.personas import OwnPersona, PersonaVersion
from domain.personas.sessions import CompanionSession, no_such_session
from domain.personas.wording import same_words
from domain.shared.ids import CompanionSessionId, ConversationId, MessageId, PersonId

MOST_OF_LINE = 5
MOST_OTHERS = 100


@frozen(kw_only=True)
class Supported:
    """An observation, with the person's own words that it rests on.

    Attributes:
        observation: The observation.
        session_id: What session said it.
        words: The messages, as far as they are still there.
    """

    observation: Observation
    session_id: CompanionSessionId
    words: tuple[CompanionMessage, ...]


@frozen(kw_only=True)
class SummaryLine:
    """A line of a summary.

    Attributes:
        kind: What it is about.
        value: What it says.
        evidence: The latest observations that say so.
    """

    kind: ObservationKind
    value: str
    evidence: tuple[Supported, ...]


@frozen(kw_only=True)
class SummaryView:
    """What is known of a person, line by line.

    Attributes:
        latest: What is known; None before any session was summarised.
        lines: Its lines, each with its evidence.
        others: The latest observations that no line shows, such as those of sliders.
        waiting: How many sessions wait for their summary.
    """

    latest: LatestSummary | None
    lines: tuple[SummaryLine, ...]
    others: tuple[Supported, ...]
    waiting: int


@frozen(kw_only=True)
class PersonaView:
    """A person's persona, with some of what it was before.

    Attributes:
        person_id: Whose companion it is.
        own: The persona; None before there is one.
        conversation: Where the person talks with it, once that is open.
        history: What it was, the newest first.
    """

    person_id: PersonId
    own: OwnPersona | None
    conversation: CompanionConversation | None
    history: Page[PersonaVersion]


@frozen
class CompanionQueries:
    """Answers what is asked about companions; a chat that has fallen idle is ended first."""

    keep: TalkKeeper
    transcripts: CompanionTranscripts
    records: GrowthRecords
    observations: Observations
    latest: LatestSummaries
    end_idle: EndIdleSession

    async def conversation(
        self, conversation_id: ConversationId, viewer_id: PersonId | None
    ) -> tuple[CompanionConversation, OwnPersona]:
        """Give a conversation and the persona in it, to its person or to the app itself.

        Raises:
            NotFoundError: There is no such conversation, or it is another person's.
        """
        conversation = await self.keep.conversation(conversation_id, viewer_id)
        own = await self.keep.personas.get(conversation.person_id)
        if own is None:
            raise LookupError(f"conversation {conversation_id} has no persona")
        return conversation, own

    async def persona(self, person_id: PersonId, after: Position | None, limit: int) -> PersonaView:
        """Give a person's persona.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        await self._required(person_id)
        return PersonaView(
            person_id=person_id,
            own=await self.keep.personas.get(person_id),
            conversation=await self.keep.conversations.of_person(person_id),
            history=await self.keep.personas.history(person_id, after, limit),
        )

    async def session(
        self, session_id: CompanionSessionId, viewer_id: PersonId | None
    ) -> CompanionSession:
        """Give a session, to its person or to the app itself.

        Raises:
            NotFoundError: There is no such session, or it is another person's.
        """
        session = await self.keep.sessions.get(session_id)
        if session is None or viewer_id not in {None, session.person_id}:
            raise no_such_session()
        await self.end_idle(session.person_id)
        return await self.keep.sessions.get(session_id) or session

    async def sessions(
        self,
        conversation_id: ConversationId,
        viewer_id: PersonId | None,
        after: Position | None,
        limit: int,
    ) -> Page[CompanionSession]:
        """Give the sessions of a conversation, the one that started last first.

        Raises:
            NotFoundError: There is no such conversation, or it is another person's.
        """
        conversation = await self.keep.conversation(conversation_id, viewer_id)
        await self.end_idle(conversation.person_id)
        return await self.keep.sessions.page(conversation_id, after, limit)

    async def messages(
        self,
        conversation_id: ConversationId,
        viewer_id: PersonId | None,
        after: Position | None,
        limit: int,
        *,
        newest_first: bool,
    ) -> Page[CompanionMessage]:
        """Give what was said in a conversation.

        Raises:
            NotFoundError: There is no such conversation, or it is another person's.
        """
        await self.keep.conversation(conversation_id, viewer_id)
        return await self.transcripts.page(conversation_id, after, limit, newest_first=newest_first)

    async def summary(self, person_id: PersonId) -> SummaryView:
        """Give what is known of a person, each line with its evidence.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        await self._required(person_id)
        await self.end_idle(person_id)

        async def work() -> SummaryView:
            # Held, so that the lines and their evidence are of one moment.
            await self.keep.held(person_id)
            latest = await self.latest.get(person_id)
            said = await self._said(person_id)
            shown = _shown(Summary() if latest is None else latest.summary)
            chosen = {
                line: [one for one in said if _says(one.observation, *line)][:MOST_OF_LINE]
                for line in shown
            }
            others = [
                one for one in said if not any(_says(one.observation, *line) for line in shown)
            ][:MOST_OTHERS]
            in_lines = (one for found in chosen.values() for one in found)
            words = await self._words((*in_lines, *others))
            return SummaryView(
                latest=latest,
                lines=tuple(
                    SummaryLine(
                        kind=kind,
                        value=value,
                        evidence=tuple(_with_words(one, words) for one in found),
                    )
                    for (kind, value), found in chosen.items()
                ),
                others=tuple(_with_words(one, words) for one in others),
                waiting=len(await self.records.pending(person_id)),
            )

        return await self.keep.transactions.run(work)

    async def _required(self, person_id: PersonId) -> None:
        not_erased(await self.keep.participants.get(person_id), person_id)

    async def _said(self, person_id: PersonId) -> list[Supported]:
        """Give all observations, those of the latest session first."""
        by_session = await self.observations.of_person(person_id)
        sessions = await self.records.summarised(person_id)
        return [
            Supported(observation=observation, session_id=session.id, words=())
            for session in reversed(sessions)
            for observation in by_session.get(session.id, ())
        ]

    async def _words(self, supported: Iterable[Supported]) -> dict[MessageId, CompanionMessage]:
        wanted = {
            message_id for one in supported for message_id in one.observation.evidence_message_ids
        }
        return {one.id: one for one in await self.transcripts.some(wanted)}


def _shown(summary: Summary) -> list[tuple[ObservationKind, str]]:
    singles = (
        (ObservationKind.PARTNER_TYPE, summary.partner_type_one_liner),
        (ObservationKind.LOVE_LANGUAGE, summary.love_language_guess),
        (ObservationKind.COMMUNICATION_FIT, summary.communication_fit),
    )
    lists = (
        (ObservationKind.TRAIT_VALUED, summary.top_3_traits_you_value),
        (ObservationKind.WORK_ON, summary.what_you_might_work_on),
        (ObservationKind.NEXT_FOCUS, summary.next_time_focus),
    )
    return [
        *((kind, value) for kind, value in singles if value is not None),
        *((kind, value) for kind, values in lists for value in values),
    ]


def _says(observation: Observation, kind: ObservationKind, value: str) -> bool:
    return observation.kind is kind and same_words(observation.value) == same_words(value)


def _with_words(one: Supported, words: dict[MessageId, CompanionMessage]) -> Supported:
    found = (words.get(message_id) for message_id in one.observation.evidence_message_ids)
    return Supported(
        observation=one.observation,
        session_id=one.session_id,
        words=tuple(message for message in found if message is not None),
    )
