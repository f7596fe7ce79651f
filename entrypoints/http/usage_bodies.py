"""Usage, as the API shows it."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import Meta, Struct

from application.usage.queries import UsageView
from domain.shared.tier_limits import TierLimits
from domain.shared.tiers import Tier
from domain.usage.forecast import Forecast
from domain.usage.ledger import LedgerLine, LineKind
from domain.usage.periods import ClosedPeriod, Period
from domain.usage.sessions import OpenSession, Session, SessionMode, SettledBy


class UsageSessionBody(Struct):
    """A usage session."""

    id: UUID
    person_id: UUID
    state: Literal["open", "settled"]
    mode: SessionMode
    language: str | None
    conversation_id: UUID | None
    period: Annotated[str, Meta(description="The month in which it started")]
    started_at: datetime
    held_seconds: Annotated[
        int | None, Meta(description="The most it may use in all; null once it is settled")
    ]
    hold_ends_at: Annotated[datetime | None, Meta(description="When all of that is used")]
    last_beat_at: Annotated[datetime | None, Meta(description="When it was last heard of")]
    was_extended: bool
    extensions_used: int
    ended_at: datetime | None
    settled_by: SettledBy | None
    duration_seconds: Annotated[int | None, Meta(description="Rounded up")]
    seconds_consumed: Annotated[
        int | None, Meta(description="What it used, never more than it held")
    ]
    input_tokens: int | None
    policy_version: str


class SourcesBody(Struct):
    """Seconds by where they come from."""

    banked: int
    monthly: int
    purchased: int
    total: int


class CountBody(Struct):
    """How often something was done in the month."""

    used: int
    limit: Annotated[int | None, Meta(description="null for any number")]


class TotalsBody(Struct):
    """All that the person ever did."""

    total_messages: int
    total_call_seconds: int


class UsageBody(Struct):
    """What a person may use in a month, and has used.

    `granted + banked + purchased` is `used + banked_used + purchased_used + held +
    remaining.total`, and once the month is closed also what was carried over and forfeited.
    """

    person_id: UUID
    period: Annotated[str, Meta(examples=["2026-03"])]
    timezone: Annotated[str, Meta(description="The billing zone, pinned when the month began")]
    tier: Annotated[Tier, Meta(description="The highest tier held in the month")]
    starts_at: datetime
    resets_at: Annotated[datetime, Meta(description="When the month is over")]
    closed_at: Annotated[datetime | None, Meta(description="When its last session had settled")]
    granted: Annotated[int, Meta(description="Seconds of the month, upgrades included")]
    used: Annotated[int, Meta(description="Those of them that were used")]
    banked: Annotated[int, Meta(description="Seconds taken over from the month before")]
    banked_used: int
    purchased: Annotated[
        int, Meta(description="Purchased seconds that were there at its start, or came in it")
    ]
    purchased_used: Annotated[int, Meta(description="Those of them that it used")]
    total_used: Annotated[int, Meta(description="Seconds used of all sources")]
    held: Annotated[int, Meta(description="Seconds that sessions hold now")]
    remaining: Annotated[SourcesBody, Meta(description="Seconds neither used nor held")]
    carried_over: Annotated[int, Meta(description="Seconds that the next month's bank took")]
    forfeited: Annotated[int, Meta(description="Unused seconds of month and bank that ended")]
    conversations: CountBody
    realtime_sessions: CountBody
    sessions: Annotated[list[UsageSessionBody], Meta(description="Those that go on")]
    totals: TotalsBody
    policy_version: str


class PeriodBody(Struct):
    """A month as it was counted."""

    period: str
    timezone: str
    tier: Tier
    starts_at: datetime
    ends_at: datetime
    closed_at: datetime | None
    granted: int
    used: int
    banked: int
    banked_used: int
    purchased: Annotated[int, Meta(description="Seconds bought or granted in it")]
    purchased_used: int
    carried_over: int
    forfeited: int
    conversations_used: int
    realtime_sessions_used: int


class LineBody(Struct):
    """A line of a statement: what it adds to each source, or takes from it."""

    number: int
    period: str
    at: datetime
    kind: LineKind
    banked: int
    monthly: int
    purchased: int
    session_id: UUID | None
    reason: str | None
    policy_version: str
    payment_id: Annotated[UUID | None, Meta(description="The payment for a pass, if it is one's")]


class ForecastBody(Struct):
    """When today's pace uses up what is left."""

    used_today: Annotated[int, Meta(description="Seconds since the day began in the billing zone")]
    pace_seconds_per_day: int
    remaining: Annotated[int, Meta(description="Seconds not used so far, those held included")]
    runs_out_at: Annotated[datetime | None, Meta(description="null if the month ends before")]
    resets_at: datetime


class TierLimitsBody(Struct):
    """What a tier grants and allows."""

    id: Tier
    monthly_conversations: Annotated[int | None, Meta(description="null for any number")]
    monthly_seconds: int
    monthly_realtime_sessions: int
    longest_session_seconds: int
    banks: Annotated[bool, Meta(description="Unused seconds go on to the next month")]
    has_realtime_access: bool
    has_advanced_voices: bool
    has_analytics: bool


class TiersBody(Struct):
    """The tier catalogue, the lowest first."""

    items: list[TierLimitsBody]
    policy_version: str


def session_body(session: Session) -> UsageSessionBody:
    """Give a session as the API shows it."""
    going_on = isinstance(session, OpenSession)
    settled = None if isinstance(session, OpenSession) else session
    return UsageSessionBody(
        id=session.id,
        person_id=session.person_id,
        state="open" if going_on else "settled",
        mode=session.mode,
        language=session.language,
        conversation_id=session.conversation_id,
        period=session.period,
        started_at=session.started_at,
        held_seconds=session.held_seconds if isinstance(session, OpenSession) else None,
        hold_ends_at=session.hold_ends_at if isinstance(session, OpenSession) else None,
        last_beat_at=session.last_beat_at if isinstance(session, OpenSession) else None,
        was_extended=session.extensions_used > 0,
        extensions_used=session.extensions_used,
        ended_at=None if settled is None else settled.ended_at,
        settled_by=None if settled is None else settled.settled_by,
        duration_seconds=None if settled is None else settled.duration_seconds,
        seconds_consumed=None if settled is None else settled.seconds_consumed,
        input_tokens=None if settled is None else settled.input_tokens,
        policy_version=session.policy_version,
    )


def usage_body(view: UsageView) -> UsageBody:
    """Give a person's usage as the API shows it."""
    period, left, held = view.period, view.remaining, view.held
    closed = period if isinstance(period, ClosedPeriod) else None
    total_used = period.seconds_used + period.banked_seconds_used + period.purchased_seconds_used
    return UsageBody(
        person_id=period.person_id,
        period=period.period,
        timezone=period.timezone,
        tier=period.tier,
        starts_at=period.starts_at,
        resets_at=period.ends_at,
        closed_at=None if closed is None else closed.closed_at,
        granted=period.monthly_seconds,
        used=period.seconds_used,
        banked=period.banked_seconds,
        banked_used=period.banked_seconds_used,
        purchased=view.purchased,
        purchased_used=period.purchased_seconds_used,
        total_used=total_used,
        held=held,
        remaining=SourcesBody(left.banked, left.monthly, left.purchased, left.total),
        carried_over=0 if closed is None else closed.seconds_banked,
        forfeited=_forfeited(period),
        conversations=CountBody(period.conversations_used, view.limits.monthly_conversations),
        realtime_sessions=CountBody(
            period.realtime_sessions_used, view.limits.monthly_realtime_sessions
        ),
        sessions=[session_body(session) for session in view.sessions],
        totals=msgspec.convert(view.totals, TotalsBody, from_attributes=True),
        policy_version=view.policy_version,
    )


def period_body(period: Period) -> PeriodBody:
    """Give a month as the API shows it."""
    return PeriodBody(
        period=period.period,
        timezone=period.timezone,
        tier=period.tier,
        starts_at=period.starts_at,
        ends_at=period.ends_at,
        closed_at=period.closed_at if isinstance(period, ClosedPeriod) else None,
        granted=period.monthly_seconds,
        used=period.seconds_used,
        banked=period.banked_seconds,
        banked_used=period.banked_seconds_used,
        purchased=period.purchased_seconds,
        purchased_used=period.purchased_seconds_used,
        carried_over=period.seconds_banked if isinstance(period, ClosedPeriod) else 0,
        forfeited=_forfeited(period),
        conversations_used=period.conversations_used,
        realtime_sessions_used=period.realtime_sessions_used,
    )


def _forfeited(period: Period) -> int:
    if not isinstance(period, ClosedPeriod):
        return 0
    return period.seconds_forfeited + period.banked_seconds_forfeited


def line_body(line: LedgerLine) -> LineBody:
    """Give a line of a statement as the API shows it."""
    return msgspec.convert(line, LineBody, from_attributes=True)


def forecast_body(forecast: Forecast) -> ForecastBody:
    """Give a forecast as the API shows it."""
    return msgspec.convert(forecast, ForecastBody, from_attributes=True)


def tier_body(tier: Tier, limits: TierLimits) -> TierLimitsBody:
    """Give a tier as the API shows it."""
    fields = {name: getattr(limits, name) for name in TierLimitsBody.__struct_fields__[1:]}
    return TierLimitsBody(id=tier, **fields)
