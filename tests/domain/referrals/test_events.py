"""Every event of a referral in full, and the state that it makes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.referrals.commands import Buy, Expire, TakeBack, decide, due_at
from domain.referrals.events import (
    ReferralExpired,
    ReferralInvited,
    ReferralPurchased,
    ReferralRejected,
    ReferralReversed,
    ReferralReviewed,
    ReferralRewarded,
    ReferralSignedUp,
)
from domain.referrals.kinds import Method, Review, Source, TakenBackFor, Verdict
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
from domain.shared.ids import ReferralId
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
)
from tests.domain.referrals.whole_referrals import BOUGHT, MOMENT, REWARDED_AT, WEEK, bought

ID = ReferralId(UUID(int=5000))


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


def test_who_never_came_or_was_rewarded_buys_for_nothing() -> None:
    assert Script().buy().events == []
    rewarded = bought().wait(WEEK).end_hold()
    assert rewarded.buy(1, at=START + HOUR / 2).events[3:] == []


def test_a_referral_goes_by_the_policy_that_it_was_last_decided_under() -> None:
    script = bought()
    (event,) = decide(
        script.referral,
        TakeBack(payment_id=BOUGHT.payment_id, at=script.now, cause=TakenBackFor.REFUND),
        POLICY,
        "v2",
        script.now,
    )
    assert event.policy_version == "v2"
    assert evolve(script.referral, event).policy_version == "v2"
