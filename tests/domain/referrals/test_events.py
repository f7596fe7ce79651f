"""Every event of a referral in full, and the state that it makes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.referrals.ancestry import root_of
from domain.referrals.codes import ReferralCode, deactivated, ended, made, new_code
from domain.referrals.commands import Buy, Expire, due_at, qualifies
from domain.referrals.events import (
    ReferralCodeDeactivated,
    ReferralCodeMade,
    ReferralExpired,
    ReferralInvited,
    ReferralPurchased,
    ReferralRejected,
    ReferralReversed,
    ReferralReviewed,
    ReferralRewardApplied,
    ReferralRewardClaimed,
    ReferralRewarded,
    ReferralSignedUp,
)
from domain.referrals.kinds import Method, Review, Source, TakenBackFor, Verdict
from domain.referrals.milestones import (
    Claim,
    MilestoneReward,
    RewardType,
    applied,
    claim,
    claim_of,
)
from domain.referrals.referrals import (
    Expired,
    Held,
    Invited,
    Qualified,
    Referral,
    Rejected,
    Reversed,
    Rewarded,
    SignedUp,
    evolve,
    invited,
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
from domain.shared.ids import ReferralId, ReferralRewardId
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

MOMENT = timedelta(microseconds=1)
WEEK = 7 * DAY
ID = ReferralId(UUID(int=5000))
BOUGHT = purchase(0, START + HOUR)
NOTHING: tuple[str, ...] = ()

INVITED = Invited(
    id=ID,
    referrer_id=REFERRER,
    method=Method.LINK,
    source=Source.SMS,
    token="token-0",
    invited_at=START,
    expires_at=START + 30 * DAY,
    policy_version=VERSION,
)
BEGINNING: dict[str, Any] = {
    "id": ID,
    "referrer_id": REFERRER,
    "method": Method.LINK,
    "source": Source.SMS,
    "token": "token-0",
    "invited_at": START,
    "expires_at": START + 30 * DAY,
    "policy_version": VERSION,
}
JOINED: dict[str, Any] = {
    **BEGINNING,
    "referee_id": person(0),
    "redeemed_at": START,
    "signed_up_at": START,
    "purchase_by": START + 90 * DAY,
}
IN_HOLD: dict[str, Any] = {
    **JOINED,
    "purchase": BOUGHT,
    "qualified_at": START + HOUR,
    "hold_ends_at": START + HOUR + WEEK,
}
FAMILY: dict[str, Any] = {"score": 50, "signs": ("same_family",)}


def common(at: datetime) -> dict[str, Any]:
    return {"at": at, "person_id": REFERRER, "policy_version": VERSION, "referral_id": ID}


def signed_up(at: datetime = START, **more: Any) -> ReferralSignedUp:
    plain: dict[str, Any] = {"score": 0, "signs": NOTHING, "held": False}
    return ReferralSignedUp(
        **common(at),
        referee_id=person(0),
        signed_up_at=START,
        purchase_by=START + 90 * DAY,
        **(plain | more),
    )


def purchased(**more: Any) -> ReferralPurchased:
    plain: dict[str, Any] = {"score": 0, "signs": NOTHING, "held": False}
    return ReferralPurchased(
        **common(START + HOUR),
        referee_id=person(0),
        purchase=BOUGHT,
        hold_ends_at=START + HOUR + WEEK,
        **(plain | more),
    )


def rejected(at: datetime, *reasons: str) -> ReferralRejected:
    return ReferralRejected(**common(at), referee_id=person(0), reasons=reasons)


def bought() -> Script:
    return Script().redeem().wait(HOUR).buy()


REWARDED_AT = START + HOUR + WEEK
REWARDED_EVENT = ReferralRewarded(
    **common(REWARDED_AT),
    referee_id=person(0),
    ordinal=1,
    bonus_tier=1,
    referrer_reward=Money(10_000, "INR"),
    referee_reward=Money(5_000, "INR"),
)
REWARDED: dict[str, Any] = {
    **IN_HOLD,
    "rewarded_at": REWARDED_AT,
    "ordinal": 1,
    "bonus_tier": 1,
    "referrer_reward": Money(10_000, "INR"),
    "referee_reward": Money(5_000, "INR"),
}


def test_an_invite() -> None:
    event = ReferralInvited(
        **common(START),
        method=Method.LINK,
        source=Source.SMS,
        expires_at=START + 30 * DAY,
    )
    assert invited(event, "token-0") == INVITED
    noted = invited(event, None, {"campaign": "spring"})
    assert (noted.token, noted.metadata) == (None, {"campaign": "spring"})
    assert evolve(INVITED, event) == INVITED
    assert due_at(INVITED) == START + 30 * DAY


def test_from_the_code_to_the_reward() -> None:
    script = Script().redeem()
    joined = script.referral
    assert (joined, due_at(joined)) == (SignedUp(**JOINED), START + 90 * DAY)
    in_hold = script.wait(HOUR).buy().referral
    assert (in_hold, due_at(in_hold)) == (Qualified(**IN_HOLD), REWARDED_AT)
    rewarded = script.wait(WEEK).end_hold().referral
    assert (rewarded, due_at(rewarded)) == (Rewarded(**REWARDED), None)
    assert script.events == [signed_up(), purchased(), REWARDED_EVENT]


@pytest.mark.parametrize("cause", list(TakenBackFor))
def test_a_reward_that_is_taken_back(cause: TakenBackFor) -> None:
    script = bought().wait(WEEK).end_hold().wait(DAY)
    script.take_back(cause=cause, referrer_owed_minor=400, referee_owed_minor=300)
    owed: dict[str, Any] = {"cause": cause, "referrer_owed_minor": 400, "referee_owed_minor": 300}
    at = REWARDED_AT + DAY
    reverted = ReferralReversed(**common(at), referee_id=person(0), **owed)
    assert script.events[3:] == [reverted]
    assert script.referral == Reversed(**REWARDED, reversed_at=at, **owed)
    assert due_at(script.referral) is None


def test_a_reward_that_was_not_used_owes_nothing() -> None:
    known = bought().wait(WEEK).end_hold().take_back().referral
    assert isinstance(known, Reversed)
    assert (known.referrer_owed_minor, known.referee_owed_minor) == (0, 0)


@pytest.mark.parametrize(
    ("cause", "reason"),
    [
        (TakenBackFor.REFUND, "refunded_in_hold"),
        (TakenBackFor.CHARGEBACK, "charged_back_in_hold"),
    ],
)
def test_a_purchase_that_is_taken_back_in_the_hold(cause: TakenBackFor, reason: str) -> None:
    script = bought().wait(DAY).take_back(cause=cause)
    at = START + HOUR + DAY
    assert script.events[2:] == [rejected(at, reason)]
    assert script.referral == Rejected(**IN_HOLD, rejected_at=at, reasons=(reason,))
    assert due_at(script.referral) is None


def test_a_chargeback_of_a_part_takes_it_all_back() -> None:
    script = bought().take_back(cause=TakenBackFor.CHARGEBACK, left_minor=49_899)
    assert isinstance(script.referral, Rejected)


def test_who_is_held_waits_for_a_review() -> None:
    script = Script().redeem(judged(same_family=True))
    held: dict[str, Any] = {**FAMILY, "held_at": START}
    joined = script.referral
    assert (joined, due_at(joined)) == (Held(**JOINED, **held), START + 90 * DAY)
    bought = script.wait(HOUR).buy().referral
    assert (bought, due_at(bought)) == (Held(**IN_HOLD, **held), None)
    approved = script.wait(WEEK).review(Verdict.APPROVE).referral
    at = START + HOUR + WEEK
    review = Review(verdict=Verdict.APPROVE, by="ana@example.org", why="Looked at it.", at=at)
    assert approved == Qualified(**IN_HOLD, **held, review=review)
    assert script.events == [
        signed_up(**FAMILY, held=True),
        purchased(**FAMILY, held=True),
        ReferralReviewed(
            **common(at),
            verdict=Verdict.APPROVE,
            reviewed_by="ana@example.org",
            why="Looked at it.",
        ),
    ]


def test_a_review_of_who_has_bought_nothing() -> None:
    held: dict[str, Any] = {**FAMILY, "held_at": START}
    for verdict in Verdict:
        script = Script().redeem(judged(same_family=True)).wait(HOUR).review(verdict)
        at = START + HOUR
        review = Review(verdict=verdict, by="ana@example.org", why="Looked at it.", at=at)
        after: Referral = SignedUp(**JOINED, **held, review=review)
        if verdict is Verdict.REJECT:
            reasons = ("rejected_by_review",)
            after = Rejected(**JOINED, **held, review=review, rejected_at=at, reasons=reasons)
        assert script.referral == after


def test_a_purchase_that_makes_it_suspicious_is_held_from_then_on() -> None:
    script = Script().redeem(judged(same_network=True)).buy()
    known = script.referral
    assert isinstance(known, Held)
    assert (known.held_at, known.score) == (START, 50)
    assert known.signs == ("same_network", "quick_purchase")


def test_who_was_looked_at_is_not_judged_again() -> None:
    known = judged(same_family=True, same_network=True)
    script = Script().redeem(known).review(Verdict.APPROVE).buy()
    assert isinstance(script.referral, Qualified)
    assert script.referral.score == 100
    assert script.referral.signs == ("same_family", "same_network", "quick_purchase")
    unseen = Script().redeem(known).buy()
    signs = ("same_family", "same_network", "quick_purchase")
    assert unseen.events[1:] == [rejected(START, *signs)]


def test_signs_that_weigh_too_much_are_kept_with_the_rejection() -> None:
    known = judged(same_family=True, same_device=True, sign_ups=6)
    signs = ("same_family", "same_device", "many_sign_ups")
    script = Script().redeem(known)
    assert script.events == [signed_up(score=110, signs=signs), rejected(START, *signs)]


@pytest.mark.parametrize(
    ("at", "amount", "rejects"),
    [(HOUR - MOMENT, 1, True), (HOUR, 1, False), (HOUR - MOMENT, 0, False)],
)
def test_only_a_payer_of_before_the_code_is_rejected(
    at: timedelta, amount: int, rejects: bool
) -> None:
    script = Script().wait(HOUR).redeem().wait(HOUR).buy(at=START + at, amount=amount)
    found = [rejected(START + 2 * HOUR, "not_a_payer")] if rejects else []
    assert script.events[1:] == found


def test_a_purchase_by_the_same_means_or_for_a_suspended_referrer() -> None:
    script = Script().redeem().wait(HOUR).put(Buy(purchase=BOUGHT, same_payment=True))
    assert script.events[1:] == [rejected(START + HOUR, "another_means_of_payment")]
    script = Script().redeem().wait(HOUR).put(Buy(purchase=BOUGHT, referrer_active=False))
    assert script.events[1:] == [rejected(START + HOUR, "referrer_is_active")]


def test_the_end_of_a_hold_that_rejects() -> None:
    script = bought().wait(WEEK).end_hold(same_payment=True)
    assert script.events[2:] == [rejected(REWARDED_AT, "another_means_of_payment")]
    script = bought().wait(WEEK).end_hold(referrer_active=False)
    assert script.events[2:] == [rejected(REWARDED_AT, "referrer_is_active")]
    script = bought().wait(WEEK)
    script.policy = attrs.evolve(POLICY, window_rewards=0, rewards_in_all=0)
    script.end_hold()
    assert script.events[2:] == [rejected(REWARDED_AT, "rewards_in_window", "rewards_in_all")]


def test_the_earlier_of_two_purchases_counts() -> None:
    script = Script().redeem().wait(DAY).buy(1, at=START + 2 * HOUR).buy(0, at=START + HOUR)
    known = script.referral
    assert isinstance(known, Qualified)
    assert (known.purchase, known.hold_ends_at) == (BOUGHT, START + HOUR + WEEK)
    assert script.buy(0, at=START + HOUR).buy(2, at=START + HOUR).events[3:] == []


def test_an_invite_or_a_purchase_that_does_not_come() -> None:
    script = Script().wait(30 * DAY).put(Expire())
    at = START + 30 * DAY
    reason = "invite_not_taken_up"
    assert script.events == [ReferralExpired(**common(at), reason=reason)]
    assert script.referral == Expired(**BEGINNING, expired_at=at, reason=reason)
    script = Script().redeem().wait(90 * DAY).put(Expire())
    at, reason = START + 90 * DAY, "no_purchase_in_time"
    assert script.events[1:] == [ReferralExpired(**common(at), reason=reason)]
    came: dict[str, Any] = {"referee_id": person(0), "redeemed_at": START, "signed_up_at": START}
    assert script.referral == Expired(**BEGINNING, **came, expired_at=at, reason=reason)
    assert due_at(script.referral) is None
    assert script.put(Expire()).events[2:] == []


def test_who_has_bought_does_not_expire() -> None:
    script = bought().wait(400 * DAY).put(Expire())
    assert isinstance(script.referral, Qualified)


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
    script = bought().wait(WEEK)
    script.policy = attrs.evolve(POLICY, tier_starts=(1,), tier_percents=(125,))
    return script.end_hold()


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
        (rewarded_third().referral, CLAIMED, after_purchase(RewardStatus.CREDITED, tier=1)),
        (
            rewarded_third().take_back(cause=TakenBackFor.CHARGEBACK).referral,
            CLAIMED,
            after_purchase(RewardStatus.EXPIRED, "reversed: chargeback", tier=1),
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
