"""The ledger: one line for each change of a source, so that the lines add up to what is left."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from attrs import frozen

from ..shared.ids import PaymentId, PersonId, UsageSessionId
from .events import (
    PassSecondsAdded,
    PassSecondsTakenBack,
    SecondsGranted,
    SecondsTakenBack,
    SecondsUsed,
    UsageBankForfeited,
    UsageChange,
    UsagePeriodClosed,
    UsagePeriodOpened,
    UsageTierChanged,
)
from .seconds import Seconds


class LineKind(StrEnum):
    """What a line of the ledger is for."""

    MONTHLY_GRANTED = "monthly_granted"
    UPGRADED = "upgraded"
    BANKED = "banked"
    PASS = "pass"  # noqa: S105 - no password
    PURCHASED = "purchased"
    TAKEN_BACK = "taken_back"
    USED = "used"
    CARRIED_OVER = "carried_over"
    FORFEITED = "forfeited"


@frozen(kw_only=True)
class LedgerLine:
    """A change of what a person has.

    Attributes:
        person_id: Whose it is.
        number: Its number among the person's lines, from 1 without a gap.
        period: The period that it belongs to.
        at: When it happened.
        kind: What it is for.
        banked: Seconds added to the period's bank, or taken from it.
        monthly: The same of the month's seconds.
        purchased: The same of purchased seconds.
        session_id: The session that used them, if one did.
        reason: Why they were granted, in the words of who did it.
        policy_version: The version it was decided under.
        payment_id: The payment for a pass that it goes by, if it does.
    """

    person_id: PersonId
    number: int
    period: str
    at: datetime
    kind: LineKind
    banked: int
    monthly: int
    purchased: int
    session_id: UsageSessionId | None
    reason: str | None
    policy_version: str
    payment_id: PaymentId | None = None


def lines_of(
    events: Iterable[UsageChange], written: int, reason: str | None = None
) -> tuple[LedgerLine, ...]:
    """Give the lines that events add to a ledger.

    Args:
        events: In their order.
        written: How many lines the person's ledger has.
        reason: Why seconds were granted, if some were.
    """
    changes = ((event, change) for event in events for change in _changes(event))
    return tuple(
        LedgerLine(
            person_id=event.person_id,
            number=number,
            period=period,
            at=event.at,
            kind=kind,
            banked=seconds.banked,
            monthly=seconds.monthly,
            purchased=seconds.purchased,
            session_id=event.session_id if isinstance(event, SecondsUsed) else None,
            reason=reason if kind is LineKind.PURCHASED else None,
            policy_version=event.policy_version,
            payment_id=event.payment_id
            if isinstance(event, PassSecondsAdded | PassSecondsTakenBack)
            else None,
        )
        for number, (event, (kind, period, seconds)) in enumerate(changes, start=written + 1)
    )


def _changes(event: UsageChange) -> Iterator[tuple[LineKind, str, Seconds]]:
    """Give what an event adds or takes; those not named here move nothing."""
    match event:
        case UsagePeriodOpened():
            yield LineKind.MONTHLY_GRANTED, event.period, Seconds(monthly=event.monthly_seconds)
        case UsageTierChanged():
            if event.seconds_added:
                yield LineKind.UPGRADED, event.period, Seconds(monthly=event.seconds_added)
        case PassSecondsAdded() | PassSecondsTakenBack():
            yield _of_pass(event)
        case UsageBankForfeited():
            yield LineKind.FORFEITED, event.period, Seconds(banked=-event.seconds)
        case SecondsGranted():
            more = event.seconds - event.repaid
            yield LineKind.PURCHASED, event.period, Seconds(purchased=more)
        case SecondsTakenBack():
            yield LineKind.TAKEN_BACK, event.period, Seconds(purchased=-event.taken)
        case SecondsUsed():
            yield LineKind.USED, event.period, Seconds() - event.seconds
        case UsagePeriodClosed():
            yield from _closing(event)
        case _:
            return


def _of_pass(event: PassSecondsAdded | PassSecondsTakenBack) -> tuple[LineKind, str, Seconds]:
    if isinstance(event, PassSecondsAdded):
        return LineKind.PASS, event.period, Seconds(monthly=event.seconds)
    return LineKind.TAKEN_BACK, event.period, Seconds(monthly=-event.seconds)


def _closing(event: UsagePeriodClosed) -> Iterator[tuple[LineKind, str, Seconds]]:
    carried = Seconds(monthly=event.seconds_banked)
    lost = Seconds(event.banked_seconds_forfeited, event.seconds_forfeited)
    if carried.total:
        yield LineKind.CARRIED_OVER, event.period, Seconds() - carried
    if lost.total:
        yield LineKind.FORFEITED, event.period, Seconds() - lost
    if carried.total:
        yield LineKind.BANKED, event.next_period, Seconds(banked=event.seconds_banked)
