"""A referral from the invite to the reward, and what may become of it else."""

from datetime import timedelta

import pytest

from domain.referrals.commands import Expire, InviteTakenUpError, ReferralNotHeldError
from domain.referrals.events import ReferralRewarded
from domain.referrals.kinds import TakenBackFor, Verdict
from domain.referrals.referrals import (
    Expired,
    Held,
    Qualified,
    Rejected,
    Reversed,
    Rewarded,
    SignedUp,
)
from domain.referrals.views import (
    ReferralState,
    RewardStatus,
    Status,
    reward_view,
    state_of,
    status_view,
)
from domain.shared.money import Money
from tests.domain.referrals.script import DAY, HOUR, START, Script, judged

WEEK = 7 * DAY


def rewarded() -> Script:
    return Script().redeem().wait(HOUR).buy().wait(WEEK).end_hold()


def test_a_purchase_is_rewarded_after_a_week() -> None:
    script = Script().redeem().wait(HOUR).buy()
    assert isinstance(script.referral, Qualified)
    assert script.referral.hold_ends_at == START + HOUR + WEEK
    script.wait(WEEK - timedelta(microseconds=1)).end_hold()
    assert isinstance(script.referral, Qualified)
    script.wait(timedelta(microseconds=1)).end_hold()
    known = script.referral
    assert isinstance(known, Rewarded)
    assert known.referrer_reward == Money(10_000, "INR")
    assert known.referee_reward == Money(5_000, "INR")
    assert (known.ordinal, known.bonus_tier) == (1, 1)


def test_dollars_are_rewarded_in_dollars() -> None:
    script = Script().redeem().wait(HOUR).buy(amount=100, currency="USD").wait(WEEK).end_hold()
    known = script.referral
    assert isinstance(known, Rewarded)
    assert (known.referrer_reward, known.referee_reward) == (Money(200, "USD"), Money(100, "USD"))


def test_a_longer_plan_holds_the_reward_for_as_long() -> None:
    script = Script().redeem().wait(HOUR).buy(plan=30 * 86_400)
    assert isinstance(script.referral, Qualified)
    assert script.referral.hold_ends_at == START + HOUR + 30 * DAY


@pytest.mark.parametrize(
    ("amount", "currency"), [(0, "INR"), (4_999, "INR"), (99, "USD"), (5_000, "EUR")]
)
def test_purchases_that_are_too_small_do_not_qualify(amount: int, currency: str) -> None:
    script = Script().redeem().wait(HOUR).buy(amount=amount, currency=currency)
    assert isinstance(script.referral, SignedUp)
    assert isinstance(script.buy(1, amount=5_000).referral, Qualified)


def test_a_purchase_of_before_the_code_rejects() -> None:
    script = Script().wait(HOUR).redeem().buy(at=START + HOUR / 2, amount=1)
    assert isinstance(script.referral, Rejected)
    assert script.referral.reasons == ("not_a_payer",)


def test_a_purchase_told_of_in_whole_seconds_is_not_before_the_code() -> None:
    entered = timedelta(hours=1, milliseconds=900)
    bought = Script().wait(entered).redeem().buy(at=START + HOUR)
    assert isinstance(bought.referral, Qualified)
    before = Script().wait(entered).redeem().buy(at=START + HOUR - timedelta(microseconds=1))
    assert isinstance(before.referral, Rejected)


def test_a_purchase_counts_for_ninety_days() -> None:
    last = START + 90 * DAY
    assert isinstance(Script().redeem().buy(at=last).referral, Qualified)
    late = Script().redeem().buy(at=last + timedelta(microseconds=1))
    assert isinstance(late.referral, SignedUp)
    late.wait(90 * DAY - timedelta(microseconds=1)).put(Expire())
    assert isinstance(late.referral, SignedUp)
    late.wait(timedelta(microseconds=1)).put(Expire())
    assert isinstance(late.referral, Expired)
    assert late.referral.reason == "no_purchase_in_time"


def test_an_invite_lasts_thirty_days() -> None:
    script = Script().wait(30 * DAY - timedelta(microseconds=1)).put(Expire())
    assert state_of(script.referral) is ReferralState.INVITED
    script.wait(timedelta(microseconds=1))
    with pytest.raises(InviteTakenUpError):
        script.redeem()
    script.put(Expire())
    assert isinstance(script.referral, Expired)
    assert script.referral.reason == "invite_not_taken_up"


def test_an_invite_is_taken_up_once() -> None:
    with pytest.raises(InviteTakenUpError):
        Script().redeem().redeem()


def test_a_refund_in_the_hold_rejects() -> None:
    script = Script().redeem().wait(HOUR).buy().wait(DAY).take_back()
    assert isinstance(script.referral, Rejected)
    assert script.referral.reasons == ("refunded_in_hold",)
    assert script.wait(WEEK).end_hold().events[-1] == script.events[-1]


def test_a_part_of_it_may_be_refunded() -> None:
    script = Script().redeem().wait(HOUR).buy().take_back(left_minor=5_000)
    assert isinstance(script.referral, Qualified)
    assert isinstance(script.take_back(left_minor=4_999).referral, Rejected)


def test_the_refund_of_another_purchase_is_nothing() -> None:
    script = Script().redeem().wait(HOUR).buy().buy(1, at=START + DAY).take_back(1)
    assert isinstance(script.referral, Qualified)


@pytest.mark.parametrize("cause", list(TakenBackFor))
def test_what_was_used_is_owed_after_the_hold(cause: TakenBackFor) -> None:
    script = rewarded().wait(DAY)
    script.take_back(cause=cause, referrer_owed_minor=400, referee_owed_minor=5_000)
    known = script.referral
    assert isinstance(known, Reversed)
    assert (known.cause, known.referrer_owed_minor, known.referee_owed_minor) == (cause, 400, 5_000)
    assert script.take_back(cause=cause).events[-1] == script.events[-1]


def test_nothing_follows_a_reward_but_its_reversal() -> None:
    script = rewarded()
    before = len(script.events)
    script.buy().buy(1, at=START + DAY).end_hold().put(Expire())
    assert len(script.events) == before
    assert sum(isinstance(event, ReferralRewarded) for event in script.events) == 1


def test_who_looks_suspicious_is_held_and_approved() -> None:
    script = Script().redeem(judged(same_family=True))
    assert isinstance(script.referral, Held)
    assert script.referral.signs == ("same_family",)
    script.wait(HOUR).buy().wait(WEEK).end_hold()
    assert isinstance(script.referral, Held)
    script.review(Verdict.APPROVE)
    assert isinstance(script.referral, Qualified)
    assert script.referral.held_at == START
    assert script.referral.review is not None
    assert isinstance(script.end_hold().referral, Rewarded)


def test_who_is_approved_before_buying_is_not_held_again() -> None:
    script = Script().redeem(judged(same_family=True)).review(Verdict.APPROVE)
    assert isinstance(script.referral, SignedUp)
    assert isinstance(script.buy().referral, Qualified)


def test_a_review_rejects() -> None:
    script = Script().redeem(judged(same_family=True)).review(Verdict.REJECT)
    assert isinstance(script.referral, Rejected)
    assert script.referral.reasons == ("rejected_by_review",)
    assert script.referral.review is not None
    with pytest.raises(ReferralNotHeldError):
        script.review(Verdict.APPROVE)


def test_a_held_one_without_purchase_expires() -> None:
    script = Script().redeem(judged(same_family=True)).wait(90 * DAY).put(Expire())
    assert isinstance(script.referral, Expired)


def test_a_refund_rejects_also_who_is_held() -> None:
    script = Script().redeem(judged(same_family=True)).wait(HOUR).buy().take_back()
    assert isinstance(script.referral, Rejected)


def test_a_suspended_referrer_gets_nothing() -> None:
    script = Script().redeem().wait(HOUR).buy().wait(WEEK).end_hold(referrer_active=False)
    assert isinstance(script.referral, Rejected)
    assert script.referral.reasons == ("referrer_is_active",)


def test_an_erased_referee_leaves_the_referrer_their_reward() -> None:
    script = Script().redeem().wait(HOUR).buy().wait(WEEK).end_hold(referee_known=False)
    assert isinstance(script.referral, Rewarded)
    assert script.referral.referrer_reward == Money(10_000, "INR")
    assert script.referral.referee_reward == Money(0, "INR")


def test_both_sources_views() -> None:
    script = Script()

    def views() -> tuple[ReferralState, Status, bool, RewardStatus]:
        known = script.referral
        status, reward = status_view(known), reward_view(known)
        return state_of(known), status.status, status.reward_claimed, reward.reward_status

    assert views() == (ReferralState.INVITED, Status.PENDING, False, RewardStatus.PENDING)
    script.redeem().wait(HOUR)
    assert views() == (ReferralState.SIGNED_UP, Status.PENDING, False, RewardStatus.PENDING)
    script.buy()
    assert views() == (ReferralState.QUALIFIED, Status.QUALIFIED, False, RewardStatus.EARNED)
    script.wait(WEEK).end_hold()
    assert views() == (ReferralState.REWARDED, Status.REWARDED, True, RewardStatus.CREDITED)
    assert status_view(script.referral).reward_claimed_at == START + HOUR + WEEK
    assert reward_view(script.referral).reward == Money(10_000, "INR")
    script.take_back()
    assert views() == (ReferralState.REVERSED, Status.REWARDED, True, RewardStatus.EXPIRED)
    assert reward_view(script.referral).reason == "reversed: refund"


def test_the_views_of_those_that_came_to_nothing() -> None:
    held = Script().redeem(judged(same_family=True)).referral
    assert reward_view(held).reward_status is RewardStatus.PENDING
    rejected = Script().redeem().wait(HOUR).buy().take_back().referral
    assert status_view(rejected).status is Status.QUALIFIED
    assert reward_view(rejected).reward_status is RewardStatus.EXPIRED
    assert reward_view(rejected).reason == "rejected: refunded_in_hold"
    expired = Script().wait(30 * DAY).put(Expire()).referral
    assert status_view(expired).status is Status.PENDING
    assert reward_view(expired).reason == "invite_not_taken_up"
