"""The use cases of video messages and credits, on the stores under test."""

from typing import Any

from uuid_utils.compat import uuid7

from application.video.change_credits import (
    ChargeBackVideoCredits,
    CreditChanger,
    GrantVideoCredits,
    SellVideoCredits,
)
from application.video.judge_reward import BundleDiscount, RewardJudge
from application.video.report_upload import ReportUploadComplete, ReportUploadFailed
from application.video.send_video_message import (
    SendVideoMessage,
    SendVideoMessageRequest,
)
from application.video.settle_calls import SettleCalls
from application.video.video_message_queries import VideoMessageQueries
from application.video.view_video_message import ViewVideoMessage
from domain.identity.persons import Person
from domain.shared.ids import CreditLotId, PersonId
from domain.video.credits import CreditAccounts, LedgerEntry
from tests.contracts.given import Pair
from tests.contracts.stores import Stores
from tests.contracts.use_cases import close_call
from tests.contracts.values import RULEBOOK


def send_video(stores: Stores) -> SendVideoMessage:
    return SendVideoMessage(
        stores.transactions,
        stores.pair_conversations,
        stores.senders,
        stores.wallets,
        stores.video_messages,
        discount(stores),
        stores.clock,
        uuid7,
        RULEBOOK,
    )


def discount(stores: Stores) -> BundleDiscount:
    return BundleDiscount(stores.rewards, RewardJudge(stores.rewards, RULEBOOK))


def to_send(pair: Pair, sender: Person, **more: Any) -> SendVideoMessageRequest:
    return SendVideoMessageRequest(
        conversation_id=pair.conversation.id,
        sender_id=sender.id,
        upload_ref="uploads/1",
        **more,
    )


def upload_complete(stores: Stores) -> ReportUploadComplete:
    return ReportUploadComplete(
        stores.transactions, stores.video_messages, stores.clock, uuid7, RULEBOOK
    )


def upload_failed(stores: Stores) -> ReportUploadFailed:
    return ReportUploadFailed(
        stores.transactions,
        stores.video_messages,
        stores.participants,
        stores.wallets,
        stores.clock,
        uuid7,
        RULEBOOK,
    )


def view_video(stores: Stores) -> ViewVideoMessage:
    return ViewVideoMessage(
        stores.transactions,
        stores.video_messages,
        stores.participants,
        stores.clock,
        uuid7,
        RULEBOOK,
    )


def _change(stores: Stores) -> CreditChanger:
    return CreditChanger(
        stores.transactions, stores.participants, stores.wallets, stores.clock, uuid7, RULEBOOK
    )


def grant(stores: Stores) -> GrantVideoCredits:
    return GrantVideoCredits(_change(stores), uuid7, RULEBOOK)


def sell(stores: Stores) -> SellVideoCredits:
    return SellVideoCredits(_change(stores))


def charge_back(stores: Stores) -> ChargeBackVideoCredits:
    return ChargeBackVideoCredits(_change(stores))


def queries(stores: Stores) -> VideoMessageQueries:
    return VideoMessageQueries(
        stores.video_messages,
        stores.pair_conversations,
        stores.participants,
        stores.wallets,
        discount(stores),
        SettleCalls(stores.calls, close_call(stores), stores.clock, RULEBOOK),
        stores.clock,
        RULEBOOK,
    )


def a_purchase_id() -> CreditLotId:
    return CreditLotId(uuid7())


async def the_credits(stores: Stores, person_id: PersonId) -> CreditAccounts:
    return await queries(stores).credits(person_id)


async def the_ledger(stores: Stores, person_id: PersonId) -> list[LedgerEntry]:
    """All rows, the oldest first."""
    page = await stores.wallets.ledger(person_id, None, 10_000)
    return list(page.items[::-1])
