"""Wallets, lots and video messages in full, for examples that hold the whole value."""

from typing import Any
from uuid import UUID

import attrs

from domain.shared.ids import (
    CreditLotId,
    PersonId,
    VideoMessageId,
    VideoSendId,
)
from domain.video.credits import (
    CreditAccounts,
    CreditLot,
    LotKind,
    Wallet,
)
from domain.video.video_message_events import (
    UnitSource,
    VideoMessageFailed,
)
from tests.domain.video.script import (
    START,
    TALK,
)

TODAY = START.date()

ANA, BEN = PersonId(UUID(int=1)), PersonId(UUID(int=2))

LOT, OTHER_LOT = CreditLotId(UUID(int=40)), CreditLotId(UUID(int=41))

SENT: dict[str, Any] = {
    "video_message_id": VideoMessageId(UUID(int=50)),
    "send_id": VideoSendId(UUID(int=51)),
    "conversation_id": TALK,
}

ABOUT: dict[str, Any] = {"at": START, "person_id": ANA, "policy_version": "v"}


def lot(**changes: Any) -> CreditLot:
    plain = CreditLot(
        id=LOT,
        person_id=ANA,
        number=1,
        kind=LotKind.PURCHASE,
        credits=5,
        remaining=5,
        acquired_at=START,
    )
    return attrs.evolve(plain, **changes)


def wallet(*lots: CreditLot, **accounts: Any) -> Wallet:
    return Wallet(CreditAccounts(person_id=ANA, **accounts), lots)


def failed(**more: Any) -> VideoMessageFailed:
    known: dict[str, Any] = {"source": UnitSource.FREE, "lot_id": None, "counted_on": TODAY}
    known |= {"given_back": True, "repaid": 0}
    return VideoMessageFailed(**ABOUT, **SENT, **(known | more))


BY_CREDIT: dict[str, Any] = {"source": UnitSource.CREDIT, "lot_id": LOT}

BACK = lot(charged_back_at=START)
