"""What companions use up: messages that count, and seconds of calls."""

from attrs import frozen

from application.usage.keep_account import AccountKeeper
from application.usage.ports import Subscriber, UsageStats
from domain.shared.ids import CompanionSessionId, PersonId, UsageSessionId
from domain.shared.standing import person_reasons
from domain.usage.accounts import UsageAccount
from domain.usage.commands import CatchUp, UseSeconds, open_account
from domain.usage.paywall import Paywall, PaywallAction, paywall, require_paid


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
        person = await self.keep.subscriber(person_id)
        account = await self.keep(person_id, CatchUp())
        if account is None:
            # A message uses no seconds: it opens no account.
            now = await self.keep.clock.now()
            opened = open_account(person_id, person.tier, person.timezone, self.keep.rules, now)
            account = opened.account
        require_paid(await self._decision(person, account, PaywallAction.MESSAGE))

    async def call(self, person_id: PersonId, session_id: CompanionSessionId, seconds: int) -> int:
        """Use seconds for a call that is over, as far as there are any, and give how many.

        Raises:
            PaywallError: A purchase is needed.
        """
        person = await self.keep.subscriber(person_id, lock=True)
        account = await self.keep.decided(await self.keep.opened(person), CatchUp())
        decision = await self._decision(person, account, PaywallAction.CALL)
        require_paid(decision)
        free = decision.free_left
        used = min(seconds, account.available, seconds if free is None else free)
        command = UseSeconds(session_id=UsageSessionId(session_id), seconds=used)
        await self.keep.decided(account, command)
        return used

    async def _decision(
        self, person: Subscriber, account: UsageAccount, action: PaywallAction
    ) -> Paywall:
        totals = await self.stats.totals(person.person_id)
        standing = person_reasons(active=person.active, deleted=person.deleted)
        return paywall(account, totals, self.keep.rules, action, standing)
