"""What every rule of referrals says, word by word."""

from datetime import datetime, timedelta
from uuid import UUID

import attrs
import pytest

from domain.referrals.kinds import Counted
from domain.referrals.milestones import MilestoneReward, RewardType, claim, progress_reason
from domain.referrals.policy import ReferralPolicy, ScorePolicy
from domain.referrals.progress import NextTier, Progress, progress_of
from domain.referrals.redeeming import (
    Judgement,
    RedeemOutcome,
    Signals,
    judge,
    quick_reason,
    score_reasons,
)
from domain.shared.decisions import Reason
from domain.shared.errors import RefusedError
from domain.shared.ids import ReferralRewardId
from tests.domain.referrals.script import (
    DAY,
    HOUR,
    POLICY,
    REFERRER,
    START,
    VERSION,
    purchase,
    redemption,
)

MOMENT = timedelta(microseconds=1)
SCORES = ScorePolicy()


def allows(rule: str, detail: str) -> Reason:
    return Reason(rule=rule, satisfied=True, detail=detail)


def refuses(rule: str, detail: str) -> Reason:
    return Reason(rule=rule, satisfied=False, detail=detail)


def in_time(seconds: int) -> Reason:
    return Reason(
        rule="entered_in_time",
        satisfied=True,
        detail="The code is entered soon enough after signing up.",
        inputs={"seconds_since_sign_up": seconds},
        threshold=259_200,
        changes_at=START + 72 * HOUR,
    )


def sign(rule: str, what: str, points: int = 0) -> Reason:
    return Reason(
        rule=rule,
        satisfied=not points,
        detail=f"A sign of fraud: {what}." if points else f"This sign of fraud is absent: {what}.",
        inputs={"points": points},
    )


HARD = (
    allows("another_person", "The code is another person's."),
    allows("code_is_usable", "The code or invite can be taken up."),
    in_time(0),
    allows("not_a_payer", "The person has bought nothing yet."),
    allows("not_referred", "The person came by no other code."),
    allows("no_cycle", "The referrer did not come by them."),
    allows("referrer_is_active", "The referrer is active."),
    allows("another_mailbox", "The two have different mailboxes."),
    allows("another_phone", "The two have different phone numbers."),
    allows("another_means_of_payment", "The two pay by different means."),
)
NO_SIGNS = (
    sign("same_family", "the two are of one family"),
    sign("same_network", "the sign-up shares a network"),
    sign("same_device", "the sign-up shares a device"),
    sign("disposable_mail", "the mail address is disposable"),
    sign("many_sign_ups", "the sign-up is one of many in a day"),
)


def test_a_code_that_is_taken_says_why_by_every_rule() -> None:
    assert judge(redemption(), POLICY, START) == Judgement(
        outcome=RedeemOutcome.ACCEPTED, recorded=True, score=0, reasons=(*HARD, *NO_SIGNS)
    )


@pytest.mark.parametrize(
    ("facts", "reason"),
    [
        (
            {"same_person": True},
            refuses("another_person", "Nobody comes by a code of their own."),
        ),
        (
            {"usable": False},
            refuses(
                "code_is_usable",
                "The code is not active any more, or the invite was taken up or has ended.",
            ),
        ),
        (
            {"is_payer": True},
            refuses("not_a_payer", "Codes are entered before the first purchase."),
        ),
        (
            {"is_referred": True},
            refuses(
                "not_referred", "The person came by another code already; the first one counts."
            ),
        ),
        (
            {"is_ancestor": True},
            refuses(
                "no_cycle",
                "The referrer came by this person, so this person cannot come by them.",
            ),
        ),
        (
            {"referrer_active": False},
            refuses("referrer_is_active", "The referrer is suspended or gone."),
        ),
        (
            {"signals": Signals(same_email=True)},
            refuses(
                "another_mailbox",
                "The mailbox is that of the referrer, or of somebody they referred.",
            ),
        ),
        (
            {"signals": Signals(same_phone=True)},
            refuses(
                "another_phone",
                "The phone number is that of the referrer, or of somebody they referred.",
            ),
        ),
        (
            {"signals": Signals(same_payment=True)},
            refuses(
                "another_means_of_payment",
                "The means of payment is that of the referrer, or of somebody they referred.",
            ),
        ),
    ],
)
def test_each_hard_rule_says_why_it_rejects(facts: dict[str, object], reason: Reason) -> None:
    reasons = tuple(reason if known.rule == reason.rule else known for known in HARD)
    assert judge(redemption(**facts), POLICY, START) == Judgement(
        outcome=RedeemOutcome.REJECTED, recorded=False, score=0, reasons=reasons
    )


@pytest.mark.parametrize(
    ("now", "reason"),
    [
        (START + 72 * HOUR - MOMENT, in_time(259_199)),
        (
            START + 72 * HOUR,
            Reason(
                rule="entered_in_time",
                satisfied=False,
                detail="A code can be entered for 72 hours after signing up; that time is over.",
                inputs={"seconds_since_sign_up": 259_200},
                threshold=259_200,
            ),
        ),
    ],
)
def test_a_code_is_entered_in_time_or_says_that_it_is_late(now: datetime, reason: Reason) -> None:
    assert judge(redemption(), POLICY, now).reasons[2] == reason


def test_the_time_for_a_code_is_named_as_the_business_chose_it() -> None:
    policy = attrs.evolve(POLICY, entry_seconds=5400)
    late = judge(redemption(), policy, START + 2 * HOUR).reasons[2]
    assert (
        late.detail == "A code can be entered for 90 minutes after signing up; that time is over."
    )


def test_every_sign_says_what_it_weighs() -> None:
    everything = Signals(
        same_family=True, same_network=True, same_device=True, disposable_mail=True, sign_ups=6
    )
    assert score_reasons(everything, SCORES) == (
        sign("same_family", "the two are of one family", 50),
        sign("same_network", "the sign-up shares a network", 30),
        sign("same_device", "the sign-up shares a device", 30),
        sign("disposable_mail", "the mail address is disposable", 30),
        sign("many_sign_ups", "the sign-up is one of many in a day", 30),
    )
    assert score_reasons(Signals(sign_ups=5), SCORES) == NO_SIGNS


@pytest.mark.parametrize(
    ("scores", "outcome"),
    [
        (ScorePolicy(held_from=51), RedeemOutcome.ACCEPTED),
        (ScorePolicy(held_from=50), RedeemOutcome.HELD),
        (ScorePolicy(held_from=50, rejected_from=51), RedeemOutcome.HELD),
        (ScorePolicy(held_from=50, rejected_from=50), RedeemOutcome.REJECTED),
    ],
)
def test_a_score_is_held_from_one_limit_on_and_rejected_from_another(
    scores: ScorePolicy, outcome: RedeemOutcome
) -> None:
    suspicious = redemption(signals=Signals(same_family=True))
    judged = judge(suspicious, ReferralPolicy(scores=scores), START)
    assert (judged.outcome, judged.recorded, judged.score) == (outcome, True, 50)
    assert judged.reasons == (
        *HARD,
        sign("same_family", "the two are of one family", 50),
        *NO_SIGNS[1:],
    )


@pytest.mark.parametrize(("seconds", "points"), [(0, 20), (120, 20), (120.9, 20), (121, 0)])
def test_a_purchase_at_once_is_a_sign(seconds: float, points: int) -> None:
    settled_at = START + timedelta(seconds=seconds)
    reason = sign("quick_purchase", "the purchase came right after signing up", points)
    assert quick_reason(START, settled_at, SCORES) == reason


def counted(*times: datetime) -> tuple[Counted, ...]:
    return tuple(
        Counted(place=(at, purchase(n, at).payment_id), rewarded=False)
        for n, at in enumerate(times)
    )


ACTIVE = allows("referrer_is_active", "The referrer is active.")


def room_in_window(number: int) -> Reason:
    return Reason(
        rule="rewards_in_window",
        satisfied=True,
        detail=f"{number} of 20 rewards of the window are taken.",
        inputs={"counted": number, "window_seconds": 2_592_000},
        threshold=20,
    )


def room_in_all(number: int) -> Reason:
    return Reason(
        rule="rewards_in_all",
        satisfied=True,
        detail=f"{number} of 100 rewards in all are taken.",
        inputs={"counted": number},
        threshold=100,
    )


def test_a_fresh_referrer_has_all_before_them() -> None:
    assert progress_of((), POLICY, VERSION, START, active=True) == Progress(
        counted=0,
        tier=1,
        percent=100,
        next_tier=NextTier(tier=2, percent=125, purchases_needed=2),
        in_window=0,
        window_rewards=20,
        rewards_in_all=100,
        reasons=(ACTIVE, room_in_window(0), room_in_all(0)),
        policy_version=VERSION,
    )


def test_what_is_exactly_a_window_ago_has_left_it() -> None:
    known = counted(START, START + MOMENT, START + DAY)
    found = progress_of(known, POLICY, VERSION, START + 30 * DAY, active=True)
    assert (found.counted, found.in_window) == (3, 2)
    assert found.reasons == (ACTIVE, room_in_window(2), room_in_all(3))
    assert (found.tier, found.percent) == (2, 125)
    assert found.next_tier == NextTier(tier=3, percent=150, purchases_needed=6)


@pytest.mark.parametrize(
    ("number", "tier", "next_tier"),
    [
        (1, 1, NextTier(tier=2, percent=125, purchases_needed=1)),
        (2, 2, NextTier(tier=3, percent=150, purchases_needed=7)),
        (23, 3, NextTier(tier=4, percent=200, purchases_needed=1)),
        (24, 4, None),
    ],
)
def test_the_last_tier_has_none_after_it(
    number: int, tier: int, next_tier: NextTier | None
) -> None:
    known = counted(*(START + n * HOUR for n in range(number)))
    found = progress_of(known, POLICY, VERSION, START + 60 * DAY, active=True)
    assert (found.tier, found.next_tier) == (tier, next_tier)


@pytest.mark.parametrize(
    ("window_rewards", "rewards_in_all", "changes_at"),
    [(3, 3, START + 30 * DAY), (2, 2, START + HOUR + 30 * DAY), (0, 0, None)],
)
def test_caps_that_are_reached_say_so(
    window_rewards: int, rewards_in_all: int, changes_at: datetime | None
) -> None:
    policy = attrs.evolve(POLICY, window_rewards=window_rewards, rewards_in_all=rewards_in_all)
    # Heard of in any order.
    known = counted(START + 2 * HOUR, START, START + HOUR)
    found = progress_of(known, policy, VERSION, START + DAY, active=False)
    assert found.reasons == (
        Reason(
            rule="referrer_is_active",
            satisfied=False,
            detail="The referrer is suspended.",
            changed_by=("reinstate_person",),
        ),
        Reason(
            rule="rewards_in_window",
            satisfied=False,
            detail=f"3 of {window_rewards} rewards of the window are taken.",
            inputs={"counted": 3, "window_seconds": 2_592_000},
            threshold=window_rewards,
            changes_at=changes_at,
        ),
        Reason(
            rule="rewards_in_all",
            satisfied=False,
            detail=f"3 of {rewards_in_all} rewards in all are taken.",
            inputs={"counted": 3},
            threshold=rewards_in_all,
        ),
    )


REWARD = MilestoneReward(
    id=ReferralRewardId(UUID(int=1)),
    name="Three friends",
    description="A month of premium for three friends.",
    type=RewardType.PREMIUM_DAYS,
    value={"days": 30},
    required_referrals=3,
    created_at=START,
)


@pytest.mark.parametrize("number", [3, 4])
def test_a_milestone_that_is_reached(number: int) -> None:
    assert progress_reason(REWARD, number) == Reason(
        rule="required_referrals",
        satisfied=True,
        detail="The person has as many rewarded referrals as it takes.",
        inputs={"referral_count": number},
        threshold=3,
    )


@pytest.mark.parametrize(
    ("number", "more"), [(1, "2 more rewarded referrals"), (2, "1 more rewarded referral")]
)
def test_a_milestone_that_is_not_reached_says_how_many_are_missing(number: int, more: str) -> None:
    missing = Reason(
        rule="required_referrals",
        satisfied=False,
        detail=f"The person needs {more}.",
        inputs={"referral_count": number},
        threshold=3,
        changed_by=("refer_a_person",),
    )
    assert progress_reason(REWARD, number) == missing
    with pytest.raises(RefusedError) as refused:
        claim(REWARD, REFERRER, number, VERSION, START, claimed=False)
    assert (refused.value.detail, refused.value.reasons) == (missing.detail, (missing,))
