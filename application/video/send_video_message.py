"""Send a video message, if the sender may."""

from datetime import datetime

import attrs
from attrs import frozen

from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import Participant
from application.shared.tally import Tally, uncounted
from application.shared.transaction import Transactions
from application.video.judge_reward import BundleDiscount
from application.video.ports import PairConversations
from application.video.video_message_ports import Recipient, Senders, VideoMessages, Wallets
from domain.conversations.conversations import no_such_conversation
from domain.shared.calendar import counted
from domain.shared.decisions import Reason, refusals
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import ConversationId, PersonId, VideoMessageId, VideoSendId
from domain.shared.standing import PAIR_RULES, require_standing, standing_reasons
from domain.video.credits import CreditAccounts, evolve
from domain.video.video_message_allowance import (
    VideoMessageAllowance,
    VideoMessageFacts,
    require,
)
from domain.video.video_message_commands import Addressed, send
from domain.video.video_messages import VideoMessage, checked_upload_ref


@frozen(kw_only=True)
class SendVideoMessageRequest:
    """A video message to send.

    Attributes:
        conversation_id: To whose other participant it goes.
        sender_id: Who sends it.
        upload_ref: Where the app keeps the video.
        recipients: Further persons to whom it goes, each in the conversation with them.
    """

    conversation_id: ConversationId
    sender_id: PersonId
    upload_ref: str
    recipients: tuple[PersonId, ...] = ()


@frozen(kw_only=True)
class SentVideoMessages:
    """A video message that is stored.

    Attributes:
        message: The one in the conversation it was sent to.
        others: Those to the further recipients, in the order in which these were named.
        allowance: The decision on the next one.
    """

    message: VideoMessage
    others: tuple[VideoMessage, ...]
    allowance: VideoMessageAllowance


@frozen
class SendVideoMessage:
    """Checks the gate, takes the units and stores, for all recipients or for none."""

    transactions: Transactions
    conversations: PairConversations
    senders: Senders
    wallets: Wallets
    messages: VideoMessages
    discount: BundleDiscount
    clock: Clock
    new_id: NewId
    rulebook: Rulebook
    tally: Tally = uncounted

    async def __call__(self, request: SendVideoMessageRequest) -> SentVideoMessages:
        """Send it and give what is stored.

        Raises:
            NotFoundError: The sender takes no part in such a conversation, or has none with
                one of the recipients.
            InvalidValueError: The upload_ref is malformed, there are too many recipients, or
                the sender is one.
            PersonDeletedError: The sender was erased.
            PersonSuspendedError: The sender is suspended.
            PartnerDeletedError: A recipient was erased.
            PairBlockedError: The sender or a recipient has blocked the other.
            VideoCreditsNeededError: There are fewer units than recipients.
        """
        checked_upload_ref(request.upload_ref)

        async def work() -> SentVideoMessages:
            known = await self.conversations.get(request.conversation_id)
            if known is None:
                raise no_such_conversation()
            recipient_ids = self._recipients(request, known.other(request.sender_id))
            locked = await self.senders.lock_with(request.sender_id, recipient_ids)
            if locked is None:
                raise no_such_conversation()
            return await self._send(request, *locked, await self.clock.now())

        return await self.transactions.run(work)

    def _recipients(
        self, request: SendVideoMessageRequest, partner_id: PersonId
    ) -> tuple[PersonId, ...]:
        recipients = tuple(dict.fromkeys((partner_id, *request.recipients)))
        most = self.rulebook.policies.video.video_messages.most_recipients
        if len(recipients) > most:
            raise InvalidValueError(
                "recipients",
                f"A video message goes to at most {most} persons, the other participant of "
                f"the conversation among them; this one would go to {len(recipients)}.",
            )
        if request.sender_id in recipients:
            raise InvalidValueError("recipients", "The sender is no recipient; leave them out.")
        return recipients

    async def _send(
        self,
        request: SendVideoMessageRequest,
        sender: Participant,
        recipients: tuple[Recipient, ...],
        now: datetime,
    ) -> SentVideoMessages:
        to = self._addressed(recipients)
        wallet = await self.wallets.get(sender.id, spending=len(to))
        day = counted(now, sender.timezone, sender.counting_day)
        reasons = _standing(sender, recipients)
        pricing = Pricing(rulebook=self.rulebook, discount_percent=await self.discount(sender, now))
        allowed = allowance(sender, wallet.accounts, now, pricing, needed=len(to), standing=reasons)
        self.tally(allowed.verdicts)
        require_standing(allowed.reasons, allowed)
        require(allowed)
        events = send(VideoSendId(self.new_id()), to, allowed, wallet, now)
        message, *others = await self.messages.add(
            wallet, request.upload_ref, outgoing(self.new_id, events)
        )
        if day != sender.counting_day:
            await self.senders.count_on(sender.id, day)
        for event in events:
            wallet = evolve(wallet, event)
        return SentVideoMessages(
            message=message,
            others=tuple(others),
            allowance=allowance(sender, wallet.accounts, now, pricing, needed=1, standing=reasons),
        )

    def _addressed(self, recipients: tuple[Recipient, ...]) -> tuple[Addressed, ...]:
        addressed = []
        for recipient in recipients:
            if recipient.conversation_id is None:
                raise NotFoundError(
                    f"The sender has no conversation with person {recipient.person_id}; "
                    "open one first, or leave them out of the recipients."
                )
            addressed.append(
                Addressed(
                    message_id=VideoMessageId(self.new_id()),
                    conversation_id=recipient.conversation_id,
                    recipient_id=recipient.person_id,
                )
            )
        return tuple(addressed)


@frozen(kw_only=True)
class Pricing:
    """What a decision is held against, and by how much bundles are cheaper meanwhile."""

    rulebook: Rulebook
    discount_percent: int


def allowance(
    sender: Participant,
    accounts: CreditAccounts,
    now: datetime,
    pricing: Pricing,
    *,
    needed: int,
    standing: tuple[Reason, ...],
) -> VideoMessageAllowance:
    """Decide on a send that needs so many units."""
    today = counted(now, sender.timezone, sender.counting_day).date
    day = accounts.counting_on(today)
    facts = VideoMessageFacts(
        day=day,
        timezone=sender.timezone,
        free_used=accounts.free_used_on(day),
        credits=accounts.remaining,
        debt=accounts.debt,
        needed=needed,
        discount_percent=pricing.discount_percent,
    )
    rulebook = pricing.rulebook
    policy = rulebook.policies.video.video_messages
    return VideoMessageAllowance(facts, policy, rulebook.version, standing)


def _standing(sender: Participant, recipients: tuple[Recipient, ...]) -> tuple[Reason, ...]:
    """Give the reasons towards the first recipient who may not be sent to, or the first of all."""
    for recipient in recipients:
        reasons = _towards(sender, recipient)
        if refusals(reasons):
            return reasons if len(recipients) == 1 else _named(reasons, recipient.person_id)
    return _towards(sender, recipients[0])


def _towards(sender: Participant, recipient: Recipient) -> tuple[Reason, ...]:
    return standing_reasons(
        active=sender.active,
        blocked=recipient.blocked,
        deleted=sender.deleted,
        partner_deleted=recipient.deleted,
    )


def _named(reasons: tuple[Reason, ...], recipient_id: PersonId) -> tuple[Reason, ...]:
    """Give the reasons with the recipient that a pair's refusal is about."""
    return tuple(
        attrs.evolve(
            reason,
            detail=f"{reason.detail} This is about recipient {recipient_id}.",
            inputs={**reason.inputs, "recipient_id": str(recipient_id)},
        )
        if reason.rule in PAIR_RULES and not reason.satisfied
        else reason
        for reason in reasons
    )
