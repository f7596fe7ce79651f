"""Reading usage, as it is now: what time has brought is stored first."""

from attrs import frozen

from application.shared.pages import Page, Position
from application.usage.keep_account import AccountKeeper
from application.usage.ports import Subscriber, UsageRecords, UsageStats
from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId
from domain.shared.standing import person_reasons
from domain.shared.tier_limits import TierLimits
from domain.shared.tiers import Tier
from domain.usage.accounts import UsageAccount
from domain.usage.commands import CatchUp, open_account
from domain.usage.forecast import Forecast, day_began_at, forecast
from domain.usage.ledger import LedgerLine
from domain.usage.paywall import Paywall, PaywallAction, UsageTotals, paywall
from domain.usage.periods import OpenPeriod, Period
from domain.usage.seconds import Seconds
from domain.usage.sessions import OpenSession, SessionMode


@frozen(kw_only=True)
class UsageView:
    """What a person may use in a period, and has used.

    Attributes:
        period: The period.
        limits: Those of its tier.
        purchased: Purchased seconds that were there at its start, or came in it.
        held: What sessions hold of it.
        remaining: What is neither used nor held.
        sessions: Those that go on.
        totals: What the person did in all.
        policy_version: The version of the policy in force.
    """

    period: Period
    limits: TierLimits
    purchased: int
    held: int
    remaining: Seconds
    sessions: tuple[OpenSession, ...]
    totals: UsageTotals
    policy_version: str


@frozen
class UsageQueries:
    """Answers what is asked about usage.

    A person's account stays locked meanwhile, as it is read by several statements.
    """

    keep: AccountKeeper
    records: UsageRecords
    stats: UsageStats

    def tiers(self) -> tuple[tuple[Tier, TierLimits], ...]:
        """Give the tiers with their limits, the lowest first."""
        return tuple((tier, self.keep.rules.tiers.of(tier)) for tier in Tier)

    async def usage(self, person_id: PersonId, period: str | None) -> UsageView:
        """Give a person's usage in a period, or in the one that runs.

        Raises:
            NotFoundError: There is no such person, or nothing was counted in the period.
            PersonDeletedError: The person was erased.
        """

        async def work() -> UsageView:
            account = await self._account(await self.keep.subscriber(person_id))
            return await self._view(account, await self._period(account, period))

        return await self.keep.transactions.run(work)

    async def history(
        self, person_id: PersonId, after: Position | None, limit: int
    ) -> Page[Period]:
        """Give a person's periods, the newest first.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
        """
        await self.keep.subscriber(person_id)
        await self.keep(person_id, CatchUp())
        return await self.records.periods(person_id, after, limit)

    async def statement(
        self, person_id: PersonId, period: str | None, after: Position | None, limit: int
    ) -> Page[LedgerLine]:
        """Give the lines of a period in their order.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
        """
        await self.keep.subscriber(person_id)
        account = await self.keep(person_id, CatchUp())
        if account is None:
            return Page((), None)
        named = period or account.period.period
        return await self.records.lines(person_id, named, after, limit)

    async def forecast(self, person_id: PersonId) -> Forecast:
        """Give when today's pace uses up what is left.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
        """

        async def work() -> Forecast:
            account = await self._account(await self.keep.subscriber(person_id))
            now = await self.keep.clock.now()
            began_at = day_began_at(account, now)
            started_after = began_at - self.keep.rules.longest_session
            used = await self.records.used_since(person_id, began_at, started_after)
            return forecast(account, used, now)

        return await self.keep.transactions.run(work)

    async def paywall(
        self,
        person_id: PersonId,
        action: PaywallAction,
        mode: SessionMode = SessionMode.TRADITIONAL,
    ) -> Paywall:
        """Give the decision on what a person is about to do; a session has a mode.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: The person was erased.
        """

        async def work() -> Paywall:
            subscriber = await self.keep.subscriber(person_id)
            account = await self._account(subscriber)
            totals = await self.stats.totals(person_id)
            standing = person_reasons(active=subscriber.active, deleted=subscriber.deleted)
            return paywall(account, totals, self.keep.rules, action, standing, mode)

        return await self.keep.transactions.run(work)

    async def _account(self, subscriber: Subscriber) -> UsageAccount:
        """Give an account with what time has brought; without one, as it would open now."""
        known = await self.keep(subscriber.person_id, CatchUp())
        if known is not None:
            return known
        now = await self.keep.clock.now()
        person_id, tier, zone = subscriber.person_id, subscriber.tier, subscriber.timezone
        return open_account(person_id, tier, zone, self.keep.rules, now).account

    async def _period(self, account: UsageAccount, period: str | None) -> Period:
        for known in (account.current, account.closing):
            if known is not None and period in {None, known.period}:
                return known
        stored = await self.records.period(account.person_id, period or "")
        if stored is None:
            raise NotFoundError(
                f"Nothing was counted in the period {period}; list the periods there are."
            )
        return stored

    async def _view(self, account: UsageAccount, period: Period) -> UsageView:
        before = await self.records.purchased_before(account.person_id, period.period)
        purchased = before + period.purchased_seconds
        held, left = 0, Seconds(purchased=purchased - period.purchased_seconds_used)
        if period == account.current:
            held = account.held
            left = account.left - account.left.first(held)
        elif isinstance(period, OpenPeriod):
            held = sum(session.holds_earlier for session in account.sessions)
            left += period.left
            left -= left.first(held)
        return UsageView(
            period=period,
            limits=self.keep.rules.tiers.of(period.tier),
            purchased=purchased,
            held=held,
            remaining=left,
            sessions=account.sessions if isinstance(period, OpenPeriod) else (),
            totals=await self.stats.totals(account.person_id),
            policy_version=self.keep.rules.version,
        )
