"""The one way in which usage accounts change."""

from attrs import frozen

from application.shared.clock import Clock
from application.shared.ids import NewId
from application.shared.outbox import outgoing
from application.shared.rulebook import Rulebook
from application.shared.standing import not_erased
from application.shared.transaction import Transactions
from application.usage.ports import Subscriber, Subscribers, UsageAccounts
from domain.shared.ids import PersonId
from domain.usage.accounts import UsageAccount
from domain.usage.commands import UsageCommand, decide, open_account
from domain.usage.policy import UsageRules


def usage_rules(rulebook: Rulebook) -> UsageRules:
    """Give what decides on usage under a rulebook."""
    policies = rulebook.policies
    return UsageRules(tiers=policies.tiers, policy=policies.usage, version=rulebook.version)


@frozen
class AccountKeeper:
    """Locks a usage account, puts a command to it, and keeps what came of it.

    Locks are taken in the one order that all use cases keep: the person where they are
    needed, then their account.
    """

    transactions: Transactions
    subscribers: Subscribers
    accounts: UsageAccounts
    clock: Clock
    new_id: NewId
    rulebook: Rulebook

    @property
    def rules(self) -> UsageRules:
        """What decides."""
        return usage_rules(self.rulebook)

    async def __call__(
        self, person_id: PersonId, command: UsageCommand, reason: str | None = None
    ) -> UsageAccount | None:
        """Put a command to a person's account and give it; None if they have none.

        Raises:
            DomainError: As the domain's `decide` says.
        """

        async def work() -> UsageAccount | None:
            account = await self.accounts.get(person_id, lock=True)
            if account is None:
                return None
            return await self.decided(account, command, reason)

        return await self.transactions.run(work)

    async def decided(
        self, account: UsageAccount, command: UsageCommand, reason: str | None = None
    ) -> UsageAccount:
        """Put a command to a locked account, in the running transaction, and give it."""
        outcome = decide(account, command, self.rules, await self.clock.now())
        if not outcome.events:
            return account
        return await self.accounts.record(account, outgoing(self.new_id, outcome.events), reason)

    async def opened(self, subscriber: Subscriber) -> UsageAccount:
        """Lock a locked person's account, in the running transaction; open it if there is none."""
        known = await self.accounts.get(subscriber.person_id, lock=True)
        if known is not None:
            return known
        outcome = open_account(
            subscriber.person_id,
            subscriber.tier,
            subscriber.timezone,
            self.rules,
            await self.clock.now(),
        )
        return await self.accounts.record(None, outgoing(self.new_id, outcome.events))

    async def subscriber(self, person_id: PersonId, *, lock: bool = False) -> Subscriber:
        """Give a person who was not erased.

        Raises:
            NotFoundError: There is no such person.
            PersonDeletedError: They were erased.
        """
        return not_erased(await self.subscribers.get(person_id, lock=lock), person_id)
