"""The use cases of what is sold: the catalogue, quotes and account credit."""

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import DependenciesContainer, Factory, List, Singleton

from application.billing.change_account_credit import (
    CreditChanger,
    GrantAccountCredit,
    PaymentCredit,
)
from application.billing.credit_queries import AccountCreditQueries
from application.billing.find_discounts import AllDiscounts, RewardDiscounts
from application.billing.make_quote import MakeQuote, ReadQuote
from application.billing.show_catalogue import ShowCatalogue


class Shop(DeclarativeContainer):
    """Factories of the use cases of what is sold."""

    ports = DependenciesContainer()
    video = DependenciesContainer()

    reward_discounts = Singleton(RewardDiscounts, rewards=video.reward_queries)
    discounts = Singleton(AllDiscounts, sources=List(reward_discounts))
    change_credit = Singleton(
        CreditChanger,
        transactions=ports.transactions,
        participants=ports.participants,
        accounts=ports.credit_accounts,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    payment_credit = Singleton(PaymentCredit, change=change_credit)
    grant_account_credit = Factory(
        GrantAccountCredit, change=change_credit, new_id=ports.new_id, rulebook=ports.rulebook
    )
    account_credit_queries = Factory(
        AccountCreditQueries, participants=ports.participants, accounts=ports.credit_accounts
    )
    show_catalogue = Factory(
        ShowCatalogue, discounts=discounts, clock=ports.clock, rulebook=ports.rulebook
    )
    make_quote = Factory(
        MakeQuote,
        transactions=ports.transactions,
        participants=ports.participants,
        quotes=ports.quotes,
        credit=ports.credit_accounts,
        discounts=discounts,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    read_quote = Factory(ReadQuote, quotes=ports.quotes)
