"""Referrals and their events in full, for examples that hold the whole value."""

from datetime import timedelta

from tests.domain.referrals.script import (
    DAY,
    HOUR,
    START,
    Script,
    purchase,
)

MOMENT = timedelta(microseconds=1)

WEEK = 7 * DAY

BOUGHT = purchase(0, START + HOUR)


def bought() -> Script:
    return Script().redeem().wait(HOUR).buy()


REWARDED_AT = START + HOUR + WEEK
