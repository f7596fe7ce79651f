"""What the rule on units of video messages says, word by word."""

import re
from datetime import UTC, datetime
from typing import Any

import attrs
import pytest

from domain.shared.decisions import Reason
from domain.shared.money import Money
from domain.shared.standing import activity_reason
from domain.video.video_message_allowance import BundleOffer, UnitUnlocker, VideoCreditsNeededError
from domain.video.video_message_allowance import require as require_units
from domain.video.video_message_policy import CreditBundle, VideoMessagePolicy
from tests.domain.video import wallets

RESETS_AT = datetime(2026, 3, 3, tzinfo=UTC)


def units(detail: str, *ways: str, enough: bool, at: datetime | None, **inputs: int) -> Reason:
    return Reason(
        rule="video_message_units",
        satisfied=enough,
        detail=detail,
        inputs={name: number for name, number in inputs.items() if name != "available"},
        threshold=inputs["available"],
        changes_at=at,
        changed_by=ways,
    )


def test_units_that_suffice_say_what_is_left() -> None:
    decision = wallets.allowance(free_used=1, credits=4, debt=2, needed=6)
    assert decision.reasons == (
        units(
            "6 needed; 2 of 3 free units for 2026-03-02 and 4 credits are left.",
            enough=True,
            at=RESETS_AT,
            free_used=1,
            free_remaining=2,
            credits=4,
            debt=2,
            needed=6,
            available=6,
        ),
    )
    assert decision.verdicts == (("video_message_units", True),)
    require_units(decision)


def test_units_that_are_missing_say_what_suffices() -> None:
    decision = wallets.allowance(free_used=4, credits=1, debt=2, needed=10)
    reason = units(
        "10 needed; 0 of 3 free units for 2026-03-02 and 1 credits are left.",
        "buy_20_video_credits",
        "buy_50_video_credits",
        enough=False,
        at=RESETS_AT,
        free_used=4,
        free_remaining=0,
        credits=1,
        debt=2,
        needed=10,
        available=1,
    )
    assert (decision.reasons, decision.allowed) == ((reason,), False)
    assert decision.unlockers == (
        UnitUnlocker(action="buy_5_video_credits", available=4),
        UnitUnlocker(action="buy_20_video_credits", available=19),
        UnitUnlocker(action="buy_50_video_credits", available=49),
    )
    with pytest.raises(VideoCreditsNeededError) as refused:
        require_units(decision)
    assert refused.value.detail == (
        "10 needed; 0 of 3 free units for 2026-03-02 and 1 credits are left. "
        "To send it: buy 20 video credits or buy 50 video credits."
    )
    assert (refused.value.reasons, refused.value.decision) == ((reason,), decision)


@pytest.mark.parametrize(
    ("changes", "advice"),
    [
        (
            {"free_used": 3, "needed": 3},
            (
                " To send it: wait until 2026-03-03T00:00:00Z for free units "
                "or buy 5 video credits or buy 20 video credits or buy 50 video credits."
            ),
        ),
        (
            {"free_used": 3, "needed": 4, "credits": 1, "debt": 48},
            " To send it: wait until 2026-03-03T00:00:00Z for free units.",
        ),
        ({"free_used": 3, "needed": 5, "credits": 1, "debt": 48}, ""),
        ({"needed": 53}, " To send it: buy 50 video credits."),
        ({"needed": 54}, ""),
    ],
)
def test_advice_on_units_that_are_missing(changes: dict[str, Any], advice: str) -> None:
    decision = wallets.allowance(**changes)
    with pytest.raises(VideoCreditsNeededError) as refused:
        require_units(decision)
    assert refused.value.detail == decision.unit_reason.detail + advice


def test_where_nothing_is_free_time_brings_nothing() -> None:
    decision = wallets.allowance(VideoMessagePolicy(free_per_day=0, bundles=()))
    assert decision.unit_reason.changes_at is None
    with pytest.raises(VideoCreditsNeededError) as refused:
        require_units(decision)
    detail = "1 needed; 0 of 0 free units for 2026-03-02 and 0 credits are left."
    assert refused.value.detail == detail


def test_standing_comes_before_units() -> None:
    suspended = activity_reason(active=False)
    decision = attrs.evolve(wallets.allowance(), standing=(suspended,))
    assert not decision.allowed
    assert decision.reasons == (suspended, decision.unit_reason)
    assert decision.verdicts == (("person_is_active", False), ("video_message_units", True))


def test_bundles_with_a_discount() -> None:
    decision = wallets.allowance(discount_percent=20, debt=7)
    assert decision.bundles[0] == BundleOffer(
        action="buy_5_video_credits",
        credits=5,
        prices=(Money(159, "USD"), Money(7_920, "INR")),
        full_prices=(Money(199, "USD"), Money(9_900, "INR")),
        discount_percent=20,
        available=3,
    )
    assert [offer.available for offer in decision.bundles] == [3, 16, 46]
    assert decision.unlockers[0] == UnitUnlocker(action="buy_20_video_credits", available=16)


def bundle(number: int) -> CreditBundle:
    return CreditBundle(credits=number, prices={"USD": 1})


@pytest.mark.parametrize(
    ("bundles", "message"),
    [
        (tuple(map(bundle, range(1, 22))), "bundles must name 20 bundles at most"),
        ((bundle(5), bundle(5)), "bundles must name its bundles by rising credits"),
    ],
)
def test_bundles_that_make_no_sense(bundles: tuple[CreditBundle, ...], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        VideoMessagePolicy(bundles=bundles)
    twenty = tuple(map(bundle, range(1, 21)))
    assert VideoMessagePolicy(bundles=twenty).bundles == twenty
