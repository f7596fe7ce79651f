"""What is wrong with an input of referrals, in the words that its sender reads."""

import re
from typing import Any
from uuid import UUID

import attrs
import pytest

from domain.referrals.addresses import network_of
from domain.referrals.codes import (
    NoActiveCodeError,
    deactivated,
    ended,
    entered_code,
    made,
    new_code,
)
from domain.referrals.commands import InviteTakenUpError, ReferralNotHeldError
from domain.referrals.kinds import Verdict
from domain.referrals.milestones import (
    MilestoneReward,
    RewardClaimedError,
    RewardNotActiveError,
    RewardType,
    changed_reward,
    checked_reward,
    claim,
)
from domain.referrals.policy import ReferralPolicy, ScorePolicy
from domain.referrals.tiers import rewards
from domain.shared.errors import InvalidValueError
from domain.shared.ids import ReferralRewardId
from tests.domain.referrals.script import DAY, POLICY, REFERRER, START, VERSION, Script, purchase

CODE = new_code(made(REFERRER, "ABCD2345", None, VERSION, START))
REWARD = MilestoneReward(
    id=ReferralRewardId(UUID(int=1)),
    name="Three friends",
    description="A month of premium for three friends.",
    type=RewardType.PREMIUM_DAYS,
    value={"days": 30},
    created_at=START,
)
A_CODE = "A code has 8 letters and digits, without 0, O, 1, I and L; enter it as it was given."


def test_a_code_that_can_be_none() -> None:
    with pytest.raises(InvalidValueError) as wrong:
        entered_code("entered", "ABCD")
    assert (wrong.value.field, wrong.value.detail) == ("entered", A_CODE)
    with pytest.raises(InvalidValueError) as wrong:
        made(REFERRER, "ABCD", None, VERSION, START)
    assert (wrong.value.field, wrong.value.detail) == ("code", A_CODE)


def test_no_more_than_forty_characters_of_a_code_are_read() -> None:
    assert entered_code("code", " " * 32 + "ABCD2345") == "ABCD2345"
    assert entered_code("code", "ABCD2345" + " " * 32 + "Z") == "ABCD2345"
    with pytest.raises(InvalidValueError):
        entered_code("code", " " * 33 + "ABCD2345")


def test_a_code_that_would_end_before_it_begins() -> None:
    with pytest.raises(InvalidValueError) as wrong:
        made(REFERRER, "ABCD2345", START, VERSION, START)
    assert wrong.value.field == "expires_at"
    assert wrong.value.detail == "The code would end before it begins; name a later time."


def test_a_code_is_deactivated_once() -> None:
    gone = ended(CODE, deactivated(CODE, VERSION, START))
    with pytest.raises(NoActiveCodeError) as wrong:
        deactivated(gone, VERSION, START)
    assert wrong.value.detail == "The code is not active; there is nothing to deactivate."


def test_no_address() -> None:
    with pytest.raises(InvalidValueError) as wrong:
        network_of("ip", "example.org")
    assert wrong.value.field == "ip"
    advice = "This is no IP address; give one like 203.0.113.7 or 2001:db8::7."
    assert wrong.value.detail == advice


def test_an_invite_that_cannot_be_taken_up() -> None:
    advice = "The invite was taken up already, or its time is over; ask for a new one."
    for script in (Script().redeem(), Script().wait(30 * DAY)):
        with pytest.raises(InviteTakenUpError) as wrong:
            script.redeem()
        assert wrong.value.detail == advice


def test_nothing_to_review() -> None:
    with pytest.raises(ReferralNotHeldError) as wrong:
        Script().redeem().review(Verdict.APPROVE)
    assert wrong.value.detail == "The referral is not held; there is nothing to review."


def test_a_reward_that_cannot_be_claimed() -> None:
    with pytest.raises(RewardClaimedError) as claimed:
        claim(REWARD, REFERRER, 1, VERSION, START, claimed=True)
    assert claimed.value.detail == "The reward was claimed already; each is given once."
    inactive = attrs.evolve(REWARD, is_active=False)
    with pytest.raises(RewardNotActiveError) as gone:
        claim(inactive, REFERRER, 1, VERSION, START, claimed=False)
    assert (
        gone.value.detail == "The reward is not given any more; list the rewards to see which are."
    )


NUMBER_OF_REFERRALS = "Name a number from 1 to 100000 of referrals."
NUMBER_OF_DAYS = "Name a number from 1 to 3650 of days, or none."
DAYS = "A reward of type premium_days has one value, days: a number from 1 to 3650."
PERCENT = "A reward of type discount has one value, percent_off: a number from 1 to 100."
BADGE = "A reward of type badge has one value, badge: a text."
CREDITS = "A reward of type credits has one value, credits: a number from 1 to 10000."


@pytest.mark.parametrize(
    ("changes", "field", "detail"),
    [
        ({"required_referrals": 0}, "required_referrals", NUMBER_OF_REFERRALS),
        ({"required_referrals": 100_001}, "required_referrals", NUMBER_OF_REFERRALS),
        ({"valid_days": 0}, "valid_days", NUMBER_OF_DAYS),
        ({"valid_days": 3651}, "valid_days", NUMBER_OF_DAYS),
        ({"name": ""}, "name", "The text is empty; write something."),
        (
            {"name": "x" * 101},
            "name",
            "The text has 101 characters; at most 100 are taken; shorten it.",
        ),
        ({"name": "a\nb"}, "name", "The text holds a line break or control character; remove it."),
        ({"description": " "}, "description", "The text is empty; write something."),
        (
            {"description": "x" * 1001},
            "description",
            "The text has 1001 characters; at most 1000 are taken; shorten it.",
        ),
        ({"value": {"days": 0}}, "value", DAYS),
        ({"value": {"days": 3651}}, "value", DAYS),
        ({"value": {"credits": 5}}, "value", DAYS),
        ({"type": RewardType.DISCOUNT}, "value", PERCENT),
        ({"type": RewardType.DISCOUNT, "value": {"percent_off": 101}}, "value", PERCENT),
        ({"type": RewardType.BADGE, "value": {"badge": 5}}, "value", BADGE),
        (
            {"type": RewardType.BADGE, "value": {"badge": "\n"}},
            "value",
            "The text is empty; write something.",
        ),
        (
            {"type": RewardType.BADGE, "value": {"badge": "x" * 101}},
            "value",
            "The text has 101 characters; at most 100 are taken; shorten it.",
        ),
        ({"type": RewardType.CREDITS, "value": {"credits": 10_001}}, "value", CREDITS),
    ],
)
def test_a_malformed_reward(changes: dict[str, Any], field: str, detail: str) -> None:
    with pytest.raises(InvalidValueError) as wrong:
        changed_reward(REWARD, changes)
    assert (wrong.value.field, wrong.value.detail) == (field, detail)


@pytest.mark.parametrize(
    "changes",
    [
        {"required_referrals": 1},
        {"required_referrals": 100_000},
        {"valid_days": 1},
        {"valid_days": 3650},
        {"name": "x" * 100},
        {"description": "x\n" * 500},
        {"value": {"days": 1}},
        {"value": {"days": 3650}},
        {"type": RewardType.DISCOUNT, "value": {"percent_off": 1}},
        {"type": RewardType.DISCOUNT, "value": {"percent_off": 100}},
        {"type": RewardType.BADGE, "value": {"badge": "x" * 100}},
        {"type": RewardType.CREDITS, "value": {"credits": 10_000}},
    ],
)
def test_a_reward_at_the_ends_of_its_ranges(changes: dict[str, Any]) -> None:
    assert changed_reward(REWARD, changes) == attrs.evolve(REWARD, **changes)


def test_texts_of_a_reward_are_kept_in_normal_form() -> None:
    typed = attrs.evolve(
        REWARD,
        name=" Cafe\N{COMBINING ACUTE ACCENT} ",
        description="Cafe\N{COMBINING ACUTE ACCENT}",
        type=RewardType.BADGE,
        value={"badge": " Ambassador "},
    )
    kept = attrs.evolve(typed, name="Café", description="Café", value={"badge": "Ambassador"})
    assert checked_reward(typed) == kept


def test_a_currency_that_rewards_nothing() -> None:
    with pytest.raises(LookupError, match=r"^referrals are worth nothing in EUR$"):
        rewards(purchase(0, START, currency="EUR"), 1, POLICY)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        ({"tier_starts": ()}, "tier_starts must begin with 1 and name at most 20 tiers"),
        (
            {"tier_starts": tuple(range(1, 22))},
            "tier_starts must begin with 1 and name at most 20 tiers",
        ),
        ({"tier_starts": (1, 3, 3, 25)}, "tier_starts must rise"),
        ({"tier_percents": (100, 125, 150, -1)}, "tier_percents must be from 0 to 10000"),
        ({"tier_percents": (100, 125, 150, 10_001)}, "tier_percents must be from 0 to 10000"),
        ({"tier_starts": (1, 3)}, "tier_starts and tier_percents must name the same tiers"),
    ],
)
def test_tiers_that_make_no_sense(numbers: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ReferralPolicy(**numbers)


def test_tiers_at_the_ends_of_their_ranges() -> None:
    twenty = tuple(range(1, 21))
    policy = ReferralPolicy(tier_starts=twenty, tier_percents=(0, 10_000, *twenty[2:]))
    assert policy.tier_starts == twenty
    assert ReferralPolicy(tier_starts=(1,), tier_percents=(100,)).tier_starts == (1,)


@pytest.mark.parametrize(
    ("numbers", "message"),
    [
        (
            {"disposable_domains": ("Mail.example",)},
            "disposable_domains must hold at most 10000 names in lower case",
        ),
        (
            {"disposable_domains": (" mail.example",)},
            "disposable_domains must hold at most 10000 names in lower case",
        ),
        (
            {"disposable_domains": ("a",) * 10_001},
            "disposable_domains must hold at most 10000 names in lower case",
        ),
        ({"rejected_from": 49}, "rejected_from must not be below held_from"),
        ({"same_network": 50}, "same_network must be below held_from: never an IP alone"),
    ],
)
def test_scores_that_make_no_sense(numbers: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        ScorePolicy(**numbers)


def test_scores_at_the_ends_of_their_ranges() -> None:
    at_once = ScorePolicy(rejected_from=50, disposable_domains=("a",) * 10_000)
    assert at_once.rejected_from == at_once.held_from
    assert ScorePolicy(same_network=49).same_network == 49
