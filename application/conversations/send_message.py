"""Send a message, if the sender may."""

from collections.abc import Callable
from datetime import datetime

from attrs import evolve, frozen

from application.conversations.decide_message import decision
from application.conversations.ports import AcceptedMessage, SendGate, SendView, SettleCalls
from application.shared.clock import Clock
from application.shared.idempotency import Answer, Attempt, Once, replay, to_keep
from application.shared.ids import NewId
from application.shared.outbox import OutboxEvent
from application.shared.rulebook import Rulebook
from application.shared.tally import Tally, uncounted
from application.shared.transaction import ConcurrentUpdateError, Transactions
from domain.conversations.conversations import no_such_conversation
from domain.conversations.events import MessageSent
from domain.conversations.messages import (
    ClientMessageIdReusedError,
    Message,
    checked_client_message_id,
    checked_text,
)
from domain.shared.calendar import counted
from domain.shared.ids import ConversationId, EventId, MessageId, PersonId
from domain.shared.standing import require_standing
from domain.video import unlock
from domain.video.unlock import MessageAllowance

_TRIES_WITHOUT_LOCK = 3


@frozen(kw_only=True)
class SendMessageRequest:
    """A message to send.

    Attributes:
        conversation_id: Where to.
        sender_id: Who sends it.
        text: What it says.
        client_message_id: The sender's own name for it.
        attempt: The request, if repeats of it are to get the same answer.
        render: Makes that answer of the result; needed with `attempt`.
    """

    conversation_id: ConversationId
    sender_id: PersonId
    text: str
    client_message_id: str | None = None
    attempt: Attempt | None = None
    render: Callable[["SentMessage"], Answer] | None = None


@frozen(kw_only=True)
class SentMessage:
    """A message that is stored.

    Attributes:
        message: As it stands.
        allowance: The decision on the one after it.
        created: False where it was already there under its client_message_id.
        answer: What the request was answered with, where that was kept.
    """

    message: Message
    allowance: MessageAllowance
    created: bool
    answer: Answer | None = None


@frozen
class SendMessage:
    """Checks the gate, stores, counts and explains, all in one step."""

    transactions: Transactions
    gate: SendGate
    settle_calls: SettleCalls
    once: Once
    clock: Clock
    new_id: NewId
    rulebook: Rulebook
    tally: Tally = uncounted

    async def __call__(self, request: SendMessageRequest) -> SentMessage | Answer:
        """Send a message; give it, or the answer kept from the same request before.

        Raises:
            InvalidValueError: The text or the client_message_id is malformed.
            NotFoundError: The sender takes no part in such a conversation.
            PersonDeletedError: The sender was erased.
            PersonSuspendedError: The sender is suspended.
            PartnerDeletedError: The other was erased.
            PairBlockedError: One of the two has blocked the other.
            DailyMessageLimitReachedError: The sender has sent all messages of the day.
            ClientMessageIdReusedError: The client_message_id stands for another text.
            IdempotencyKeyReusedError: The key was used with another request.
        """
        text = checked_text(request.text, self.rulebook.policies.conversations)
        checked_client_message_id(request.client_message_id)
        for _ in range(_TRIES_WITHOUT_LOCK):
            sent = await self._try(request, text)
            if sent is not None:
                return sent
        return await self.transactions.run(lambda: self._alone(request, text))

    async def _alone(self, request: SendMessageRequest, text: str) -> SentMessage | Answer:
        # Before the hold, because it locks both participants in their order.
        await self.settle_calls(request.conversation_id)
        await self.gate.hold(request.sender_id)
        sent = await self._try(request, text)
        if sent is None:
            raise ConcurrentUpdateError
        return sent

    async def _try(self, request: SendMessageRequest, text: str) -> SentMessage | Answer | None:
        now = await self.clock.now()
        view = await self._look(request, now)
        if view.has_open_call and await self.settle_calls(request.conversation_id):
            view = await self._look(request, now)
        if request.attempt is not None and view.kept_answer is not None:
            return replay(request.attempt, view.kept_answer)
        if view.earlier is not None:
            return await self._again(request, view, view.earlier, text, now)
        allowed = decision(view, now, self.rulebook)
        if not allowed.allowed:
            self.tally(allowed.verdicts)
            require_standing(allowed.reasons, allowed)
            unlock.require(allowed)
        message = self._message(request, text, allowed, now)
        sent = SentMessage(
            message=message,
            allowance=allowed.after_one_more(),
            created=True,
        )
        answer = _answer(request, sent)
        stored = await self.gate.store(self._accepted(request, message, answer, view, now))
        if not stored:
            return None
        self.tally(allowed.verdicts)
        return evolve(sent, answer=answer)

    async def _look(self, request: SendMessageRequest, now: datetime) -> SendView:
        view = await self.gate.look(
            request.conversation_id,
            request.sender_id,
            now,
            client_message_id=request.client_message_id,
            attempt=request.attempt,
        )
        if view is None:
            raise no_such_conversation()
        return view

    async def _again(
        self,
        request: SendMessageRequest,
        view: SendView,
        earlier: Message,
        text: str,
        now: datetime,
    ) -> SentMessage | Answer:
        if not earlier.was_sent_as(text):
            raise ClientMessageIdReusedError(
                "This client_message_id was already used here with another text; "
                "take a new one for a new message."
            )
        sent = SentMessage(
            message=earlier, allowance=decision(view, now, self.rulebook), created=False
        )
        attempt, render = request.attempt, request.render
        if attempt is None or render is None:
            return sent

        async def answer() -> Answer:
            return render(sent)

        return await self.once(attempt, answer)

    def _message(
        self, request: SendMessageRequest, text: str, allowed: MessageAllowance, now: datetime
    ) -> Message:
        return Message(
            id=MessageId(self.new_id()),
            conversation_id=request.conversation_id,
            sender_id=request.sender_id,
            text=text,
            client_message_id=request.client_message_id,
            counted_on=allowed.counting_on,
            daily_number=allowed.sent + 1,
            daily_limit=allowed.limit,
            policy_version=allowed.policy_version,
            created_at=now,
        )

    def _accepted(
        self,
        request: SendMessageRequest,
        message: Message,
        answer: Answer | None,
        view: SendView,
        now: datetime,
    ) -> AcceptedMessage:
        event = MessageSent(
            at=now,
            person_id=message.sender_id,
            policy_version=message.policy_version,
            conversation_id=message.conversation_id,
            message_id=message.id,
            recipient_id=view.conversation.other(message.sender_id),
            counted_on=message.counted_on,
        )
        kept = None
        if request.attempt is not None and answer is not None:
            kept = to_keep(request.attempt, answer, now)
        return AcceptedMessage(
            message=message,
            event=OutboxEvent(EventId(self.new_id()), event),
            seen=view,
            day=counted(now, view.sender_timezone, view.sender_counting_day),
            attempt=None if kept is None else request.attempt,
            answer=kept,
        )


def _answer(request: SendMessageRequest, sent: SentMessage) -> Answer | None:
    if request.attempt is None or request.render is None:
        return None
    return request.render(sent)
