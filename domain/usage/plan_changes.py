"""What a person's plans do to their usage account."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import assert_never

from attrs import frozen

from ..shared.ids import PaymentId
from ..shared.tiers import Tier
from .events import PassSecondsAdded, PassSecondsTakenBack, UsageBankForfeited, UsageTierChanged
from .ledger import LedgerLine
from .passing_time import Course
from .periods import prorated


@frozen(kw_only=True)
class ChangeTier:
    """The person's plan is another from now on.

    Attributes:
        tier: The tier held but for passes.
        pass_tier: That of a pass that runs, if one does.
        bank_frozen: The bank waits, as a renewal is overdue.
        bank_lost: What is free of the bank is gone, as the subscription is over.
    """

    tier: Tier
    pass_tier: Tier | None = None
    bank_frozen: bool = False
    bank_lost: bool = False


@frozen(kw_only=True)
class AddPass:
    """The person bought a pass.

    Attributes:
        tier: What it gives.
        length: For how long.
        payment_id: What it was paid by.
    """

    tier: Tier
    length: timedelta
    payment_id: PaymentId | None = None


@frozen(kw_only=True)
class TakeBackPass:
    """The payment for a pass was taken back.

    Attributes:
        payment_id: That payment.
        lines: What the ledger says of it, in order.
    """

    payment_id: PaymentId
    lines: Sequence[LedgerLine]


@frozen(kw_only=True)
class GivePassAgain:
    """The payment for a pass was made after all.

    Attributes:
        tier: What it gives.
        payment_id: That payment.
        lines: What the ledger says of it, in order.
    """

    tier: Tier
    payment_id: PaymentId
    lines: Sequence[LedgerLine]


PassCommand = AddPass | TakeBackPass | GivePassAgain
PlanCommand = ChangeTier | PassCommand


def change_plan(course: Course, command: ChangeTier, now: datetime) -> None:
    """Take in a plan; what an upgrade adds to the month goes by the time that remains of it."""
    account, tier = course.account, command.tier
    plan = (tier, command.pass_tier, command.bank_frozen)
    if plan != (account.tier, account.pass_tier, account.bank_frozen):
        period, tiers = account.period, course.rules.tiers
        added = 0
        if tier.rank > period.tier.rank:
            more = tiers.of(tier).monthly_seconds - tiers.of(period.tier).monthly_seconds
            added = prorated(more, period, now)
        course.happen(
            UsageTierChanged(
                at=now,
                person_id=account.person_id,
                policy_version=course.rules.version,
                tier=tier,
                period=period.period,
                seconds_added=added,
                pass_tier=command.pass_tier,
                bank_frozen=command.bank_frozen,
            )
        )
    if command.bank_lost:
        _forfeit_bank(course, now)


def change_pass(course: Course, command: PassCommand, now: datetime) -> None:
    """Add a pass's seconds, take back what is free of them, or give that again.

    They end with the month that they were added to: after that there is nothing to take back.
    """
    match command:
        case AddPass():
            seconds = _seconds_of_pass(course, command)
            _add(course, command.tier, command.payment_id, seconds, now)
        case TakeBackPass():
            _take_back(course, command, now)
        case GivePassAgain():
            own = _of_this_month(course, command.lines)
            taken = own[0].monthly - sum(line.monthly for line in own) if own else 0
            _add(course, command.tier, command.payment_id, taken, now)
        case _:
            assert_never(command)


def _seconds_of_pass(course: Course, command: AddPass) -> int:
    """Give the part of the difference of the tiers that the pass's length is of the month's."""
    account, tiers = course.account, course.rules.tiers
    period = account.period
    more = tiers.of(command.tier).monthly_seconds - tiers.of(account.tier).monthly_seconds
    length = min(command.length, period.ends_at - period.starts_at)
    return max(0, more) * length // (period.ends_at - period.starts_at)


def _add(
    course: Course, tier: Tier, payment_id: PaymentId | None, seconds: int, now: datetime
) -> None:
    if seconds > 0:
        course.happen(
            PassSecondsAdded(
                at=now,
                person_id=course.account.person_id,
                policy_version=course.rules.version,
                tier=tier,
                period=course.account.period.period,
                seconds=seconds,
                payment_id=payment_id,
            )
        )


def _take_back(course: Course, command: TakeBackPass, now: datetime) -> None:
    account = course.account
    left = account.left
    given = sum(line.monthly for line in _of_this_month(course, command.lines))
    # What sessions hold stays theirs; they hold of the bank first, unless it waits.
    bank = 0 if account.bank_frozen else left.banked
    free = min(left.monthly, max(0, bank + left.monthly - account.held))
    if (taken := min(given, free)) > 0:
        course.happen(
            PassSecondsTakenBack(
                at=now,
                person_id=account.person_id,
                policy_version=course.rules.version,
                period=account.period.period,
                seconds=taken,
                payment_id=command.payment_id,
            )
        )


def _of_this_month(course: Course, lines: Sequence[LedgerLine]) -> list[LedgerLine]:
    return [line for line in lines if line.period == course.account.period.period]


def _forfeit_bank(course: Course, now: datetime) -> None:
    """Let go of the bank but for what sessions hold of it; it is what they hold first."""
    account = course.account
    free = max(0, account.left.banked - account.held)
    if free:
        course.happen(
            UsageBankForfeited(
                at=now,
                person_id=account.person_id,
                policy_version=course.rules.version,
                period=account.period.period,
                seconds=free,
            )
        )
