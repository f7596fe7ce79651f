"""The use cases of what is sold: the catalogue, quotes and account credit."""

from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import DependenciesContainer, Factory, List, Singleton

from application.billing.account_credit_queries import AccountCreditQueries
from application.billing.change_account_credit import (
    CreditChanger,
    GrantAccountCredit,
    PaymentCredit,
    TakeBackAccountCredit,
)
from application.billing.find_discounts import AllDiscounts, RewardDiscounts
from application.billing.make_quote import MakeQuote, ReadQuote
from application.billing.reactions import ForgetEntitlements
from application.billing.read_revenue import ReadRevenue
from application.billing.show_catalogue import ShowCatalogue
from application.billing.show_entitlements import ShowEntitlements
from application.billing.spend_once import AllSpentOnce
from application.referrals.use_discount import UseDiscount
from application.shared.reactions import Drain
from entrypoints.wiring.referral_discounts import ReferralDiscounts


class Shop(DeclarativeContainer):
    """Factories of the use cases of what is sold."""

    ports = DependenciesContainer()
    video = DependenciesContainer()
    billing = DependenciesContainer()
    payments = DependenciesContainer()

    reward_discounts = Singleton(RewardDiscounts, rewards=video.reward_queries)
    referral_discounts = Singleton(
        ReferralDiscounts,
        use=Singleton(
            UseDiscount, claims=ports.referral_claims, discounts=ports.referral_discounts
        ),
    )
    # Of equals the first applies: one that holds once is kept for later.
    discounts = Singleton(AllDiscounts, sources=List(reward_discounts, referral_discounts))
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
    spent_once = Singleton(AllSpentOnce, parts=List(payment_credit, referral_discounts))
    grant_account_credit = Factory(
        GrantAccountCredit, change=change_credit, new_id=ports.new_id, rulebook=ports.rulebook
    )
    take_back_account_credit = Factory(TakeBackAccountCredit, change=change_credit)
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
        plans=billing.keep,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
        providers=payments.every,
    )
    read_quote = Factory(ReadQuote, quotes=ports.quotes)
    forget_entitlements = Singleton(ForgetEntitlements, kept=ports.kept_grants)
    drain = Singleton(
        Drain,
        transactions=ports.transactions,
        pending=ports.reactions,
        reaction=forget_entitlements,
    )
    show_entitlements = Factory(
        ShowEntitlements,
        transactions=ports.transactions,
        participants=ports.participants,
        plans=billing.keep,
        kept=ports.kept_grants,
        drain=drain,
        clock=ports.clock,
        rulebook=ports.rulebook,
    )
    read_revenue = Factory(ReadRevenue, totals=ports.revenue_totals)
