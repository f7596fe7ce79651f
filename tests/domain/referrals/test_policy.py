"""Which numbers of referrals a business may choose."""

from typing import Any

import attrs
import pytest

from adapters.rulebook import RulebookError, as_numbers, rulebook_of
from application.shared.rulebook import Policies
from domain.referrals.policy import CurrencyTerms, ReferralPolicy, ScorePolicy

DAY = 86_400


@pytest.mark.parametrize(
    ("name", "default"),
    [
        ("invite_seconds", 30 * DAY),
        ("entry_seconds", 3 * DAY),
        ("purchase_seconds", 90 * DAY),
        ("hold_seconds", 7 * DAY),
        ("window_seconds", 30 * DAY),
        ("window_rewards", 20),
        ("rewards_in_all", 100),
        ("tier_starts", (1, 3, 10, 25)),
        ("tier_percents", (100, 125, 150, 200)),
    ],
)
def test_the_defaults_are_those_of_the_rules(name: str, default: object) -> None:
    assert getattr(ReferralPolicy(), name) == default


def test_currencies_have_their_terms() -> None:
    policy = ReferralPolicy()
    assert policy.terms("INR") == policy.inr
    assert policy.terms("USD") == policy.usd
    assert policy.terms("EUR") is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"invite_seconds": 0},
        {"open_invites_per_person": 0},
        {"hold_seconds": -1},
        {"window_rewards": -1},
        {"rewards_in_all": 100_001},
        {"tier_starts": ()},
        {"tier_starts": (2, 3, 10, 25)},
        {"tier_starts": (1, 3, 3, 25)},
        {"tier_starts": (1, 3, 10)},
        {"tier_percents": (100, 125, 150, -1)},
    ],
)
def test_wrong_numbers_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ReferralPolicy(**wrong)


@pytest.mark.parametrize(
    "wrong",
    [
        {"same_family": -1},
        {"held_from": 0},
        {"rejected_from": 49},
        {"same_network": 50},
        {"disposable_domains": ("Mailinator.com",)},
    ],
)
def test_wrong_scores_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        ScorePolicy(**wrong)


def test_wrong_terms_are_refused() -> None:
    terms = CurrencyTerms(referrer_minor=1, referee_minor=1, minimum_purchase_minor=1)
    with pytest.raises(ValueError, match="minimum_purchase_minor"):
        attrs.evolve(terms, minimum_purchase_minor=0)


def test_a_rulebook_overrides_some_and_names_what_is_wrong() -> None:
    changed = rulebook_of({"referrals": {"inr": {"referrer_minor": 5_000}}}).policies.referrals
    assert changed.inr.referrer_minor == 5_000
    assert changed.inr.referee_minor == 5_000
    assert rulebook_of({"referrals": as_numbers(Policies())["referrals"]}).policies == Policies()
    with pytest.raises(RulebookError, match="referrals"):
        rulebook_of({"referrals": {"scores": {"same_network": 99}}})
    with pytest.raises(RulebookError, match="invite_second: there is no such key"):
        rulebook_of({"referrals": {"invite_second": 1}})
