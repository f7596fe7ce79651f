"""All that Kithkin keeps, in memory."""

import copy
from collections.abc import Hashable
from datetime import date, datetime
from uuid import UUID

from attrs import field, frozen

from adapters.memory.outbox import Outbox
from adapters.memory.persona_tables import PersonaTables
from adapters.memory.rows import (
    DailyCount,
    EndpointRow,
    MarkRow,
    PartnerRow,
    PresenceRow,
    ProgressRow,
    ReadMarker,
    SinkRow,
    StreakDayRow,
    TotalsRow,
)
from adapters.memory.table import Table
from adapters.memory.versioned import VersionedTable
from application.achievements.ports import AwardBack
from application.shared.idempotency import Attempt, KeptAnswer
from application.shared.jobs import JobState, StoredJob
from domain.achievements.awards import Award
from domain.achievements.definitions import Achievement, AchievementKey
from domain.conversations.conversations import Conversation
from domain.conversations.messages import Message
from domain.events.deliveries import Delivery
from domain.shared.ids import (
    ConversationId,
    CreditLotId,
    EventId,
    MessageId,
    PersonId,
    PromptId,
    VideoCallId,
    VideoMessageId,
    WebhookEndpointId,
)
from domain.streaks.events import StreakKind
from domain.streaks.streaks import Streak
from domain.video.calls import Call, Ended
from domain.video.credits import CreditAccounts, CreditLot, LedgerEntry
from domain.video.history import VideoHistory
from domain.video.prompts import Prompt
from domain.video.reward_warnings import RewardNotes
from domain.video.video_messages import VideoMessage


def _copied_answer(answer: KeptAnswer) -> KeptAnswer:
    return copy.copy(answer)


@frozen
class Answered:
    """An answer and the key it is kept under."""

    owner: str
    key: str
    kept: KeptAnswer = field(converter=_copied_answer)


class MemoryStore(Outbox, PersonaTables):
    """The tables, the outbox and the test clock, all empty at first.

    Attributes:
        presence: What calls took in, in the order of the transactions.
        time: Where the test clock stands; None before it was first read or moved.
    """

    def __init__(self) -> None:
        super().__init__()
        self.presence: list[PresenceRow] = []
        self.time: datetime | None = None
        self.conversations: VersionedTable[ConversationId, Conversation] = VersionedTable(
            self.note,
            lambda conversation: conversation.id,
            unique={"pair": lambda conversation: conversation.participants},
            groups={"participant": lambda conversation: conversation.participants},
            references={"persons": (self.persons, lambda row: row.participants)},
            checks={"ordered_pair": lambda row: row.participant_a < row.participant_b},
        )
        self.messages: Table[MessageId, Message] = Table(
            self.note,
            lambda message: message.id,
            unique={"client_message_id": _client_message_key},
            groups={"conversation": lambda message: (message.conversation_id,)},
            checks={"within_limit": lambda row: 1 <= row.daily_number <= row.daily_limit},
        )
        self.counts: Table[tuple[ConversationId, PersonId, date], DailyCount] = Table(
            self.note,
            lambda count: (count.conversation_id, count.sender_id, count.counted_on),
            groups={"sender": lambda count: ((count.conversation_id, count.sender_id),)},
        )
        self.read_markers: Table[tuple[ConversationId, PersonId], ReadMarker] = Table(
            self.note,
            lambda marker: (marker.conversation_id, marker.person_id),
            references={
                "conversation": (self.conversations, lambda row: (row.conversation_id,)),
                "person": (self.persons, lambda row: (row.person_id,)),
            },
        )
        self.calls: VersionedTable[VideoCallId, Call] = VersionedTable(
            self.note,
            lambda call: call.id,
            groups={
                "conversation": lambda call: (call.conversation_id,),
                "over": lambda call: (isinstance(call, Ended),),
            },
            references={
                "conversation": (self.conversations, lambda row: (row.conversation_id,)),
                "persons": (self.persons, lambda row: (row.initiator_id, row.callee_id)),
            },
        )
        self.histories: Table[ConversationId, VideoHistory] = Table(
            self.note,
            lambda history: history.conversation_id,
            references={
                "conversation": (self.conversations, lambda row: (row.conversation_id,)),
            },
        )
        self.wallets: VersionedTable[PersonId, CreditAccounts] = VersionedTable(
            self.note,
            lambda accounts: accounts.person_id,
            references={"person": (self.persons, lambda row: (row.person_id,))},
            checks={
                "covered": lambda row: row.remaining >= 0,
                "debt": lambda row: row.debt >= 0,
                "free_used": lambda row: row.free_used >= 0,
            },
        )
        self.credit_lots: Table[CreditLotId, CreditLot] = Table(
            self.note,
            lambda lot: lot.id,
            unique={"number": lambda lot: (lot.person_id, lot.number)},
            groups={"person": lambda lot: (lot.person_id,)},
            references={"person": (self.persons, lambda row: (row.person_id,))},
            checks={"covered": lambda lot: 0 <= lot.remaining <= lot.credits},
        )
        self.credit_ledger: Table[tuple[PersonId, int], LedgerEntry] = Table(
            self.note,
            lambda entry: (entry.person_id, entry.number),
            groups={"person": lambda entry: (entry.person_id,)},
            references={"person": (self.persons, lambda row: (row.person_id,))},
            checks={"balance": lambda entry: entry.balance >= 0},
        )
        self.video_messages: VersionedTable[VideoMessageId, VideoMessage] = VersionedTable(
            self.note,
            lambda message: message.id,
            groups={
                "conversation": lambda message: (message.conversation_id,),
                "send": lambda message: (message.send_id,),
            },
            references={
                "conversation": (self.conversations, lambda row: (row.conversation_id,)),
                "persons": (self.persons, lambda row: (row.sender_id, row.recipient_id)),
                "lot": (
                    self.credit_lots,
                    lambda row: () if row.lot_id is None else (row.lot_id,),
                ),
            },
        )
        self.prompts: Table[PromptId, Prompt] = Table(
            self.note,
            lambda prompt: prompt.id,
            groups={"person": lambda prompt: (prompt.person_id,)},
            references={
                "person": (self.persons, lambda row: (row.person_id,)),
                "conversation": (
                    self.conversations,
                    lambda row: () if row.conversation_id is None else (row.conversation_id,),
                ),
            },
            checks={"acted": lambda row: (row.action_taken is None) == (row.acted_at is None)},
        )
        self.reward_notes: Table[PersonId, RewardNotes] = Table(
            self.note,
            lambda notes: notes.person_id,
            references={"person": (self.persons, lambda notes: (notes.person_id,))},
        )
        self.answers: Table[tuple[str, str], Answered] = Table(
            self.note,
            lambda answered: (answered.owner, answered.key),
            groups={"person": lambda answered: (answered.kept.person_id,)},
        )
        self.jobs: Table[UUID, StoredJob] = Table(
            self.note, lambda job: job.id, unique={"waiting": _waiting_key}
        )
        self.webhook_endpoints: Table[WebhookEndpointId, EndpointRow] = Table(
            self.note, lambda row: row.endpoint.id
        )
        self.webhook_deliveries: Table[tuple[WebhookEndpointId, EventId], Delivery] = Table(
            self.note,
            lambda delivery: (delivery.endpoint_id, delivery.event_id),
            groups={"endpoint": lambda delivery: (delivery.endpoint_id,)},
            references={"endpoint": (self.webhook_endpoints, lambda row: (row.endpoint_id,))},
        )
        self.event_sinks: Table[str, SinkRow] = Table(self.note, lambda row: row.name)
        self.streaks: Table[tuple[PersonId, StreakKind], Streak] = Table(
            self.note,
            lambda streak: (streak.person_id, streak.kind),
            groups={"person": lambda streak: (streak.person_id,)},
            references={"person": (self.persons, lambda streak: (streak.person_id,))},
            checks={"longest": lambda streak: 0 <= streak.current <= streak.longest},
        )
        self.streak_days: Table[tuple[PersonId, StreakKind, date], StreakDayRow] = Table(
            self.note,
            lambda row: (row.person_id, row.kind, row.date),
            groups={
                "person": lambda row: (row.person_id,),
                "streak": lambda row: ((row.person_id, row.kind),),
            },
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
        self.achievements: Table[AchievementKey, Achievement] = Table(
            self.note,
            lambda achievement: achievement.key,
            unique={"id": lambda achievement: achievement.id},
        )
        self.achievement_totals: Table[PersonId, TotalsRow] = Table(
            self.note,
            lambda row: row.person_id,
            references={"person": (self.persons, lambda row: (row.person_id,))},
            checks={"points": lambda row: row.points >= 0 and row.awards >= 0},
        )
        self.achievement_partners: Table[tuple[PersonId, PersonId], PartnerRow] = Table(
            self.note,
            lambda row: (row.person_id, row.partner_id),
            groups={"person": lambda row: (row.person_id,)},
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )
        self.achievement_awards: Table[tuple[PersonId, AchievementKey], Award] = Table(
            self.note,
            lambda award: (award.person_id, award.key),
            groups={"person": lambda award: (award.person_id,)},
            references={
                "person": (self.persons, lambda award: (award.person_id,)),
                "achievement": (self.achievements, lambda award: (award.key,)),
            },
        )
        self.achievement_award_backs: Table[AchievementKey, AwardBack] = Table(
            self.note,
            lambda award_back: award_back.key,
            references={"achievement": (self.achievements, lambda row: (row.key,))},
        )
        self.reaction_progress: Table[str, ProgressRow] = Table(self.note, lambda row: row.name)
        self.reaction_marks: Table[tuple[str, PersonId], MarkRow] = Table(
            self.note,
            lambda row: (row.name, row.person_id),
            references={"person": (self.persons, lambda row: (row.person_id,))},
        )

    def blocked(self, one: PersonId, two: PersonId) -> bool:
        """Tell whether one of the two has blocked the other."""
        return (one, two) in self.blocks or (two, one) in self.blocks

    def kept_answer(self, attempt: Attempt, now: datetime) -> KeptAnswer | None:
        """Give the answer kept for a request's key, unless it has expired."""
        found = self.answers.get((attempt.owner, attempt.key))
        if found is None or found.kept.expires_at <= now:
            return None
        return _copied_answer(found.kept)

    def keep_presence(self, row: PresenceRow) -> None:
        """Append to what calls took in."""
        self.presence.append(row)
        self.note(self.presence.pop)


def _waiting_key(job: StoredJob) -> Hashable | None:
    return (job.kind, job.key) if job.state is JobState.WAITING else None


def _client_message_key(message: Message) -> Hashable | None:
    if message.client_message_id is None:
        return None
    return (message.conversation_id, message.sender_id, message.client_message_id)
