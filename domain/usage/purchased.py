"""What is done with purchased seconds: granted, paid for, taken back."""

from datetime import datetime
from typing import assert_never

from attrs import frozen

from ..shared.errors import ConflictError, InvalidValueError
from .events import SecondsGranted, SecondsTakenBack
from .passing_time import Course

MOST_PURCHASED_SECONDS = 1_000_000_000


@frozen(kw_only=True)
class Grant:
    """The person has more purchased seconds."""

    seconds: int


@frozen(kw_only=True)
class Purchase:
    """The person paid for seconds; those that they owe are repaid first."""

    seconds: int


@frozen(kw_only=True)
class TakeBack:
    """The payment for seconds was taken back."""

    seconds: int


PurchaseCommand = Grant | Purchase | TakeBack


class TooManySecondsError(ConflictError):
    """The person would have more purchased seconds than can be kept."""

    code = "too_many_seconds"


def change_purchased(course: Course, command: PurchaseCommand, now: datetime) -> None:
    """Let a command change the purchased seconds of an account.

    Raises:
        InvalidValueError: A grant is of too few or too many.
        TooManySecondsError: The person would have too many.
    """
    match command:
        case Grant():
            most = course.rules.policy.most_seconds_per_grant
            if not 1 <= command.seconds <= most:
                raise InvalidValueError("seconds", f"Give a number of seconds from 1 to {most}.")
            _grant(course, command.seconds, 0, now)
        case Purchase():
            repaid = min(command.seconds, course.account.owed_seconds)
            _grant(course, command.seconds, repaid, now)
        case TakeBack():
            _take_back(course, command.seconds, now)
        case _:
            assert_never(command)


def _grant(course: Course, seconds: int, repaid: int, now: datetime) -> None:
    if course.account.purchased_seconds + seconds > MOST_PURCHASED_SECONDS:
        raise TooManySecondsError(
            f"The person would have more than {MOST_PURCHASED_SECONDS} purchased seconds; "
            "grant fewer."
        )
    course.happen(
        SecondsGranted(
            at=now,
            person_id=course.account.person_id,
            policy_version=course.rules.version,
            period=course.account.period.period,
            seconds=seconds,
            repaid=repaid,
        )
    )


def _take_back(course: Course, seconds: int, now: datetime) -> None:
    account = course.account
    # What sessions hold stays theirs; purchased seconds are used last, and so held last.
    free = min(account.left.purchased, max(0, account.left.total - account.held))
    taken = min(seconds, free)
    course.happen(
        SecondsTakenBack(
            at=now,
            person_id=account.person_id,
            policy_version=course.rules.version,
            period=account.period.period,
            taken=taken,
            owed=seconds - taken,
        )
    )
