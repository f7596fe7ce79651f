"""What requirements can ask for: totals and all-time bests, none of which ever falls."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

import attrs
from attrs import field, frozen

from ..conversations.events import MessageSent
from ..identity.events import PersonRegistered
from ..shared.events import Event
from ..shared.ids import PersonId
from ..streaks.events import StreakCredited, StreakKind, StreakRepaired
from ..video.events import VideoCallCounted

_ONE_DAY = timedelta(days=1)


@frozen
class Metric:
    """A number that is known of each person.

    Attributes:
        name: As requirements write it.
        meaning: What it counts, and in what unit.
    """

    name: str
    meaning: str


MESSAGES_SENT = Metric("messages_sent", "Messages the person has sent.")
COMPLETED_CALLS = Metric("completed_calls", "Video calls of the person's that counted.")
DISTINCT_PARTNERS = Metric(
    "distinct_partners", "Persons they have written to, or had a call with that counted."
)
LOGIN_STREAK = Metric("login_streak.longest", "The most days in a row on which they signed in.")
CHAT_STREAK = Metric("chat_streak.longest", "The most days in a row on which they talked.")
REGISTERED_DAYS = Metric("days_since_registration", "Whole days of 24 hours since they registered.")

# A context that has something to count adds its metrics here, and its events to `TELLING`.
_CONVERSATIONS = (MESSAGES_SENT, DISTINCT_PARTNERS)
_VIDEO = (COMPLETED_CALLS,)
_STREAKS = (LOGIN_STREAK, CHAT_STREAK)
_IDENTITY = (REGISTERED_DAYS,)
METRICS: Mapping[str, Metric] = {
    metric.name: metric for metric in (*_CONVERSATIONS, *_VIDEO, *_STREAKS, *_IDENTITY)
}
"""All there are, by name."""

TELLING: tuple[type[Event], ...] = (
    PersonRegistered,
    MessageSent,
    VideoCallCounted,
    StreakCredited,
    StreakRepaired,
)
"""The events that may raise a metric."""

_STREAK_METRICS = {StreakKind.LOGIN: LOGIN_STREAK, StreakKind.CHAT: CHAT_STREAK}


@frozen(kw_only=True)
class Totals:
    """What was counted of a person.

    Attributes:
        person_id: Whom.
        registered_at: When they registered.
        counted: The metrics that events raise, by name; one that is left out is 0.
        met: The partners that were counted; whoever keeps them may give only those of
            the events to come.
    """

    person_id: PersonId
    registered_at: datetime
    counted: Mapping[str, int] = field(factory=dict)
    met: frozenset[PersonId] = frozenset()

    def at(self, now: datetime) -> dict[str, int]:
        """Give every metric as of an instant, by name."""
        days = max((now - self.registered_at) // _ONE_DAY, 0)
        values = {name: self.counted.get(name, 0) for name in METRICS}
        return values | {REGISTERED_DAYS.name: days}


def partner_of(event: Event) -> PersonId | None:
    """Give the other person of a message or call."""
    match event:
        case MessageSent():
            return event.recipient_id
        case VideoCallCounted():
            return event.partner_id
        case _:
            return None


def related_to(event: Event) -> tuple[str, UUID] | None:
    """Give what an event is about: the kind of thing, and its id."""
    match event:
        case MessageSent():
            return "conversation", event.conversation_id
        case VideoCallCounted():
            return "video_call", event.call_id
        case _:
            return None


def context_of(event: Event) -> dict[str, str]:
    """Give what may be told of an event to others: nothing about anyone but the person."""
    match event:
        case MessageSent():
            return {"came_of": "message", "counted_on": event.counted_on.isoformat()}
        case VideoCallCounted():
            return {"came_of": "video_call", "counted_on": event.counted_on.isoformat()}
        case _:
            return {}


def count(totals: Totals, event: Event) -> Totals:
    """Give the totals after one more event of the person."""
    match event:
        case MessageSent():
            return _met(_raised(totals, MESSAGES_SENT, _one_more), event.recipient_id)
        case VideoCallCounted():
            return _met(_raised(totals, COMPLETED_CALLS, _one_more), event.partner_id)
        case StreakCredited() | StreakRepaired():
            longest = event.longest
            return _raised(totals, _STREAK_METRICS[event.kind], lambda best: max(best, longest))
        case _:
            return totals


def _one_more(number: int) -> int:
    return number + 1


def _raised(totals: Totals, metric: Metric, change: Callable[[int], int]) -> Totals:
    value = change(totals.counted.get(metric.name, 0))
    return attrs.evolve(totals, counted={**totals.counted, metric.name: value})


def _met(totals: Totals, partner_id: PersonId) -> Totals:
    if partner_id in totals.met:
        return totals
    raised = _raised(totals, DISTINCT_PARTNERS, _one_more)
    return attrs.evolve(raised, met=totals.met | {partner_id})
