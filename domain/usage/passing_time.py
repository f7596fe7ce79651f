"""What time alone does to a usage account: months end, and sessions that fall silent settle.

Everything is dated as of when it was due, so that it does not matter when somebody looks.
"""

from datetime import datetime

from attrs import define, field

from ..shared.ids import UsageSessionId
from .accounts import UsageAccount, evolve
from .events import (
    SecondsUsed,
    UsageChange,
    UsagePeriodClosed,
    UsagePeriodOpened,
    UsageSessionCarriedOver,
    UsageSessionSettled,
)
from .periods import bank_cap, end_of_period, next_period
from .policy import UsageRules
from .seconds import Seconds, seconds_between
from .sessions import OpenSession, SettledBy


@define
class Course:
    """An account on its way through events, which it gathers.

    Attributes:
        account: As it is after all events so far.
        rules: What decides on it.
        events: All that happened.
    """

    account: UsageAccount
    rules: UsageRules
    events: list[UsageChange] = field(factory=list)

    def happen(self, event: UsageChange) -> None:
        """Let an event happen."""
        self.events.append(event)
        self.account = evolve(self.account, event)

    def pass_time(self, now: datetime) -> None:
        """Do all that is due by an instant, in the order in which it was due."""
        while self.account.ended_at is None:
            silent = self._first_silent()
            month_ends_at = self.account.period.ends_at
            if silent is not None and self._silent_at(silent) <= min(now, month_ends_at):
                self.settle(silent, self._silent_at(silent), silent.last_beat_at, SettledBy.SILENCE)
            elif month_ends_at <= now:
                self._begin_month()
            else:
                return

    def pass_end_of_month(self, session_id: UsageSessionId, at: datetime) -> OpenSession:
        """Give a session that goes on at an instant, its part before a month's end settled."""
        session = self._open(session_id)
        earlier = session.holds_earlier
        closing = self.account.closing
        if earlier and closing is not None:
            self._use(session.id, closing.period, closing.left, earlier, at)
            self._close_period(at)
        return self._open(session_id)

    def settle(
        self,
        session: OpenSession,
        at: datetime,
        ended_at: datetime,
        settled_by: SettledBy,
        input_tokens: int | None = None,
    ) -> None:
        """Settle a session at an instant, as of when it ended."""
        used = session.used_by(ended_at)
        earlier = min(used, session.earlier_seconds) - session.settled_seconds
        closing = self.account.closing
        if earlier and closing is not None:
            self._use(session.id, closing.period, closing.left, earlier, at)
        now = used - min(used, session.earlier_seconds)
        self._use(session.id, self.account.period.period, self.account.period.left, now, at)
        self.happen(
            UsageSessionSettled(
                at=at,
                person_id=session.person_id,
                policy_version=self.rules.version,
                session_id=session.id,
                ended_at=ended_at,
                settled_by=settled_by,
                duration_seconds=seconds_between(session.started_at, ended_at),
                seconds_consumed=used,
                extensions_used=session.extensions_used,
                input_tokens=input_tokens,
            )
        )
        self._close_period(at)

    def use_at_once(self, session_id: UsageSessionId, seconds: int, at: datetime) -> None:
        """Use seconds that nothing held, as far as there are any that nothing holds."""
        number = max(0, min(seconds, self.account.available))
        self._use(session_id, self.account.period.period, self.account.period.left, number, at)

    def open_month(self, period: str, starts_at: datetime, at: datetime) -> None:
        """Open a period in the account's zone, with the seconds of its tier."""
        account = self.account
        self.happen(
            UsagePeriodOpened(
                at=at,
                person_id=account.person_id,
                policy_version=self.rules.version,
                period=period,
                starts_at=starts_at,
                ends_at=end_of_period(period, account.timezone),
                tier=account.tier,
                monthly_seconds=self.rules.tiers.of(account.tier).monthly_seconds,
            )
        )

    def _begin_month(self) -> None:
        at = self.account.period.ends_at
        going_on = self.account.sessions
        self.open_month(next_period(self.account.period.period), at, at)
        carried: list[tuple[OpenSession, int, int]] = []
        # What they keep of the month before was theirs already: of that month and of purchased
        # seconds they never hold more than there is.
        free = self.account.left.total
        for session in going_on:
            earlier = session.used_by(at)
            now = min(session.held_seconds - earlier, free)
            free -= now
            carried.append((session, earlier, earlier + now))
        for session, earlier, held in carried:
            self.happen(
                UsageSessionCarriedOver(
                    at=at,
                    person_id=session.person_id,
                    policy_version=self.rules.version,
                    session_id=session.id,
                    earlier_seconds=earlier,
                    held_seconds=held,
                )
            )
        self._close_period(at)

    def _close_period(self, at: datetime) -> None:
        closing, current = self.account.closing, self.account.period
        if closing is None or any(known.holds_earlier for known in self.account.sessions):
            return
        left = closing.left
        cap = bank_cap(self.rules.tiers.of(current.first_tier), self.rules.policy.bank_percent)
        banked = min(left.monthly, cap)
        self.happen(
            UsagePeriodClosed(
                at=at,
                person_id=self.account.person_id,
                policy_version=self.rules.version,
                period=closing.period,
                next_period=current.period,
                seconds_banked=banked,
                seconds_forfeited=left.monthly - banked,
                banked_seconds_forfeited=left.banked,
            )
        )

    def _use(
        self, session_id: UsageSessionId, period: str, own: Seconds, number: int, at: datetime
    ) -> None:
        if number == 0:
            return
        purchased = self.account.left.purchased
        waiting = Seconds(banked=own.banked) if self.account.bank_frozen else Seconds()
        used = (own + Seconds(purchased=purchased) - waiting).first(number)
        # A bank that waits is used only for what was held of it before it did.
        used += waiting.first(number - used.total)
        self.happen(
            SecondsUsed(
                at=at,
                person_id=self.account.person_id,
                policy_version=self.rules.version,
                session_id=session_id,
                period=period,
                banked=used.banked,
                monthly=used.monthly,
                purchased=used.purchased,
            )
        )

    def _first_silent(self) -> OpenSession | None:
        return min(
            self.account.sessions,
            key=lambda session: (self._silent_at(session), session.id),
            default=None,
        )

    def _silent_at(self, session: OpenSession) -> datetime:
        return session.silent_at(self.rules.policy.silence_seconds)

    def _open(self, session_id: UsageSessionId) -> OpenSession:
        session = self.account.session(session_id)
        if session is None:
            raise LookupError(f"session {session_id} does not go on")
        return session
