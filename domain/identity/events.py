"""What happens to persons. No event carries personal data."""

from attrs import frozen

from ..shared.events import Event
from ..shared.ids import LoginSessionId, PersonId, ReportId
from ..shared.tiers import Tier


@frozen(kw_only=True)
class PersonRegistered(Event):
    """A person is known from now on."""

    timezone: str
    locale: str


@frozen(kw_only=True)
class ProfileChanged(Event):
    """Some fields of a person's profile have new values."""

    fields: tuple[str, ...]


@frozen(kw_only=True)
class TierChanged(Event):
    """A person holds another tier from now on."""

    before: Tier
    after: Tier


@frozen(kw_only=True)
class PersonSuspended(Event):
    """A person may not send, call, redeem or match until reinstated."""


@frozen(kw_only=True)
class PersonReinstated(Event):
    """A person's suspension is over."""


@frozen(kw_only=True)
class PersonBlocked(Event):
    """The person shut another out."""

    blocked_id: PersonId


@frozen(kw_only=True)
class PersonUnblocked(Event):
    """The person let another in again."""

    blocked_id: PersonId


@frozen(kw_only=True)
class PersonReported(Event):
    """Somebody reported the person."""

    report_id: ReportId
    reporter_id: PersonId


@frozen(kw_only=True)
class LearningPreferencesChanged(Event):
    """Some of a person's preferences as a learner have new values."""

    fields: tuple[str, ...]


@frozen(kw_only=True)
class PersonErased(Event):
    """A person left for good; only their id is kept. It is the last event about their acts."""


@frozen(kw_only=True)
class SignedIn(Event):
    """A session of the person's began."""

    session_id: LoginSessionId
    origin: str


@frozen(kw_only=True)
class SessionEnded(Event):
    """A session of the person's was ended, or is no longer kept."""

    session_id: LoginSessionId


@frozen(kw_only=True)
class GuestClaimed(Event):
    """The person was a guest, and has an email address from now on."""


IdentityEvent = (
    PersonRegistered
    | ProfileChanged
    | TierChanged
    | PersonSuspended
    | PersonReinstated
    | PersonBlocked
    | PersonUnblocked
    | PersonReported
    | LearningPreferencesChanged
    | PersonErased
    | SignedIn
    | SessionEnded
    | GuestClaimed
)
