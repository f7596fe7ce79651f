"""What of a provider's own words can be kept."""

from datetime import datetime

import attrs

from application.billing.provider_ports import InvalidSignatureError, Notification
from domain.shared.calendar import FIRST_DATE, LAST_DATE

_MOST_CHARACTERS = 1000
_MOST_MINOR_UNITS = 10**15


def require_keepable(news: Notification) -> None:
    """Refuse a notification that holds what no store could keep, or nobody could reckon with.

    Args:
        news: What a provider signed.

    Raises:
        InvalidSignatureError: A text, a time or an amount of it is beyond all bounds.
    """
    for value in _values(news):
        if not _is_keepable(value):
            raise InvalidSignatureError(
                "A text, a time or an amount in the body is beyond all bounds; check what sent it."
            )


def _values(given: object) -> list[object]:
    kind = type(given)
    if not attrs.has(kind):
        return [given]
    return [value for one in attrs.fields(kind) for value in _values(getattr(given, one.name))]


def _is_keepable(value: object) -> bool:
    match value:
        case str():
            return len(value) <= _MOST_CHARACTERS and "\0" not in value
        case datetime():
            return value.tzinfo is not None and FIRST_DATE < value.date() < LAST_DATE
        case int():
            return 0 <= value <= _MOST_MINOR_UNITS
        case _:
            return True
