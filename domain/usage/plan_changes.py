"""What a person's plans do to their usage account."""

from datetime import datetime, timedelta

from attrs import frozen

from ..shared.tiers import Tier
from .events import PassSecondsAdded, UsageBankForfeited, UsageTierChanged
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
    """

    tier: Tier
    length: timedelta


PlanCommand = ChangeTier | AddPass


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


def add_pass(course: Course, command: AddPass, now: datetime) -> None:
    """Add a pass's seconds: the part of the difference that its length is of the month's."""
    account, tiers = course.account, course.rules.tiers
    period = account.period
    more = tiers.of(command.tier).monthly_seconds - tiers.of(account.tier).monthly_seconds
    length = min(command.length, period.ends_at - period.starts_at)
    seconds = max(0, more) * length // (period.ends_at - period.starts_at)
    if seconds:
        course.happen(
            PassSecondsAdded(
                at=now,
                person_id=account.person_id,
                policy_version=course.rules.version,
                tier=command.tier,
                period=period.period,
                seconds=seconds,
            )
        )


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
