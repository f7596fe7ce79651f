"""A person's usage account, and what each event makes of it."""

from datetime import datetime
from typing import Any, assert_never

import attrs
from attrs import frozen

from ..shared.ids import PersonId, UsageSessionId
from ..shared.tiers import Tier, highest
from .events import (
    PassSecondsAdded,
    PassSecondsTakenBack,
    SecondsGranted,
    SecondsTakenBack,
    SecondsUsed,
    SessionChange,
    UsageAccountEnded,
    UsageAccountOpened,
    UsageBankForfeited,
    UsageChange,
    UsagePeriodClosed,
    UsagePeriodOpened,
    UsageSessionBeat,
    UsageSessionCarriedOver,
    UsageSessionExtended,
    UsageSessionSettled,
    UsageSessionStarted,
    UsageTierChanged,
    UsageZoneChanged,
)
from .periods import ClosedPeriod, OpenPeriod
from .seconds import Seconds
from .sessions import OpenSession, SessionMode, SettledSession


@frozen(kw_only=True)
class UsageAccount:
    """What a person may use, and what uses it.

    Attributes:
        person_id: Whose it is.
        tier: The tier held now but for passes, from which the next period is granted.
        pass_tier: The tier of a pass that runs now, if one does; its limits hold beside.
        bank_frozen: Nothing new is held of the bank, while a renewal is overdue.
        owed_seconds: Purchased seconds that were used and whose payment was taken back.
        timezone: The zone in which the next period ends.
        current: The period that runs; None only before the first.
        closing: The one before it, while a session that crossed its end is not settled.
        sessions: Those that go on, the first to start first.
        purchased_seconds: Seconds ever bought or granted.
        purchased_seconds_used: Those of them that were used.
        ended_at: When the person was erased; nothing changes any more.
        closed: Periods that closed since the account was read.
        settled: Sessions that settled since the account was read.
        lines: How many lines its ledger has.
        version: Rises by one at every change that is stored.
    """

    person_id: PersonId
    tier: Tier
    timezone: str
    current: OpenPeriod | None = None
    closing: OpenPeriod | None = None
    sessions: tuple[OpenSession, ...] = ()
    purchased_seconds: int = 0
    purchased_seconds_used: int = 0
    ended_at: datetime | None = None
    pass_tier: Tier | None = None
    bank_frozen: bool = False
    owed_seconds: int = 0
    closed: tuple[ClosedPeriod, ...] = ()
    settled: tuple[SettledSession, ...] = ()
    lines: int = 0
    version: int = 0

    @property
    def period(self) -> OpenPeriod:
        """The period that runs, once the account is open."""
        if self.current is None:
            raise LookupError(f"the usage account of {self.person_id} has no period yet")
        return self.current

    @property
    def left(self) -> Seconds:
        """What is not used, of all sources; some of it may be held."""
        purchased = self.purchased_seconds - self.purchased_seconds_used
        return self.period.left + Seconds(purchased=purchased)

    @property
    def held(self) -> int:
        """What sessions hold of that.

        A period that waits for its last session holds of the purchased seconds only what
        its own cannot give.
        """
        now = sum(session.holds_now for session in self.sessions)
        earlier = sum(session.holds_earlier for session in self.sessions)
        own = 0 if self.closing is None else self.closing.left.total
        return now + max(0, earlier - own)

    @property
    def available(self) -> int:
        """What can be held by one more session."""
        waiting = self.left.banked if self.bank_frozen else 0
        return self.left.total - max(self.held, waiting)

    @property
    def limits_tier(self) -> Tier:
        """The tier whose limits hold: the period's, or that of a pass."""
        return (
            self.period.tier
            if self.pass_tier is None
            else highest(self.period.tier, self.pass_tier)
        )

    def session(self, session_id: UsageSessionId) -> OpenSession | None:
        """Give a session that goes on."""
        return next((known for known in self.sessions if known.id == session_id), None)


def opened(event: UsageAccountOpened) -> UsageAccount:
    """Give the account that an opening makes."""
    return UsageAccount(person_id=event.person_id, tier=event.tier, timezone=event.timezone)


def evolve(account: UsageAccount, event: UsageChange) -> UsageAccount:
    """Give the account after an event."""
    if isinstance(event, SessionChange):
        return _after_session_event(account, event)
    match event:
        case UsageAccountOpened():
            return account
        case UsageAccountEnded():
            return attrs.evolve(account, ended_at=event.at)
        case UsageZoneChanged():
            return attrs.evolve(account, timezone=event.timezone)
        case UsageTierChanged():
            return _with_tier(account, event)
        case UsagePeriodOpened():
            opened = _opened_period(account, event)
            return attrs.evolve(account, current=opened, closing=account.current)
        case UsagePeriodClosed():
            return _with_closed_period(account, event)
        case (
            PassSecondsAdded()
            | PassSecondsTakenBack()
            | UsageBankForfeited()
            | SecondsGranted()
            | SecondsTakenBack()
        ):
            return _with_seconds(account, event)
        case _:
            assert_never(event)


def _with_seconds(
    account: UsageAccount,
    event: PassSecondsAdded
    | PassSecondsTakenBack
    | UsageBankForfeited
    | SecondsGranted
    | SecondsTakenBack,
) -> UsageAccount:
    match event:
        case PassSecondsAdded():
            return _with_monthly(account, event.seconds)
        case PassSecondsTakenBack():
            return _with_monthly(account, -event.seconds)
        case UsageBankForfeited():
            kept = account.period.banked_seconds - event.seconds
            return attrs.evolve(account, current=attrs.evolve(account.period, banked_seconds=kept))
        case SecondsGranted():
            repaid = attrs.evolve(account, owed_seconds=account.owed_seconds - event.repaid)
            return _with_purchased(repaid, event.seconds - event.repaid)
        case SecondsTakenBack():
            owing = attrs.evolve(account, owed_seconds=account.owed_seconds + event.owed)
            return _with_purchased(owing, -event.taken)
        case _:
            assert_never(event)


def _after_session_event(account: UsageAccount, event: SessionChange) -> UsageAccount:
    match event:
        case UsageSessionStarted():
            return _with_started(account, event)
        case UsageSessionBeat():
            last = _open(account, event.session_id).last_beat_at
            return _with_session(account, event.session_id, last_beat_at=max(last, event.at))
        case UsageSessionExtended():
            extensions = _open(account, event.session_id).extensions_used + 1
            held = event.held_seconds
            return _with_session(
                account, event.session_id, held_seconds=held, extensions_used=extensions
            )
        case UsageSessionCarriedOver():
            earlier, held = event.earlier_seconds, event.held_seconds
            return _with_session(
                account, event.session_id, earlier_seconds=earlier, held_seconds=held
            )
        case SecondsUsed():
            return _with_used(account, event)
        case UsageSessionSettled():
            return _with_settled(account, event)
        case _:
            assert_never(event)


def _with_tier(account: UsageAccount, event: UsageTierChanged) -> UsageAccount:
    period = attrs.evolve(
        account.period,
        tier=highest(account.period.tier, event.tier),
        monthly_seconds=account.period.monthly_seconds + event.seconds_added,
    )
    return attrs.evolve(
        account,
        tier=event.tier,
        pass_tier=event.pass_tier,
        bank_frozen=event.bank_frozen,
        current=period,
    )


def _with_monthly(account: UsageAccount, more: int) -> UsageAccount:
    seconds = account.period.monthly_seconds + more
    return attrs.evolve(account, current=attrs.evolve(account.period, monthly_seconds=seconds))


def _with_purchased(account: UsageAccount, more: int) -> UsageAccount:
    bought = account.period.purchased_seconds + more
    return attrs.evolve(
        account,
        current=attrs.evolve(account.period, purchased_seconds=bought),
        purchased_seconds=account.purchased_seconds + more,
    )


def _opened_period(account: UsageAccount, event: UsagePeriodOpened) -> OpenPeriod:
    return OpenPeriod(
        person_id=account.person_id,
        period=event.period,
        timezone=account.timezone,
        starts_at=event.starts_at,
        ends_at=event.ends_at,
        first_tier=event.tier,
        tier=event.tier,
        monthly_seconds=event.monthly_seconds,
    )


def _with_closed_period(account: UsageAccount, event: UsagePeriodClosed) -> UsageAccount:
    if account.closing is None:
        raise LookupError(f"no period of {account.person_id} is closing")
    closed = ClosedPeriod(
        **_fields(account.closing),
        closed_at=event.at,
        seconds_banked=event.seconds_banked,
        seconds_forfeited=event.seconds_forfeited,
        banked_seconds_forfeited=event.banked_seconds_forfeited,
    )
    return attrs.evolve(
        account,
        current=attrs.evolve(account.period, banked_seconds=event.seconds_banked),
        closing=None,
        closed=(*account.closed, closed),
    )


def _with_started(account: UsageAccount, event: UsageSessionStarted) -> UsageAccount:
    session = OpenSession(
        id=event.session_id,
        person_id=event.person_id,
        mode=event.mode,
        language=event.language,
        conversation_id=event.conversation_id,
        period=event.period,
        started_at=event.at,
        policy_version=event.policy_version,
        held_seconds=event.held_seconds,
        last_beat_at=event.at,
    )
    period = account.period
    realtime = event.mode is SessionMode.REALTIME
    counted = attrs.evolve(
        period,
        conversations_used=period.conversations_used + event.conversations_counted,
        realtime_sessions_used=period.realtime_sessions_used + realtime,
    )
    return attrs.evolve(account, current=counted, sessions=(*account.sessions, session))


def _with_used(account: UsageAccount, event: SecondsUsed) -> UsageAccount:
    earlier = event.period != account.period.period
    period = account.closing if earlier else account.period
    if period is None:
        raise LookupError(f"period {event.period} of {account.person_id} is closed")
    used = attrs.evolve(
        period,
        seconds_used=period.seconds_used + event.monthly,
        banked_seconds_used=period.banked_seconds_used + event.banked,
        purchased_seconds_used=period.purchased_seconds_used + event.purchased,
    )
    after = attrs.evolve(
        account, purchased_seconds_used=account.purchased_seconds_used + event.purchased
    )
    if not earlier:
        return attrs.evolve(after, current=used)
    settled = _open(account, event.session_id).settled_seconds + event.seconds.total
    return _with_session(
        attrs.evolve(after, closing=used), event.session_id, settled_seconds=settled
    )


def _with_settled(account: UsageAccount, event: UsageSessionSettled) -> UsageAccount:
    session = _open(account, event.session_id)
    settled = SettledSession(
        **{field.name: getattr(session, field.name) for field in _FACTS},
        ended_at=event.ended_at,
        settled_at=event.at,
        settled_by=event.settled_by,
        duration_seconds=event.duration_seconds,
        seconds_consumed=event.seconds_consumed,
        input_tokens=event.input_tokens,
        extensions_used=event.extensions_used,
    )
    others = tuple(known for known in account.sessions if known.id != session.id)
    return attrs.evolve(account, sessions=others, settled=(*account.settled, settled))


def _open(account: UsageAccount, session_id: UsageSessionId) -> OpenSession:
    session = account.session(session_id)
    if session is None:
        raise LookupError(f"session {session_id} of {account.person_id} does not go on")
    return session


def _with_session(
    account: UsageAccount,
    session_id: UsageSessionId,
    **changes: Any,
) -> UsageAccount:
    sessions = tuple(
        attrs.evolve(known, **changes) if known.id == session_id else known
        for known in account.sessions
    )
    return attrs.evolve(account, sessions=sessions)


def _fields(period: OpenPeriod) -> dict[str, Any]:
    return {field.name: getattr(period, field.name) for field in attrs.fields(OpenPeriod)}


_FACTS = tuple(
    field
    for field in attrs.fields(SettledSession)
    if field.name in attrs.fields_dict(OpenSession) and field.name != "extensions_used"
)
