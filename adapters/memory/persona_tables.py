"""What is kept of companions, and of what is known of persons."""

from datetime import date

from attrs import frozen

from adapters.memory.referral_tables import ReferralTables
from adapters.memory.table import Table
from domain.personas.confidence import MOST_CONFIDENCE
from domain.personas.conversations import CompanionConversation
from domain.personas.growth import LatestSummary
from domain.personas.messages import CompanionMessage, MessageState
from domain.personas.observations import Observation
from domain.personas.personas import OwnPersona, PersonaVersion
from domain.personas.sessions import CompanionSession, OpenCompanionSession
from domain.shared.ids import (
    CompanionSessionId,
    ConversationId,
    MessageId,
    ObservationId,
    PersonId,
)


@frozen
class ObservationRow:
    """An observation, and whose and of which session it is."""

    person_id: PersonId
    session_id: CompanionSessionId
    observation: Observation


@frozen
class BudgetRow:
    """What a person's calls of a language model have set aside on a day.

    Attributes:
        person_id: Whose.
        day: Which of their local days.
        micros: In millionths of the settings' currency.
    """

    person_id: PersonId
    day: date
    micros: int


class PersonaTables(ReferralTables):
    """The tables of companions, beside those of the persons who talk with them."""

    def __init__(self) -> None:
        super().__init__()
        self.personas: Table[PersonId, OwnPersona] = Table(
            self.note,
            lambda own: own.person_id,
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
        self.persona_versions: Table[tuple[PersonId, int], PersonaVersion] = Table(
            self.note,
            lambda version: (version.person_id, version.version),
            groups={"person": lambda version: (version.person_id,)},
            references={"persona": (self.personas, lambda row: (row.person_id,))},
            checks={"numbered": lambda version: version.version > 0},
        )
        self.companion_conversations: Table[ConversationId, CompanionConversation] = Table(
            self.note,
            lambda conversation: conversation.id,
            unique={"person": lambda conversation: conversation.person_id},
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
        self.companion_sessions: Table[CompanionSessionId, CompanionSession] = Table(
            self.note,
            lambda session: session.id,
            unique={
                "open": lambda session: (
                    session.person_id if isinstance(session, OpenCompanionSession) else None
                )
            },
            groups={
                "person": lambda session: (session.person_id,),
                "conversation": lambda session: (session.conversation_id,),
                "going on": lambda session: (isinstance(session, OpenCompanionSession),),
            },
            references={
                "conversation": (
                    self.companion_conversations,
                    lambda row: (row.conversation_id,),
                ),
                "person": (self.persons, lambda row: (row.person_id,)),
            },
            checks={"counted": lambda row: 0 <= row.messages_counted <= row.user_messages},
        )
        self.companion_messages: Table[MessageId, CompanionMessage] = Table(
            self.note,
            lambda message: message.id,
            unique={"waiting": _waiting_key, "reply": _reply_key},
            groups={
                "conversation": lambda message: (message.conversation_id,),
                "session": lambda message: (message.session_id,),
            },
            references={
                "session": (self.companion_sessions, lambda row: (row.session_id,)),
                "person": (self.persons, lambda row: (row.person_id,)),
            },
            checks={
                "waiting": lambda row: (
                    (row.state is MessageState.WAITING) == (row.waits_until is not None)
                ),
                "blank": lambda row: row.deleted_at is None or not row.text,
            },
        )
        self.companion_observations: Table[ObservationId, ObservationRow] = Table(
            self.note,
            lambda row: row.observation.id,
            groups={"person": lambda row: (row.person_id,)},
            references={
                "session": (self.companion_sessions, lambda row: (row.session_id,)),
                "person": (self.persons, lambda row: (row.person_id,)),
            },
            checks={
                "evidence": lambda row: bool(row.observation.evidence_message_ids),
                "support": lambda row: 0 <= row.observation.support <= 100,  # noqa: PLR2004
            },
        )
        self.model_budgets: Table[tuple[PersonId, date], BudgetRow] = Table(
            self.note,
            lambda row: (row.person_id, row.day),
            groups={"person": lambda row: (row.person_id,)},
            references={"person": (self.persons, lambda row: (row.person_id,))},
            checks={"spent": lambda row: row.micros >= 0},
        )
        self.summaries: Table[PersonId, LatestSummary] = Table(
            self.note,
            lambda latest: latest.person_id,
            references={"person": (self.persons, lambda row: (row.person_id,))},
            checks={"confidence": lambda row: 0 <= row.confidence <= MOST_CONFIDENCE},
        )


def _waiting_key(message: CompanionMessage) -> ConversationId | None:
    return message.conversation_id if message.state is MessageState.WAITING else None


def _reply_key(message: CompanionMessage) -> MessageId | None:
    return message.reply_to_id if message.state is MessageState.SAID else None
