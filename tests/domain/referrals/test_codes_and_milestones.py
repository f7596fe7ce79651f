"""Codes as persons type them, and what so many referrals give."""

from datetime import timedelta
from uuid import UUID

import attrs
import pytest

from domain.referrals.codes import (
    ALPHABET,
    NoActiveCodeError,
    deactivated,
    ended,
    entered_code,
    made,
    new_code,
)
from domain.referrals.milestones import (
    MilestoneReward,
    RewardClaimedError,
    RewardNotActiveError,
    RewardType,
    changed_reward,
    checked_reward,
    claim,
    claim_of,
)
from domain.shared.errors import InvalidValueError, RefusedError
from domain.shared.ids import ReferralRewardId
from tests.domain.referrals.script import DAY, REFERRER, START, VERSION


def test_the_alphabet_has_nothing_that_looks_alike() -> None:
    assert not set("01OIL") & set(ALPHABET)
    assert len(set(ALPHABET)) == len(ALPHABET) == 31


def test_codes_are_taken_as_they_are_typed() -> None:
    assert entered_code("code", " abcd-2345 ") == "ABCD2345"
    for wrong in ("", "ABCD234", "ABCD23456", "ABCD2340", "ABCD234O", "ÀBCD2345", "x" * 100_000):
        with pytest.raises(InvalidValueError):
            entered_code("code", wrong)


def test_a_code_lives_and_ends() -> None:
    event = made(REFERRER, "ABCD2345", START + DAY, VERSION, START)
    code = new_code(event)
    assert code.usable(START + DAY - timedelta(microseconds=1))
    assert not code.usable(START + DAY)
    gone = ended(code, deactivated(code, VERSION, START))
    assert not gone.usable(START)
    with pytest.raises(NoActiveCodeError):
        deactivated(gone, VERSION, START)
    with pytest.raises(InvalidValueError):
        made(REFERRER, "ABCD2345", START, VERSION, START)


REWARD = MilestoneReward(
    id=ReferralRewardId(UUID(int=1)),
    name="Three friends",
    description="A month of premium for three friends.",
    type=RewardType.PREMIUM_DAYS,
    value={"days": 30},
    required_referrals=3,
    valid_days=90,
    created_at=START,
)


def test_a_milestone_is_claimed_once() -> None:
    with pytest.raises(RefusedError) as refused:
        claim(REWARD, REFERRER, 2, VERSION, START, claimed=False)
    (reason,) = refused.value.reasons
    assert (reason.inputs["referral_count"], reason.threshold) == (2, 3)
    event = claim(REWARD, REFERRER, 3, VERSION, START, claimed=False)
    known = claim_of(event)
    assert known.expires_at == START + 90 * DAY
    assert (known.type, known.value, known.applied_at) == (
        RewardType.PREMIUM_DAYS,
        {"days": 30},
        None,
    )
    with pytest.raises(RewardClaimedError):
        claim(REWARD, REFERRER, 3, VERSION, START, claimed=True)
    with pytest.raises(RewardNotActiveError):
        claim(attrs.evolve(REWARD, is_active=False), REFERRER, 3, VERSION, START, claimed=False)


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (RewardType.PREMIUM_DAYS, {"days": 30}),
        (RewardType.DISCOUNT, {"percent_off": 20}),
        (RewardType.BADGE, {"badge": "Ambassador"}),
        (RewardType.CREDITS, {"credits": 5}),
    ],
)
def test_each_type_has_its_value(kind: RewardType, value: dict[str, int | str]) -> None:
    assert changed_reward(REWARD, {"type": kind, "value": value}).value == value


@pytest.mark.parametrize(
    "changes",
    [
        {"value": {}},
        {"value": {"days": 0}},
        {"value": {"days": True}},
        {"value": {"days": "30"}},
        {"value": {"days": 30, "more": 1}},
        {"value": {"percent_off": 20}},
        {"type": RewardType.DISCOUNT, "value": {"percent_off": 101}},
        {"type": RewardType.BADGE, "value": {"badge": " "}},
        {"type": RewardType.CREDITS, "value": {"credits": 10_001}},
        {"required_referrals": 0},
        {"valid_days": 0},
        {"name": "\n"},
        {"description": "x" * 1001},
    ],
)
def test_malformed_rewards(changes: dict[str, object]) -> None:
    with pytest.raises(InvalidValueError):
        checked_reward(changed_reward(REWARD, changes))
