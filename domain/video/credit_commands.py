"""What may be done with video credits other than spending them, and what comes of it."""

from datetime import datetime
from typing import assert_never

from attrs import frozen

from ..shared.errors import ConflictError, InvalidValueError, NotFoundError
from ..shared.ids import CreditLotId
from .credits import LotKind, Wallet
from .video_message_events import (
    CreditEvent,
    VideoCreditsChargedBack,
    VideoCreditsGranted,
    VideoCreditsPurchased,
)
from .video_message_policy import MOST_CREDITS, VideoMessagePolicy


@frozen(kw_only=True)
class Purchase:
    """A bundle was paid for; its lot is known by the purchase's own id."""

    lot_id: CreditLotId
    credits: int


@frozen(kw_only=True)
class Grant:
    """A service gives credits; what is owed is left to purchases to repay."""

    lot_id: CreditLotId
    credits: int


@frozen(kw_only=True)
class ChargeBack:
    """The payment for a bundle was taken back."""

    lot_id: CreditLotId


CreditCommand = Purchase | Grant | ChargeBack


class LotTakenError(ConflictError):
    """Other credits are known by this id."""

    code = "credit_lot_taken"


def decide(
    wallet: Wallet,
    command: CreditCommand,
    policy: VideoMessagePolicy,
    policy_version: str,
    now: datetime,
) -> tuple[CreditEvent, ...]:
    """Decide what a command does to a wallet. Told twice, it does nothing the second time.

    Args:
        wallet: With the lot that the command names, if there is one.
        command: The command.
        policy: The numbers.
        policy_version: Their version.
        now: The present instant.

    Raises:
        InvalidValueError: There are no credits in it, or too many.
        LotTakenError: Other credits, or another person's, are known by this id.
        NotFoundError: A chargeback names no purchase of the person's.
    """
    match command:
        case Purchase():
            if _known(wallet, command, LotKind.PURCHASE):
                return ()
            return (
                VideoCreditsPurchased(
                    at=now,
                    person_id=wallet.person_id,
                    policy_version=policy_version,
                    lot_id=command.lot_id,
                    credits=_some(command.credits, MOST_CREDITS),
                    repaid=min(command.credits, wallet.accounts.debt),
                ),
            )
        case Grant():
            if _known(wallet, command, LotKind.GRANT):
                return ()
            return (
                VideoCreditsGranted(
                    at=now,
                    person_id=wallet.person_id,
                    policy_version=policy_version,
                    lot_id=command.lot_id,
                    credits=_some(command.credits, policy.largest_grant),
                ),
            )
        case ChargeBack():
            return _charge_back(wallet, command, policy_version, now)
        case _:
            assert_never(command)


def _known(wallet: Wallet, command: Purchase | Grant, kind: LotKind) -> bool:
    lot = wallet.lot(command.lot_id)
    if lot is None:
        return False
    known = (lot.person_id, lot.kind, lot.credits)
    if known != (wallet.person_id, kind, command.credits):
        raise LotTakenError(f"The id {command.lot_id} stands for other credits; take a new one.")
    return True


def _some(number: int, most: int) -> int:
    if not 1 <= number <= most:
        raise InvalidValueError("credits", f"Give from 1 to {most} credits; {number} were given.")
    return number


def _charge_back(
    wallet: Wallet, command: ChargeBack, policy_version: str, now: datetime
) -> tuple[CreditEvent, ...]:
    lot = wallet.lot(command.lot_id)
    if lot is None or lot.person_id != wallet.person_id or lot.kind is not LotKind.PURCHASE:
        raise NotFoundError(
            f"The person has no purchase {command.lot_id} of video credits; check the id."
        )
    if lot.charged_back_at is not None:
        return ()
    return (
        VideoCreditsChargedBack(
            at=now,
            person_id=wallet.person_id,
            policy_version=policy_version,
            lot_id=lot.id,
            taken=lot.remaining,
            owed=lot.credits - lot.remaining,
        ),
    )
