"""Codes, claims and both views of a referral in full."""

from datetime import datetime
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.referrals.addresses import mail_domain, same_mailbox_key
from domain.referrals.ancestry import root_of
from domain.referrals.codes import ReferralCode, deactivated, ended, entered_code, made, new_code
from domain.referrals.commands import Expire, qualifies
from domain.referrals.events import (
    ReferralCodeDeactivated,
    ReferralCodeMade,
    ReferralRewardApplied,
    ReferralRewardClaimed,
)
from domain.referrals.kinds import Counted, TakenBackFor
from domain.referrals.milestones import (
    Claim,
    MilestoneReward,
    RewardType,
    applied,
    claim,
    claim_of,
)
from domain.referrals.referrals import (
    Referral,
)
from domain.referrals.tiers import Standing, standing_of
from domain.referrals.views import (
    RewardStatus,
    RewardView,
    Status,
    StatusView,
    reward_view,
    status_view,
)
from domain.shared.ids import ReferralRewardId
from domain.shared.money import Money
from tests.domain.referrals.script import (
    DAY,
    HOUR,
    POLICY,
    REFERRER,
    START,
    VERSION,
    Script,
    judged,
    person,
    purchase,
    referral,
)
from tests.domain.referrals.whole_referrals import BOUGHT, MOMENT, REWARDED_AT, WEEK, bought


@pytest.mark.parametrize(
    ("amount", "currency", "at", "counts"),
    [
        (5_000, "INR", START, True),
        (4_999, "INR", START, False),
        (5_000, "EUR", START, False),
        (100, "USD", START + DAY, True),
        (100, "USD", START + DAY + MOMENT, False),
    ],
)
def test_what_qualifies(amount: int, currency: str, at: datetime, counts: bool) -> None:
    assert qualifies(purchase(0, at, amount, currency), START + DAY, POLICY) is counts


def test_a_standing_at_the_caps_breaks_none() -> None:
    at_them = Standing(ordinal=1, in_window=20, in_all=100)
    assert at_them.refused_by(POLICY) == ()
    over = Standing(ordinal=1, in_window=21, in_all=101)
    assert over.refused_by(POLICY) == ("rewards_in_window", "rewards_in_all")


def test_a_purchase_by_itself_is_the_first() -> None:
    assert standing_of(BOUGHT, (), POLICY) == Standing(ordinal=1, in_window=1, in_all=1)


def test_no_window_counts_but_those_around_the_purchase() -> None:
    late = purchase(1, BOUGHT.settled_at + 30 * DAY)
    two = tuple(
        Counted(
            place=attrs.evolve(late, payment_id=purchase(number, START).payment_id).place,
            rewarded=True,
        )
        for number in (1, 2)
    )
    assert standing_of(BOUGHT, two, POLICY) == Standing(ordinal=1, in_window=1, in_all=3)
    just_before = attrs.evolve(late, settled_at=late.settled_at - MOMENT)
    found = standing_of(BOUGHT, (Counted(place=just_before.place, rewarded=True),), POLICY)
    assert found == Standing(ordinal=1, in_window=2, in_all=2)


@pytest.mark.parametrize(
    ("email", "key"),
    [
        ("Ana.Lima+x+y@GMail.com", "analima@gmail.com"),
        ("ana-b-c@yahoo.com", "ana@yahoo.com"),
        ("-b@yahoo.com", "-b@yahoo.com"),
        (" ana.lima@proton.me ", "ana.lima@proton.me"),
        ('"a@b"@example.org', '"a@b"@example.org'),
    ],
)
def test_the_key_of_a_mailbox(email: str, key: str) -> None:
    assert same_mailbox_key(email) == key
    assert mail_domain(email) == key.rpartition("@")[2]


def test_a_code_is_taken_with_spaces_in_it() -> None:
    assert entered_code("code", "abcd 2345") == "ABCD2345"


def test_a_root_is_the_first_of_the_chain() -> None:
    referrers = {person(1): person(2), person(2): person(3)}
    assert root_of(person(1), referrers) == person(3)
    assert root_of(person(3), referrers) == person(3)


def test_a_code_from_beginning_to_end() -> None:
    event = made(REFERRER, "abcd-2345", START + DAY, VERSION, START)
    about: dict[str, Any] = {
        "at": START,
        "person_id": REFERRER,
        "policy_version": VERSION,
        "code": "ABCD2345",
    }
    assert event == ReferralCodeMade(**about, expires_at=START + DAY)
    code = new_code(event)
    plain = ReferralCode(
        code="ABCD2345", person_id=REFERRER, created_at=START, expires_at=START + DAY
    )
    assert code == plain
    over = deactivated(code, VERSION, START)
    assert over == ReferralCodeDeactivated(**about)
    assert ended(code, over) == attrs.evolve(plain, deactivated_at=START)


@pytest.mark.parametrize(("days", "expires_at"), [(None, None), (90, START + 90 * DAY)])
def test_a_claim_from_beginning_to_end(days: int | None, expires_at: datetime | None) -> None:
    reward = MilestoneReward(
        id=ReferralRewardId(UUID(int=1)),
        name="Three friends",
        description="A month of premium for three friends.",
        type=RewardType.PREMIUM_DAYS,
        value={"days": 30},
        valid_days=days,
        created_at=START,
    )
    assert reward.required_referrals == 1
    event = claim(reward, REFERRER, 1, VERSION, START, claimed=False)
    about: dict[str, Any] = {
        "person_id": REFERRER,
        "policy_version": VERSION,
        "reward_id": reward.id,
    }
    value: dict[str, Any] = {"value": {"days": 30}, "expires_at": expires_at}
    assert event == ReferralRewardClaimed(at=START, **about, reward_type="premium_days", **value)
    plain = Claim(**about, type=RewardType.PREMIUM_DAYS, claimed_at=START, **value)
    assert claim_of(event) == plain
    reached = ReferralRewardApplied(at=START + DAY, **about)
    assert applied(plain, reached) == attrs.evolve(plain, applied_at=START + DAY)


def pending(reward_status: RewardStatus, reason: str | None = None) -> RewardView:
    return RewardView(
        reward_status=reward_status,
        reason=reason,
        first_purchase_at=None,
        reward=None,
        bonus_tier=1,
    )


NOT_CLAIMED = StatusView(status=Status.PENDING, reward_claimed=False, reward_claimed_at=None)


QUALIFIED = attrs.evolve(NOT_CLAIMED, status=Status.QUALIFIED)


CLAIMED = StatusView(status=Status.REWARDED, reward_claimed=True, reward_claimed_at=REWARDED_AT)


def after_purchase(
    reward_status: RewardStatus, reason: str | None = None, tier: int | None = None
) -> RewardView:
    return RewardView(
        reward_status=reward_status,
        reason=reason,
        first_purchase_at=START + HOUR,
        reward=None if tier is None else Money(12_500, "INR"),
        bonus_tier=tier or 1,
    )


def rewarded_third() -> Script:
    earlier = (purchase(number, START) for number in (1, 2))
    others = (Counted(place=one.place, rewarded=True) for one in earlier)
    return bought().wait(WEEK).end_hold(*others)


@pytest.mark.parametrize(
    ("known", "status", "reward"),
    [
        (referral(0), NOT_CLAIMED, pending(RewardStatus.PENDING)),
        (Script().redeem().referral, NOT_CLAIMED, pending(RewardStatus.PENDING)),
        (bought().referral, QUALIFIED, after_purchase(RewardStatus.EARNED)),
        (
            Script().redeem(judged(same_family=True)).wait(HOUR).buy().referral,
            NOT_CLAIMED,
            after_purchase(RewardStatus.PENDING),
        ),
        (rewarded_third().referral, CLAIMED, after_purchase(RewardStatus.CREDITED, tier=2)),
        (
            rewarded_third().take_back(cause=TakenBackFor.CHARGEBACK).referral,
            CLAIMED,
            after_purchase(RewardStatus.EXPIRED, "reversed: chargeback", tier=2),
        ),
        (
            Script().redeem(judged(same_family=True, same_device=True, sign_ups=6)).referral,
            NOT_CLAIMED,
            pending(RewardStatus.EXPIRED, "rejected: same_family, same_device, many_sign_ups"),
        ),
        (
            bought().take_back().referral,
            QUALIFIED,
            after_purchase(RewardStatus.EXPIRED, "rejected: refunded_in_hold"),
        ),
        (
            Script().wait(30 * DAY).put(Expire()).referral,
            NOT_CLAIMED,
            pending(RewardStatus.EXPIRED, "invite_not_taken_up"),
        ),
    ],
)
def test_both_views_in_full(known: Referral, status: StatusView, reward: RewardView) -> None:
    assert status_view(known) == status
    assert reward_view(known) == reward
