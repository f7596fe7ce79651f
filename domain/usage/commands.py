"""What may be done with a usage account, and what comes of it."""

from datetime import datetime
from typing import assert_never

from attrs import frozen

from ..shared.decisions import Reason
from ..shared.errors import ConflictError, InvalidValueError, NotFoundError
from ..shared.ids import ConversationId, PersonId, UsageSessionId
from ..shared.standing import require_standing
from ..shared.tiers import Tier
from .accounts import UsageAccount, opened
from .events import (
    UsageAccountEnded,
    UsageAccountOpened,
    UsageChange,
    UsageSessionBeat,
    UsageSessionExtended,
    UsageSessionStarted,
    UsageZoneChanged,
)
from .passing_time import Course
from .periods import period_at, start_of_period
from .plan_changes import (
    AddPass,
    ChangeTier,
    GivePassAgain,
    PlanCommand,
    TakeBackPass,
    change_pass,
    change_plan,
)
from .policy import UsageRules
from .purchased import Grant, Purchase, PurchaseCommand, TakeBack, change_purchased
from .sessions import OpenSession, SessionMode, SettledBy
from .starting import extension_decision, require, start_decision

MOST_INPUT_TOKENS = 1_000_000_000


@frozen(kw_only=True)
class StartSession:
    """A session begins.

    Attributes:
        session_id: Its id.
        mode: How the two sides talk.
        language: The language practised, if known.
        conversation_id: The conversation it is about, if known.
        conversation_known: Another session of the month was about it already.
        standing: Reasons for which the person may or may not act at all.
    """

    session_id: UsageSessionId
    mode: SessionMode = SessionMode.TRADITIONAL
    language: str | None = None
    conversation_id: ConversationId | None = None
    conversation_known: bool = False
    standing: tuple[Reason, ...] = ()

    @property
    def conversations_counted(self) -> int:
        """How many conversations it counts as."""
        return 0 if self.conversation_known else 1


@frozen(kw_only=True)
class Beat:
    """A session goes on."""

    session_id: UsageSessionId


@frozen(kw_only=True)
class Extend:
    """A session is to hold more.

    Attributes:
        session_id: Its id.
        standing: Reasons for which the person may or may not act at all.
    """

    session_id: UsageSessionId
    standing: tuple[Reason, ...] = ()


@frozen(kw_only=True)
class Settle:
    """A session is over now."""

    session_id: UsageSessionId
    input_tokens: int | None = None


@frozen(kw_only=True)
class UseSeconds:
    """Seconds were used at once, with no session that held them.

    Attributes:
        session_id: What used them.
        seconds: How many; no more than are available.
    """

    session_id: UsageSessionId
    seconds: int


@frozen(kw_only=True)
class ChangeZone:
    """The person is in another zone from now on."""

    timezone: str


@frozen(kw_only=True)
class CatchUp:
    """Nobody does anything; time may have."""


@frozen(kw_only=True)
class EndAccount:
    """The person is erased."""


SessionCommand = StartSession | Beat | Extend | Settle
UsageCommand = (
    SessionCommand | UseSeconds | PlanCommand | PurchaseCommand | ChangeZone | CatchUp | EndAccount
)


class UsageSessionSettledError(ConflictError):
    """The session is over."""

    code = "usage_session_settled"


@frozen
class UsageOutcome:
    """An account after a command, and all that happened."""

    account: UsageAccount
    events: tuple[UsageChange, ...]


def open_account(
    person_id: PersonId, tier: Tier, timezone: str, rules: UsageRules, now: datetime
) -> UsageOutcome:
    """Open an account, in the month that it is in the person's zone, which is granted in full."""
    event = UsageAccountOpened(
        at=now, person_id=person_id, policy_version=rules.version, tier=tier, timezone=timezone
    )
    course = Course(opened(event), rules)
    course.happen(event)
    period = period_at(now, timezone)
    course.open_month(period, start_of_period(period, timezone), now)
    return UsageOutcome(course.account, tuple(course.events))


def decide(
    account: UsageAccount, command: UsageCommand, rules: UsageRules, now: datetime
) -> UsageOutcome:
    """Decide what a command does to an account; what time has brought is done first.

    Settling a session that is over does nothing more.

    Raises:
        UsageSessionSettledError: The command is about a session that is over.
        UsageRefusedError: A limit is reached.
        OutOfSecondsError: Too few seconds are available.
        InvalidValueError: A number is out of its range.
        TooManySecondsError: The person would have too many purchased seconds.
    """
    course = Course(account, rules)
    course.pass_time(now)
    if course.account.ended_at is None:
        _do(course, command, now)
    return UsageOutcome(course.account, tuple(course.events))


def no_such_session() -> NotFoundError:
    """Give the error for a session that is absent, or not the asker's to know."""
    return NotFoundError("There is no such usage session; check the id.")


def settled_already() -> UsageSessionSettledError:
    """Give the error for a session that is over."""
    return UsageSessionSettledError("This usage session is settled; start a new one.")


def checked_tokens(input_tokens: int | None) -> int | None:
    """Give the tokens that an app counted.

    Raises:
        InvalidValueError: The number is out of its range.
    """
    if input_tokens is not None and not 0 <= input_tokens <= MOST_INPUT_TOKENS:
        raise InvalidValueError("input_tokens", f"Give a number from 0 to {MOST_INPUT_TOKENS}.")
    return input_tokens


def _do(course: Course, command: UsageCommand, now: datetime) -> None:
    match command:
        case StartSession() | Beat() | Extend() | Settle():
            _do_with_session(course, command, now)
        case Grant() | Purchase() | TakeBack():
            change_purchased(course, command, now)
        case UseSeconds():
            course.use_at_once(command.session_id, command.seconds, now)
        case ChangeTier():
            change_plan(course, command, now)
        case AddPass() | TakeBackPass() | GivePassAgain():
            change_pass(course, command, now)
        case ChangeZone():
            _change_zone(course, command.timezone, now)
        case EndAccount():
            _end(course, now)
        case CatchUp():
            pass
        case _:
            assert_never(command)


def _do_with_session(course: Course, command: SessionCommand, now: datetime) -> None:
    match command:
        case StartSession():
            _start(course, command, now)
        case Beat():
            _heard(course, command.session_id, now)
        case Extend():
            _extend(course, command, now)
        case Settle():
            _settle(course, command, now)
        case _:
            assert_never(command)


def _start(course: Course, command: StartSession, now: datetime) -> None:
    decision = start_decision(
        course.account,
        course.rules,
        mode=command.mode,
        conversations_counted=command.conversations_counted,
        standing=command.standing,
    )
    require_standing(decision.reasons, decision)
    require(decision)
    course.happen(
        UsageSessionStarted(
            at=now,
            person_id=course.account.person_id,
            policy_version=course.rules.version,
            session_id=command.session_id,
            mode=command.mode,
            language=command.language,
            conversation_id=command.conversation_id,
            period=course.account.period.period,
            held_seconds=decision.hold_seconds,
            conversations_counted=command.conversations_counted,
        )
    )


def _heard(course: Course, session_id: UsageSessionId, now: datetime) -> OpenSession | None:
    """Take in that a session goes on; give it, unless that used up all that it holds."""
    session = _going_on(course, session_id)
    session = course.pass_end_of_month(session.id, now)
    if now >= session.hold_ends_at:
        course.settle(session, now, session.hold_ends_at, SettledBy.HOLD_USED_UP)
        return None
    course.happen(
        UsageSessionBeat(
            at=now,
            person_id=course.account.person_id,
            policy_version=course.rules.version,
            session_id=session.id,
        )
    )
    return session


def _extend(course: Course, command: Extend, now: datetime) -> None:
    session = _heard(course, command.session_id, now)
    if session is None:
        raise settled_already()
    decision = extension_decision(
        course.account, course.rules, session.extensions_used, command.standing
    )
    require_standing(decision.reasons, decision)
    require(decision)
    course.happen(
        UsageSessionExtended(
            at=now,
            person_id=course.account.person_id,
            policy_version=course.rules.version,
            session_id=session.id,
            seconds_added=decision.hold_seconds,
            held_seconds=session.held_seconds + decision.hold_seconds,
        )
    )


def _settle(course: Course, command: Settle, now: datetime) -> None:
    session = course.account.session(command.session_id)
    if session is None:
        return
    session = course.pass_end_of_month(session.id, now)
    tokens = checked_tokens(command.input_tokens)
    course.settle(session, now, now, SettledBy.REQUEST, tokens)


def _change_zone(course: Course, timezone: str, now: datetime) -> None:
    if timezone != course.account.timezone:
        course.happen(
            UsageZoneChanged(
                at=now,
                person_id=course.account.person_id,
                policy_version=course.rules.version,
                timezone=timezone,
            )
        )


def _end(course: Course, now: datetime) -> None:
    for session in course.account.sessions:
        course.pass_end_of_month(session.id, now)
    for session in course.account.sessions:
        course.settle(session, now, now, SettledBy.ERASURE)
    course.happen(
        UsageAccountEnded(
            at=now,
            person_id=course.account.person_id,
            policy_version=course.rules.version,
        )
    )


def _going_on(course: Course, session_id: UsageSessionId) -> OpenSession:
    session = course.account.session(session_id)
    if session is None:
        raise settled_already()
    return session
