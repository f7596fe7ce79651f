"""What has happened in the simulation with what is sold, referrals and companions.

These contexts have no model that foretells every answer. What was answered is taken down here, so
that chance can go on from it; what must hold of it is worked out apart, in `shop_book`,
`referral_book` and `companion_book` from the events alone as they come, and in `shop_ledger`,
`referral_ledger` and `companion_ledger` at the end from the books of the bank and the stores.
"""

from datetime import datetime, timedelta

from attrs import define, field

PRICES = {
    "plus_monthly": {"USD": 999, "INR": 49_900},
    "plus_annual": {"USD": 9_900, "INR": 499_000},
    "premium_monthly": {"USD": 2_499, "INR": 129_900},
    "premium_annual": {"USD": 24_900, "INR": 1_299_000},
    "premium_daily_pass": {"USD": 99, "INR": 4_900},
    "premium_weekly_pass": {"USD": 399, "INR": 19_900},
    "seconds_3600": {"USD": 299, "INR": 14_900},
    "seconds_18000": {"USD": 1_199, "INR": 59_900},
    "video_credits_5": {"USD": 199, "INR": 9_900},
    "video_credits_20": {"USD": 599, "INR": 29_900},
    "video_credits_50": {"USD": 1_199, "INR": 59_900},
}
SUBSCRIPTIONS = tuple(item for item in PRICES if item.endswith(("monthly", "annual")))
ABOUT_A_MONTH = timedelta(days=28)
REWARDS = 4
"""Milestone rewards that are published at the start."""


@define
class QuoteLog:
    person: int
    item: str
    currency: str
    total: int
    credit: int
    at: datetime
    taken: bool = False


@define
class PaymentLog:
    person: int
    item: str
    total: int
    at: datetime
    paid: bool = False
    renews_at: datetime | None = None


@define
class WholeFacts:
    """What chance needs to know to go on.

    Attributes:
        news: How much there is for the bank to tell.
        codes: How many codes were made.
        invites: How many invites were made.
        referrals: How many referrals somebody came by.
        companions: Who has one.
        spending: Whose the sessions are that buyers began, and whether they are over.
        observations: How many are known of each person.
        sold: The lots of credits that were paid for at the bank.
        next: What is likely to be done next: a checkout, a payment or a notification, and which.
        given: The tier that a service has set, for those who buy.
        rows: The number of the event up to which all was looked at.
    """

    quotes: list[QuoteLog] = field(factory=list)
    payments: dict[int, PaymentLog] = field(factory=dict)
    news: int = 0
    codes: int = 0
    invites: int = 0
    referrals: int = 0
    companions: list[int] = field(factory=list)
    talking: int | None = None
    spending: list[tuple[int, bool]] = field(factory=list)
    observations: dict[int, int] = field(factory=dict)
    sold: set[int] = field(factory=set)
    next: tuple[str, int] | None = None
    given: dict[int, str] = field(factory=dict)
    rows: int = 0


def buys(person: int) -> bool:
    """Tell whether a person buys: every other one does, and of their seconds there is no model."""
    return person % 2 == 1
