"""The use cases of what is sold, on the stores under test."""

from datetime import datetime

from attrs import frozen
from uuid_utils.compat import uuid7

from application.billing.account_credit_queries import AccountCreditQueries
from application.billing.change_account_credit import (
    CreditChanger,
    GrantAccountCredit,
    PaymentCredit,
    TakeBackAccountCredit,
)
from application.billing.find_discounts import AllDiscounts, RewardDiscounts
from application.billing.make_quote import MakeQuote, ReadQuote
from application.billing.ports import Discounts
from application.billing.provider_ports import Providers
from application.billing.show_catalogue import ShowCatalogue
from application.shared.rulebook import Rulebook
from application.video.judge_reward import RewardJudge
from application.video.reward_queries import RewardQueries
from application.video.settle_calls import SettleCalls
from domain.billing.account_credit import CreditLine
from domain.billing.catalogue import Item
from domain.billing.payments import Provider
from domain.billing.quotes import Discount
from domain.billing.subscription_changes import QuotedPlan
from domain.shared.ids import PersonId
from tests.contracts.stores import Stores
from tests.contracts.use_cases import close_call
from tests.contracts.values import RULEBOOK


@frozen
class SomeDiscounts:
    """Discounts that somebody has, whoever asks."""

    found: tuple[Discount, ...]

    async def of(self, person_id: PersonId, now: datetime) -> tuple[Discount, ...]:
        return self.found


@frozen
class NewPlans:
    """Nobody has a subscription that runs."""

    async def quoted(self, person_id: PersonId, item: Item, currency: str) -> QuotedPlan:
        return QuotedPlan()


def change_account_credit(stores: Stores) -> CreditChanger:
    return CreditChanger(
        stores.transactions,
        stores.participants,
        stores.credit_accounts,
        stores.clock,
        uuid7,
        RULEBOOK,
    )


def payment_credit(stores: Stores) -> PaymentCredit:
    return PaymentCredit(change_account_credit(stores))


def grant_account_credit(stores: Stores) -> GrantAccountCredit:
    return GrantAccountCredit(change_account_credit(stores), uuid7, RULEBOOK)


def take_back_account_credit(stores: Stores) -> TakeBackAccountCredit:
    return TakeBackAccountCredit(change_account_credit(stores))


def account_credit_queries(stores: Stores) -> AccountCreditQueries:
    return AccountCreditQueries(stores.participants, stores.credit_accounts)


def earned_discounts(stores: Stores) -> AllDiscounts:
    rewards = RewardQueries(
        stores.rewards,
        stores.participants,
        SettleCalls(stores.calls, close_call(stores), stores.clock, RULEBOOK),
        RewardJudge(stores.rewards, RULEBOOK),
        stores.clock,
    )
    return AllDiscounts([RewardDiscounts(rewards)])


def make_quote(
    stores: Stores, discounts: Discounts | None = None, rulebook: Rulebook = RULEBOOK
) -> MakeQuote:
    return MakeQuote(
        stores.transactions,
        stores.participants,
        stores.quotes,
        stores.credit_accounts,
        discounts or earned_discounts(stores),
        NewPlans(),
        stores.clock,
        uuid7,
        rulebook,
        Providers(current=Provider.SANDBOX, by_name={}),
    )


def read_quote(stores: Stores) -> ReadQuote:
    return ReadQuote(stores.quotes)


def show_catalogue(stores: Stores) -> ShowCatalogue:
    return ShowCatalogue(earned_discounts(stores), stores.clock, RULEBOOK)


async def the_balance(stores: Stores, person_id: PersonId, currency: str = "USD") -> int:
    accounts = await account_credit_queries(stores).accounts_of(person_id)
    return sum(account.balance for account in accounts if account.currency == currency)


async def the_credit_ledger(
    stores: Stores, person_id: PersonId, currency: str = "USD"
) -> list[CreditLine]:
    """All lines, the oldest first."""
    page = await stores.credit_accounts.ledger(person_id, currency, None, 10_000)
    return list(page.items[::-1])
