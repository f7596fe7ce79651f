"""How the commands about video messages and credits are put to a Kithkin."""

from collections.abc import Callable
from typing import TYPE_CHECKING, assert_never
from uuid import UUID

from application.video.send_video_message import SendVideoMessageRequest
from domain.shared.ids import CreditLotId, VideoMessageId
from domain.video.credits import CreditAccounts, Wallet
from domain.video.video_message_allowance import VideoMessageAllowance
from domain.video.video_messages import VideoMessage
from tests.simulation.video_commands import (
    AskCredits,
    AskVideoAllowance,
    BuyCredits,
    ChargeBack,
    CompleteVideo,
    FailVideo,
    GrantCredits,
    SendVideo,
    VideoCommand,
    WatchVideo,
)

if TYPE_CHECKING:
    from tests.simulation.kithkin import Simulated

Answer = dict[str, object]

_SAID = (
    *("allowed", "needed", "available", "free_used", "credits", "debt"),
    *("counting_on", "resets_at"),
)


async def put(simulated: "Simulated", command: VideoCommand) -> Answer:
    """Put a command to it, and give its answer in plain values."""
    video = simulated.kithkin.video
    match command:
        case SendVideo():
            return await _send(simulated, command)
        case CompleteVideo(conversation=talk, video=number):
            report = video.report_upload_complete()
            return _video(
                simulated, await report(simulated.conversation(talk), _id(simulated, number))
            )
        case FailVideo(conversation=talk, video=number):
            fail = video.report_upload_failed()
            return _video(
                simulated, await fail(simulated.conversation(talk), _id(simulated, number))
            )
        case WatchVideo(conversation=talk, video=number, person=person):
            view = video.view_video_message()
            return _video(
                simulated,
                await view(
                    simulated.conversation(talk), _id(simulated, number), simulated.person(person)
                ),
            )
        case GrantCredits() | BuyCredits() | ChargeBack():
            return await _change(simulated, command)
        case AskCredits(person=person):
            queries = video.video_message_queries()
            return _credits(await queries.credits(simulated.person(person)))
        case AskVideoAllowance(person=person, needed=needed):
            queries = video.video_message_queries()
            return _allowance(await queries.allowance(simulated.person(person), needed))
        case _:
            assert_never(command)


def _id(simulated: "Simulated", number: int) -> VideoMessageId:
    return VideoMessageId(simulated.plain.videos.id(number))


async def _send(simulated: "Simulated", command: SendVideo) -> Answer:
    sent = await simulated.kithkin.video.send_video_message()(
        SendVideoMessageRequest(
            conversation_id=simulated.conversation(command.conversation),
            sender_id=simulated.person(command.sender),
            upload_ref="uploads/1",
            recipients=tuple(simulated.person(number) for number in command.others),
        )
    )
    return {"videos": [_video(simulated, message) for message in (sent.message, *sent.others)]}


async def _change(
    simulated: "Simulated", command: GrantCredits | BuyCredits | ChargeBack
) -> Answer:
    video, person = simulated.kithkin.video, simulated.person(command.person)
    match command:
        case GrantCredits(number=number):
            wallet = await video.grant_video_credits()(person, number, "A gift")
        case BuyCredits(number=number):
            new_id: Callable[[], UUID] = simulated.kithkin.ports.new_id()
            wallet = await video.sell_video_credits()(person, CreditLotId(new_id()), number)
        case ChargeBack(lot=lot):
            lot_id = CreditLotId(simulated.plain.lots.id(lot))
            wallet = await video.charge_back_video_credits()(person, lot_id)
        case _:
            assert_never(command)
    return _wallet(simulated, wallet)


def _wallet(simulated: "Simulated", wallet: Wallet) -> Answer:
    [lot] = wallet.lots
    return {"lot": simulated.plain.lots.of(lot.id), **_credits(wallet.accounts)}


def _credits(accounts: CreditAccounts) -> Answer:
    return {
        "balance": accounts.remaining,
        "debt": accounts.debt,
        "purchased": accounts.purchased,
        "granted": accounts.granted,
        "spent": accounts.spent,
        "refunded": accounts.refunded,
    }


def _video(simulated: "Simulated", message: VideoMessage) -> Answer:
    plain = simulated.plain
    return {
        "video": plain.videos.of(message.id),
        "conversation": plain.conversations.of(message.conversation_id),
        "sender": plain.persons.of(message.sender_id),
        "recipient": plain.persons.of(message.recipient_id),
        "state": type(message).__name__.lower(),
        "source": message.source.value,
        "lot": None if message.lot_id is None else plain.lots.of(message.lot_id),
        "counted_on": message.counted_on,
        "given_back": getattr(message, "given_back", None),
    }


def _allowance(decision: VideoMessageAllowance) -> Answer:
    return {
        **{name: getattr(decision, name) for name in _SAID},
        "refusing": [reason.rule for reason in decision.reasons if not reason.satisfied],
        "bundles": [(offer.credits, offer.available) for offer in decision.bundles],
    }
