"""What the shared rules and checks say when they refuse, word by word."""

import re
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import attrs
import pytest

from domain.shared.calendar import (
    CountingDay,
    counted,
    counting_date,
    instant,
    month_after,
    month_before,
    month_of,
    months_later,
    zone,
)
from domain.shared.checks import between
from domain.shared.decisions import Reason, refusals, verdicts
from domain.shared.errors import (
    DomainError,
    InvalidValueError,
    NotFoundError,
    RefusedError,
    TooFastError,
)
from domain.shared.prices import discounted, is_currency, prices_by_currency
from domain.shared.standing import (
    PairBlockedError,
    PartnerDeletedError,
    PersonDeletedError,
    PersonSuspendedError,
    activity_reason,
    pair_reason,
    person_reasons,
    require_not_deleted,
    require_standing,
    standing_reasons,
)
from domain.shared.text import clean_line, clean_text
from domain.shared.tier_limits import TierCatalogue, TierLimits
from domain.shared.tiers import Tier, TierStanding, highest

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)

ACTIVE = Reason(rule="person_is_active", satisfied=True, detail="The person is active.")
SUSPENDED = Reason(
    rule="person_is_active",
    satisfied=False,
    detail="The person is suspended.",
    changed_by=("reinstate_person",),
)
NOT_BLOCKED = Reason(
    rule="pair_is_not_blocked", satisfied=True, detail="Neither has blocked the other."
)
BLOCKED = Reason(
    rule="pair_is_not_blocked",
    satisfied=False,
    detail="One of the two has blocked the other.",
    changed_by=("unblock",),
)
DELETED = Reason(
    rule="person_is_not_deleted",
    satisfied=False,
    detail="The person was erased, which is final; register a new person instead.",
)
PARTNER_DELETED = Reason(
    rule="partner_is_not_deleted",
    satisfied=False,
    detail="The other person was erased, which is final; what was said stays readable.",
)


@pytest.mark.parametrize(
    ("facts", "reasons"),
    [
        ({"active": True, "blocked": False}, (ACTIVE, NOT_BLOCKED)),
        ({"active": False, "blocked": True}, (SUSPENDED, BLOCKED)),
        ({"active": True, "blocked": True, "partner_deleted": True}, (ACTIVE, PARTNER_DELETED)),
        ({"active": False, "blocked": True, "deleted": True}, (DELETED,)),
    ],
)
def test_standing_says_why(facts: dict[str, bool], reasons: tuple[Reason, ...]) -> None:
    assert standing_reasons(**facts) == reasons


def test_standing_by_itself_and_with_another() -> None:
    assert (activity_reason(active=True), activity_reason(active=False)) == (ACTIVE, SUSPENDED)
    assert pair_reason(blocked=False, partner_deleted=False) == NOT_BLOCKED
    assert pair_reason(blocked=True, partner_deleted=False) == BLOCKED
    assert pair_reason(blocked=True, partner_deleted=True) == PARTNER_DELETED
    assert person_reasons(active=True, deleted=False) == (ACTIVE,)
    assert person_reasons(active=False, deleted=False) == (SUSPENDED,)
    assert person_reasons(active=True, deleted=True) == (DELETED,)


OTHER = Reason(rule="some_limit", satisfied=False, detail="Too many.")


@pytest.mark.parametrize(
    ("reason", "error"),
    [
        (SUSPENDED, PersonSuspendedError),
        (DELETED, PersonDeletedError),
        (PARTNER_DELETED, PartnerDeletedError),
        (BLOCKED, PairBlockedError),
    ],
)
def test_who_may_not_act_is_refused_with_all_reasons(
    reason: Reason, error: type[RefusedError]
) -> None:
    reasons, decision = (OTHER, ACTIVE, reason), object()
    with pytest.raises(error) as refused:
        require_standing(reasons, decision)
    assert (refused.value.detail, refused.value.reasons) == (reason.detail, reasons)
    assert refused.value.decision is decision


def test_other_rules_are_not_those_of_standing() -> None:
    require_standing((ACTIVE, NOT_BLOCKED, OTHER))


def test_nothing_is_done_as_who_was_erased() -> None:
    require_not_deleted(deleted=False)
    with pytest.raises(PersonDeletedError) as refused:
        require_not_deleted(deleted=True)
    assert (refused.value.detail, refused.value.reasons) == (DELETED.detail, (DELETED,))
    assert refused.value.decision is None


def test_reasons_in_short() -> None:
    assert verdicts((ACTIVE, BLOCKED)) == (
        ("person_is_active", True),
        ("pair_is_not_blocked", False),
    )
    assert refusals((SUSPENDED, NOT_BLOCKED, OTHER)) == (SUSPENDED, OTHER)


def test_errors_hold_what_they_are_about() -> None:
    plain = DomainError("Something is wrong.")
    assert (plain.detail, str(plain), plain.code) == (
        "Something is wrong.",
        "Something is wrong.",
        "domain_error",
    )
    invalid = InvalidValueError("name", "It is too long.")
    assert (invalid.field, invalid.detail, str(invalid)) == (
        "name",
        "It is too long.",
        "It is too long.",
    )
    refused = RefusedError("No.", (OTHER,), invalid)
    assert (refused.detail, str(refused)) == ("No.", "No.")
    assert (refused.reasons, refused.decision) == ((OTHER,), invalid)
    assert (RefusedError("No.").reasons, RefusedError("No.").decision) == ((), None)
    fast = TooFastError("Slow down.", 7)
    assert (fast.detail, str(fast)) == ("Slow down.", "Slow down.")
    assert fast.retry_after_seconds == 7
    assert NotFoundError("There is none.").detail == "There is none."


@pytest.mark.parametrize(
    ("text", "detail"),
    [
        ("a\x00b", "The text holds a NUL character; remove it."),
        ("a\ud800b", "The text holds an unpaired surrogate; send well-formed Unicode."),
        ("a\udfff", "The text holds an unpaired surrogate; send well-formed Unicode."),
        ("abcd", "The text has 4 characters; at most 3 are taken; shorten it."),
        ("", "The text is empty; write something."),
        (" \n", "The text is empty; write something."),
    ],
)
def test_a_text_that_is_not_taken(text: str, detail: str) -> None:
    for clean in (clean_text, clean_line):
        with pytest.raises(InvalidValueError) as wrong:
            clean("bio", text, max_characters=3)
        assert (wrong.value.field, wrong.value.detail) == ("bio", detail)


@pytest.mark.parametrize("text", ["a\nb", "a\tb", "a\u2028b", "a\u2029b", "a\x7fb"])
def test_a_line_has_no_breaks(text: str) -> None:
    assert clean_text("bio", text, max_characters=3) == text
    with pytest.raises(InvalidValueError) as wrong:
        clean_line("name", text, max_characters=3)
    assert wrong.value.field == "name"
    assert wrong.value.detail == "The text holds a line break or control character; remove it."


def test_texts_that_are_taken() -> None:
    assert clean_text("bio", " ab", max_characters=3) == " ab"
    assert clean_line("bio", " a ", max_characters=3) == "a"
    assert clean_text("bio", "e\N{COMBINING ACUTE ACCENT}\ud7ff\ue000", max_characters=3) == (
        "\u00e9\ud7ff\ue000"
    )


@pytest.mark.parametrize(
    ("at", "detail"),
    [
        (datetime(2026, 3, 1), "Give the time with its offset, such as a final Z."),  # noqa: DTZ001
        (
            datetime(1969, 12, 31, 23, 59, tzinfo=UTC),
            "Give a time from 1970-01-01 to 9000-01-01.",
        ),
        (datetime(9000, 1, 1, tzinfo=UTC), "Give a time from 1970-01-01 to 9000-01-01."),
    ],
)
def test_an_instant_that_is_not_taken(at: datetime, detail: str) -> None:
    with pytest.raises(InvalidValueError) as wrong:
        instant("sent_at", at)
    assert (wrong.value.field, wrong.value.detail) == ("sent_at", detail)


def test_instants_that_are_taken_are_given_in_utc() -> None:
    first, last = datetime(1970, 1, 1, tzinfo=UTC), datetime(8999, 12, 31, 23, tzinfo=UTC)
    assert (instant("at", first), instant("at", last)) == (first, last)
    east = datetime(2026, 3, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    assert instant("at", east) == NOON
    assert instant("at", east).tzinfo is UTC


@pytest.mark.parametrize("name", ["Mars/Base", "localtime", "posixrules", "Factory", "x" * 100])
def test_a_zone_that_is_none(name: str) -> None:
    with pytest.raises(InvalidValueError) as wrong:
        zone(name)
    assert wrong.value.field == "timezone"
    detail = f"'{name[:64]}' is no IANA time zone; give one like 'Asia/Kolkata'."
    assert wrong.value.detail == detail


def test_a_day_that_was_opened_later_holds_nothing_back() -> None:
    opened = CountingDay(NOON.date() + timedelta(days=1), NOON)
    assert counting_date(NOON, "UTC", opened) == opened.date
    assert counting_date(NOON - timedelta(seconds=1), "UTC", opened) == NOON.date()
    assert counted(NOON, "UTC", opened) is opened
    assert counted(NOON, "UTC", None) == CountingDay(NOON.date(), NOON)
    later = NOON + timedelta(days=2)
    assert counted(later, "UTC", opened) == CountingDay(later.date(), later)


def test_months() -> None:
    for day in (datetime(2024, 2, 29), datetime(2024, 2, 1)):  # noqa: DTZ001
        assert month_of(day.date()).isoformat() == "2024-02-01"
        assert month_after(day.date()).isoformat() == "2024-03-01"
        assert month_before(day.date()).isoformat() == "2024-01-01"


@pytest.mark.parametrize(
    ("at", "months", "later"),
    [
        ("2026-01-31", 1, "2026-02-28"),
        ("2024-01-31", 1, "2024-02-29"),
        ("2026-11-30", 1, "2026-12-30"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-12-15", 0, "2026-12-15"),
        ("2026-01-15", 12, "2027-01-15"),
        ("2026-01-15", -1, "2025-12-15"),
    ],
)
def test_months_later(at: str, months: int, later: str) -> None:
    start = datetime.fromisoformat(f"{at}T12:00:00+00:00")
    assert months_later(start, months) == datetime.fromisoformat(f"{later}T12:00:00+00:00")


@pytest.mark.parametrize("number", [0, 4])
def test_a_number_out_of_its_range(number: int) -> None:
    numbers = attrs.make_class("Numbers", {"number": attrs.field(validator=between(1, 3))})
    with pytest.raises(ValueError, match=f"^number is {number}; it must be from 1 to 3$"):
        numbers(number)
    assert [numbers(taken).number for taken in (1, 3)] == [1, 3]


@attrs.frozen
class _Sold:
    prices: Any = attrs.field(validator=prices_by_currency)


@pytest.mark.parametrize(
    ("prices", "message"),
    [
        ({}, "prices must name a price in one currency at least"),
        ({"usd": 1}, "prices names 'usd'; give a code such as USD"),
        ({"USDX": 1}, "prices names 'USDX'; give a code such as USD"),
        ({"USD": 0}, "prices must be from 1 to 1000000000 minor units"),
        ({"USD": 1_000_000_001}, "prices must be from 1 to 1000000000 minor units"),
        ({"USD": 1, "INR": 0}, "prices must be from 1 to 1000000000 minor units"),
    ],
)
def test_prices_that_make_no_sense(prices: dict[str, int], message: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
        _Sold(prices)


def test_prices_at_the_ends_of_their_range() -> None:
    prices = {"USD": 1, "INR": 1_000_000_000}
    assert _Sold(prices).prices == prices
    assert [is_currency(code) for code in ("USD", "US", "USDX", "usd")] == [
        True,
        False,
        False,
        False,
    ]
    assert [discounted(199, percent) for percent in (0, 20, 100)] == [199, 159, 0]


def limits(**changes: Any) -> TierLimits:
    return attrs.evolve(TierCatalogue().free, **changes)


@pytest.mark.parametrize("number", [-1, 1_000_001])
def test_conversations_out_of_their_range(number: int) -> None:
    message = f"^monthly_conversations is {number}; it must be from 0 to 1000000$"
    with pytest.raises(ValueError, match=message):
        limits(monthly_conversations=number)
    for taken in (0, 1_000_000, None):
        assert limits(monthly_conversations=taken).monthly_conversations == taken


def test_monthly_seconds_never_fall() -> None:
    message = "^monthly_seconds must not fall from a tier to a higher one$"
    with pytest.raises(ValueError, match=message):
        TierCatalogue(plus=limits(monthly_seconds=899))
    level = TierCatalogue(plus=limits(monthly_seconds=900))
    assert [level.of(tier) for tier in Tier] == [level.free, level.plus, level.premium]


def test_tiers_in_their_order() -> None:
    assert [tier.rank for tier in Tier] == [0, 1, 2]
    assert Tier.FREE.above == (Tier.PLUS, Tier.PREMIUM)
    assert Tier.PREMIUM.above == ()
    assert highest(Tier.PLUS, Tier.FREE) is Tier.PLUS


def test_a_tier_counts_for_the_whole_date_on_which_it_was_left() -> None:
    today, tomorrow = NOON.date(), NOON.date() + timedelta(days=1)
    upgraded = TierStanding().changed(Tier.PREMIUM, today)
    assert upgraded == TierStanding(Tier.PREMIUM, Tier.PREMIUM, today)
    left = upgraded.changed(Tier.FREE, today)
    assert left == TierStanding(Tier.FREE, Tier.PREMIUM, today)
    assert (left.on(today), left.on(tomorrow)) == (Tier.PREMIUM, Tier.FREE)
