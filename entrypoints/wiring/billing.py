"""The use cases of payments, subscriptions and plans."""

from collections.abc import Iterable
from contextlib import suppress
from uuid import UUID

from attrs import frozen
from dependency_injector.containers import DeclarativeContainer
from dependency_injector.providers import DependenciesContainer, Factory, Singleton

from application.billing.change_subscription import SubscriptionChanger, TellRenewal
from application.billing.forget_notifications import ForgetNotifications
from application.billing.forget_quotes import ForgetQuotes
from application.billing.give_pass import GivePass
from application.billing.keep_plans import BringPlansUp, GiveTier, PlanKeeper
from application.billing.leave_billing import LeaveBilling
from application.billing.ports import HeldPlan
from application.billing.queries import BillingQueries
from application.billing.reconcile_payments import ReconcilePayments
from application.billing.record_reports import PaymentRecorder
from application.billing.refund_payment import RefundByJob, RefundPayment
from application.billing.resolve_payment import ResolveByJob, ResolvePayment
from application.billing.start_checkout import StartCheckout
from application.billing.take_notification import TakeNotification
from application.billing.take_renewal import RenewalTaker
from application.billing.take_snapshot import SnapshotTaker
from application.identity.change_person import PersonChanger
from application.identity.ports import PlanChange
from application.identity.set_tier import HoldTier
from application.usage.sell_seconds import SellSeconds
from application.video.change_credits import ChargeBackVideoCredits, SellVideoCredits
from domain.shared.errors import NotFoundError
from domain.shared.ids import CreditLotId, PersonId


@frozen
class TiersHeld:
    """Billing's word for the tier held, in those of identity."""

    hold_tier: HoldTier

    async def hold(self, person_id: PersonId, plan: HeldPlan) -> None:
        """Let a locked person hold a tier, and their use follow it."""
        change = PlanChange(
            tier=plan.month_tier,
            pass_tier=plan.pass_tier,
            bank_frozen=plan.bank_frozen,
            bank_lost=plan.bank_lost,
        )
        await self.hold_tier(person_id, plan.tier, change)


@frozen
class VideoCreditsSold:
    """Billing's word for video credits that were paid for, in those of video."""

    sell_credits: SellVideoCredits
    charge_back: ChargeBackVideoCredits

    async def sell(self, person_id: PersonId, purchase_id: UUID, number: int) -> None:
        """Add them under the purchase's id."""
        await self.sell_credits(person_id, CreditLotId(purchase_id), number)

    async def take_back(self, person_id: PersonId, purchase_ids: Iterable[UUID]) -> None:
        """Take back what is left of those that there are; the rest is owed."""
        for purchase_id in purchase_ids:
            with suppress(NotFoundError):
                await self.charge_back(person_id, CreditLotId(purchase_id))


class Billing(DeclarativeContainer):
    """Factories of the use cases of payments, subscriptions and plans."""

    ports = DependenciesContainer()
    usage = DependenciesContainer()
    video = DependenciesContainer()
    shop = DependenciesContainer()
    payments = DependenciesContainer()

    changer = Factory(
        PersonChanger,
        transactions=ports.transactions,
        persons=ports.persons,
        new_id=ports.new_id,
        usage=usage.follow_person,
    )
    hold_tier = Factory(
        HoldTier,
        change=changer,
        usage=usage.follow_person,
        clock=ports.clock,
        rulebook=ports.rulebook,
    )
    keep = Singleton(
        PlanKeeper,
        transactions=ports.transactions,
        buyers=ports.buyers,
        payments=ports.payment_list,
        subscriptions=ports.subscriptions,
        standings=ports.plan_standings,
        tiers=Factory(TiersHeld, hold_tier),
        jobs=ports.jobs,
        clock=ports.clock,
        new_id=ports.new_id,
        rulebook=ports.rulebook,
    )
    give_tier = Factory(GiveTier, keep=keep)
    bring_plans_up = Factory(BringPlansUp, keep=keep)
    record = Singleton(
        PaymentRecorder,
        keep=keep,
        payments=ports.payments,
        refunds=ports.refunds,
        credit=shop.spent_once,
        video_credits=Factory(
            VideoCreditsSold, video.sell_video_credits, video.charge_back_video_credits
        ),
        seconds=Factory(SellSeconds, keep=usage.keeper, lines=ports.usage_records),
    )
    give_pass = Singleton(GivePass, record=record)
    start_checkout = Factory(
        StartCheckout,
        quotes=ports.quotes,
        subscriptions=ports.subscriptions,
        record=record,
        providers=payments.every,
    )
    snapshots = Singleton(
        SnapshotTaker, keep=keep, payments=ports.payments, providers=payments.every
    )
    take_notification = Factory(
        TakeNotification,
        record=record,
        notifications=ports.payment_notifications,
        snapshots=snapshots,
        renewals=Factory(RenewalTaker, record=record, providers=payments.every),
        providers=payments.every,
    )
    resolve_payment = Singleton(
        ResolvePayment, record=record, snapshots=snapshots, providers=payments.every
    )
    resolve_by_job = Factory(ResolveByJob, resolve=resolve_payment)
    reconcile_payments = Factory(
        ReconcilePayments, payments=ports.payment_list, resolve=resolve_payment
    )
    forget_notifications = Factory(
        ForgetNotifications, notifications=ports.payment_notifications, clock=ports.clock
    )
    forget_quotes = Factory(ForgetQuotes, quotes=ports.quotes, clock=ports.clock)
    refund_payment = Factory(RefundPayment, record=record)
    refund_by_job = Factory(RefundByJob, record=record, providers=payments.every)
    change_subscription = Factory(SubscriptionChanger, keep=keep, quote=shop.make_quote)
    leave = Factory(LeaveBilling, change=change_subscription)
    tell_renewal = Factory(TellRenewal, keep=keep, providers=payments.every)
    queries = Factory(
        BillingQueries,
        keep=keep,
        payments=ports.payments,
        list=ports.payment_list,
        refunds=ports.refunds,
    )
