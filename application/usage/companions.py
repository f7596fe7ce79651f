"""What companions use up: messages that count, and seconds of calls."""

from attrs import frozen

from application.usage.keep_account import AccountKeeper
from application.usage.ports import UsageStats
from domain.shared.ids import CompanionSessionId, PersonId, UsageSessionId
from domain.usage.commands import CatchUp, UseSeconds, open_account
from domain.usage.paywall import PaywallAction, paywall, require_paid


@frozen
class CompanionUsage:
    """Holds what companions take to the paywall, for a locked person."""

    keep: AccountKeeper
    stats: UsageStats

    async def message(self, person_id: PersonId) -> None:
        """Make sure that the person may send one more message; it counts as it is stored.

        Raises:
            PaywallError: A purchase is needed.
        """
        account = await self.keep(person_id, CatchUp())
        if account is None:
            # A message uses no seconds: it opens no account.
            one = await self.keep.subscriber(person_id)
            now = await self.keep.clock.now()
            account = open_account(person_id, one.tier, one.timezone, self.keep.rules, now).account
        totals = await self.stats.totals(person_id)
        require_paid(paywall(account, totals, self.keep.rules, PaywallAction.MESSAGE))

    async def call(self, person_id: PersonId, session_id: CompanionSessionId, seconds: int) -> int:
        """Use seconds for a call that is over, as far as there are any, and give how many.

        Raises:
            PaywallError: A purchase is needed.
        """
        account = await self.keep.opened(await self.keep.subscriber(person_id, lock=True))
        account = await self.keep.decided(account, CatchUp())
        totals = await self.stats.totals(person_id)
        decision = paywall(account, totals, self.keep.rules, PaywallAction.CALL)
        require_paid(decision)
        free = decision.free_left
        used = min(seconds, account.available, seconds if free is None else free)
        command = UseSeconds(session_id=UsageSessionId(session_id), seconds=used)
        await self.keep.decided(account, command)
        return used
