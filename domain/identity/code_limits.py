"""How many codes and attempts an address or a client gets, in windows that move with time."""

from collections.abc import Iterable
from datetime import datetime, timedelta

import attrs
from attrs import frozen

from ..shared.errors import TooFastError
from .sign_in_policy import SignInPolicy


class TooManyCodesError(TooFastError):
    """The address or the client asked for too many codes."""

    code = "too_many_codes"


class TooManyAttemptsError(TooFastError):
    """The client began to sign in with Google too often."""

    code = "too_many_attempts"


@frozen
class Tally:
    """When one subject was sent codes, or began attempts.

    Attributes:
        subject: What stands for an email address or a client.
        times: The latest times, the first one first.
    """

    subject: bytes
    times: tuple[datetime, ...] = ()


@frozen
class Window:
    """A stretch of time, and how much may be counted in it; rules page identity.

    Attributes:
        seconds: How long it is.
        most: How many codes or attempts are counted in it at most.
    """

    seconds: int
    most: int


def address_windows(policy: SignInPolicy) -> tuple[Window, ...]:
    """Give the windows of an email address."""
    return (
        Window(policy.address_short_seconds, policy.address_short_codes),
        Window(policy.address_long_seconds, policy.address_long_codes),
    )


def client_windows(policy: SignInPolicy) -> tuple[Window, ...]:
    """Give the windows of a client."""
    return (Window(policy.client_seconds, policy.client_codes),)


def attempt_windows(policy: SignInPolicy) -> tuple[Window, ...]:
    """Give the windows of a client's attempts at Google."""
    return (Window(policy.client_seconds, policy.client_google_attempts),)


def longest_window(policy: SignInPolicy) -> timedelta:
    """Give after how long no code or attempt counts any more, whomever it was counted for."""
    windows = (
        *address_windows(policy),
        *client_windows(policy),
        *attempt_windows(policy),
    )
    return timedelta(seconds=max(window.seconds for window in windows))


def counted_code(tally: Tally, windows: Iterable[Window], now: datetime) -> Tally:
    """Count one more code for a subject.

    Raises:
        TooManyCodesError: A window is full; it says when there is room again.
    """
    windows = tuple(windows)
    if wait := _seconds_to_wait(tally, windows, now):
        raise TooManyCodesError(
            f"Too many codes were asked for; ask again in {wait} seconds.", wait
        )
    return _counted(tally, windows, now)


def counted_attempt(tally: Tally, windows: Iterable[Window], now: datetime) -> Tally:
    """Count one more attempt at Google for a client.

    Raises:
        TooManyAttemptsError: A window is full; it says when there is room again.
    """
    windows = tuple(windows)
    if wait := _seconds_to_wait(tally, windows, now):
        raise TooManyAttemptsError(
            f"Too many attempts were begun; begin another in {wait} seconds.", wait
        )
    return _counted(tally, windows, now)


def uncounted_code(tally: Tally, at: datetime) -> Tally:
    """Take back a code that was counted at an instant, as it could not be sent."""
    if at not in tally.times:
        return tally
    index = tally.times.index(at)
    return attrs.evolve(tally, times=tally.times[:index] + tally.times[index + 1 :])


def _seconds_to_wait(tally: Tally, windows: tuple[Window, ...], now: datetime) -> int:
    room_at = max(_room_at(tally.times, window, now) for window in windows)
    return -((now - room_at) // timedelta(seconds=1))


def _counted(tally: Tally, windows: tuple[Window, ...], now: datetime) -> Tally:
    longest = timedelta(seconds=max(window.seconds for window in windows))
    recent = tuple(at for at in tally.times if at > now - longest)
    return attrs.evolve(tally, times=(*recent, now))


def _room_at(times: tuple[datetime, ...], window: Window, now: datetime) -> datetime:
    length = timedelta(seconds=window.seconds)
    inside = sorted(at for at in times if at > now - length)
    return now if len(inside) < window.most else inside[-window.most] + length
