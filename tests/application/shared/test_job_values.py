"""What a job may be, and when it is tried again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.shared.jobs import Job, JobKind, JobKinds, StoredJob

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
SOUND: dict[str, Any] = {"kind": "send_mail", "key": "1", "at": NOON, "data": {"id": 7}}


async def do_nothing(_: StoredJob) -> None:
    """Do it."""


def a_kind(**changes: Any) -> JobKind:
    known: dict[str, Any] = {"name": "send_mail", "handle": do_nothing}
    return JobKind(**(known | changes))


@pytest.mark.parametrize(
    "wrong",
    [
        {"kind": "SendMail"},
        {"kind": "send mail"},
        {"kind": "_mail"},
        {"kind": ""},
        {"kind": "k" * 61},
        {"key": ""},
        {"key": "k" * 201},
        {"key": "a\nb"},
        {"at": NOON.replace(tzinfo=None)},
        {"data": {"text": "x" * 8192}},
        {"data": {"number": float("nan")}},
        {"data": {"text": "a\0b"}},
        {"data": {"text": "\ud800"}},
    ],
)
def test_a_job_that_cannot_be_stored_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"job|JSON|surrogates"):
        Job(**(SOUND | wrong))


def test_a_job_keeps_its_data_to_itself() -> None:
    data = {"id": 7}
    job = Job(**(SOUND | {"data": data}))
    data["id"] = 8
    assert job.data == {"id": 7}


@pytest.mark.parametrize(("tries", "seconds"), [(1, 10), (2, 20), (3, 40), (9, 2560), (10, 3600)])
def test_a_delay_doubles_up_to_an_hour(tries: int, seconds: int) -> None:
    assert a_kind().delay(tries, 1) == timedelta(seconds=seconds)
    assert a_kind().delay(tries, 0) == timedelta(seconds=seconds) / 2


@given(tries=st.integers(1, 10_000), chance=st.floats(0, 1))
def test_a_delay_is_never_nothing_and_never_over_the_longest(tries: int, chance: float) -> None:
    kind = a_kind()
    assert kind.first_delay / 2 <= kind.delay(tries, chance) <= kind.longest_delay


@given(
    seconds=st.floats(0, 1e11),
    every=st.timedeltas(timedelta(seconds=1), timedelta(days=400)),
)
def test_the_next_slot_is_after_now_by_no_more_than_the_period(
    seconds: float, every: timedelta
) -> None:
    now = EPOCH + timedelta(seconds=seconds)
    slot = a_kind(every=every).next_slot(now)
    assert now < slot <= now + every
    assert (slot - EPOCH) % every == timedelta(0)


def test_a_kind_that_is_not_periodic_has_no_slots() -> None:
    with pytest.raises(ValueError, match="send_mail is not periodic"):
        a_kind().next_slot(NOON)


def test_no_two_kinds_have_one_name() -> None:
    with pytest.raises(ValueError, match="two kinds of jobs are named send_mail"):
        JobKinds.of([a_kind(), a_kind(tries=1)])
