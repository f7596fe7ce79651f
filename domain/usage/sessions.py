"""Usage sessions: what they hold while they go on, and what they come to."""

from datetime import datetime, timedelta
from enum import StrEnum

from attrs import frozen

from ..shared.ids import ConversationId, PersonId, UsageSessionId
from .seconds import seconds_between


class SessionMode(StrEnum):
    """How the two sides of a session talk."""

    TRADITIONAL = "traditional"
    REALTIME = "realtime"


class SettledBy(StrEnum):
    """What ended a session."""

    REQUEST = "request"
    SILENCE = "silence"
    HOLD_USED_UP = "hold_used_up"
    ERASURE = "erasure"


@frozen(kw_only=True)
class _SessionFacts:
    """What stays the same for a session's whole life.

    Attributes:
        id: Its own.
        person_id: Whose seconds it uses.
        mode: How the two sides talk.
        language: The language practised, if the app said so.
        conversation_id: The conversation it is about, if the app said so.
        period: The period in which it started.
        started_at: When.
        policy_version: The version of the policy it started under.
    """

    id: UsageSessionId
    person_id: PersonId
    mode: SessionMode
    language: str | None
    conversation_id: ConversationId | None
    period: str
    started_at: datetime
    policy_version: str


@frozen(kw_only=True)
class OpenSession(_SessionFacts):
    """A session that goes on.

    Attributes:
        held_seconds: The most it may use in all.
        earlier_seconds: Those of them that lie before the latest month's end in its time.
        settled_seconds: Those that it used for certain in earlier months, as it went on after.
        last_beat_at: When it was last known to go on.
        extensions_used: How often it was extended.
    """

    held_seconds: int
    earlier_seconds: int = 0
    settled_seconds: int = 0
    last_beat_at: datetime
    extensions_used: int = 0

    @property
    def holds_now(self) -> int:
        """What it holds of the current period."""
        return self.held_seconds - self.earlier_seconds

    @property
    def holds_earlier(self) -> int:
        """What it holds of the period before, which waits for it."""
        return self.earlier_seconds - self.settled_seconds

    @property
    def hold_ends_at(self) -> datetime:
        """When all that it holds is used."""
        return self.started_at + timedelta(seconds=self.held_seconds)

    def silent_at(self, silence_seconds: int) -> datetime:
        """Give when it is over if no more is heard of it."""
        return self.last_beat_at + timedelta(seconds=silence_seconds)

    def used_by(self, at: datetime) -> int:
        """Give what it has used by an instant, never more than it holds."""
        return min(self.held_seconds, seconds_between(self.started_at, at))


@frozen(kw_only=True)
class SettledSession(_SessionFacts):
    """A session that is over.

    Attributes:
        ended_at: When it was.
        settled_at: When that was certain.
        settled_by: By what.
        duration_seconds: How long it was, rounded up.
        seconds_consumed: What it used, never more than it held.
        input_tokens: What the app counted, if it said so.
        extensions_used: How often it was extended.
    """

    ended_at: datetime
    settled_at: datetime
    settled_by: SettledBy
    duration_seconds: int
    seconds_consumed: int
    input_tokens: int | None
    extensions_used: int = 0


Session = OpenSession | SettledSession
