"""A bank, a language model and a job queue that fail at times, the same way in every run.

Whether something fails depends on the how manieth of its kind it is and on how often it was
tried, never on its id or on what else is going on: so it fails alike on every store.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any, TypeVar
from zlib import crc32

import attrs
import msgspec
from attrs import define, field, frozen
from dependency_injector.providers import Object

from adapters.payments.sandbox import Sandbox
from adapters.payments.sandbox_actions import Action, Card, NotPossibleError, subscription
from adapters.payments.sandbox_books import (
    Account,
    Decide,
    EventType,
    SandboxBooks,
    SandboxEvent,
    SandboxOrder,
)
from application.billing.provider_ports import (
    CheckoutIntent,
    Delivery,
    FetchedOrder,
    OrderRef,
    ProviderAwayError,
    ProviderPorts,
    Providers,
    RefundIntent,
    StartedCheckout,
)
from application.personas.language_model import (
    ModelRequest,
    ModelUnavailableError,
    Observed,
    ObserveRequest,
    ReplyPart,
    ReplyRequest,
)
from application.shared.jobs import Handler, JobKind, JobKinds, StoredJob
from domain.billing.payments import Provider, Report
from domain.billing.subscriptions import SubscriptionSnapshot
from entrypoints.wiring.kithkin import Kithkin
from entrypoints.wiring.llm import Llms, within_budget

T = TypeVar("T")

BANK_FAILS, MODEL_FAILS, JOBS_CRASH = 8, 8, 10
"""One in so many."""
CHARGED_AHEAD = timedelta(hours=1)
_CRASHES_AT_MOST = 2
_EVEN = 0.5


@define
class Luck:
    """Tells which try of which thing fails, by the order in which things were met."""

    met: dict[str, dict[str, int]] = field(factory=dict)
    tries: Counter[str] = field(factory=Counter)

    def failure(self, kind: str, about: str, one_in: int) -> int | None:
        """Give a number by which to choose how it fails; None if it does not."""
        of_kind = self.met.setdefault(kind, {})
        name = f"{kind} {of_kind.setdefault(about, len(of_kind))}"
        self.tries[name] += 1
        chance = crc32(f"{name}/{self.tries[name]}".encode())
        return None if chance % one_in else chance // one_in


class PlainBooks(SandboxBooks):
    """The sandbox's books as a dictionary, as a file for each year costs too much time."""

    def __init__(self) -> None:
        super().__init__(None)
        self.accounts: dict[str, Account] = {}

    def place(self, order: SandboxOrder) -> SandboxOrder:
        plain = msgspec.structs.replace(order, token=f"page_{order.id}")
        return self.accounts.setdefault(order.id, Account(plain)).order

    def account(self, order_id: str) -> Account | None:
        return self.accounts.get(order_id)

    def of_token(self, token: str) -> Account | None:
        found = (it for it in self.accounts.values() if it.order.token == token)
        return next(found, None)

    def enter(self, order_id: str, decide: Decide) -> tuple[SandboxEvent, ...]:
        if order_id not in self.accounts:
            raise LookupError(order_id)
        account = self.accounts[order_id]
        events = decide(account)
        self.accounts[order_id] = Account(account.order, (*account.events, *events))
        return events


class AtOnce(ThreadPoolExecutor):
    """Does by itself what is to be done in a thread: that costs less, and is always the same."""

    def submit(self, work: Callable[..., T], /, *given: Any, **named: Any) -> "Future[T]":
        done: Future[T] = Future()
        try:
            done.set_result(work(*given, **named))
        except BaseException as error:  # noqa: BLE001 - as a thread would hand it on
            done.set_exception(error)
        return done


@define
class Bank:
    """The sandbox, which is at times away before or after it did what it was asked for.

    Attributes:
        news: What happened there and is to be told, in order.
    """

    sandbox: Sandbox
    books: PlainBooks
    luck: Luck
    news: list[SandboxEvent] = field(factory=list)
    _told: Counter[str] = field(factory=Counter)

    @property
    def name(self) -> Provider:
        return self.sandbox.name

    def least_minor(self, currency: str) -> int:
        return self.sandbox.least_minor(currency)

    async def start_checkout(self, intent: CheckoutIntent) -> StartedCheckout:
        return await self._perhaps(
            "checkout", str(intent.payment_id), lambda: self.sandbox.start_checkout(intent)
        )

    async def fetch_payment(self, order: OrderRef) -> FetchedOrder | None:
        return await self._perhaps(
            "fetch", str(order.payment_id), lambda: self.sandbox.fetch_payment(order)
        )

    async def refund(self, intent: RefundIntent) -> Report | None:
        return await self._perhaps("refund", str(intent.key), lambda: self.sandbox.refund(intent))

    async def cancel_renewal(self, provider_subscription_id: str, key: str) -> None:
        await self._perhaps(
            "cancel",
            provider_subscription_id,
            lambda: self.sandbox.cancel_renewal(provider_subscription_id, key),
        )

    async def resume_renewal(self, provider_subscription_id: str, key: str) -> None:
        await self._perhaps(
            "resume",
            provider_subscription_id,
            lambda: self.sandbox.resume_renewal(provider_subscription_id, key),
        )

    async def end_renewal(self, provider_subscription_id: str, key: str) -> None:
        await self._perhaps(
            "end",
            provider_subscription_id,
            lambda: self.sandbox.end_renewal(provider_subscription_id, key),
        )

    async def bill_of(self, provider_order_id: str) -> str | None:
        return await self.sandbox.bill_of(provider_order_id)

    async def fetch_subscription(
        self, provider_subscription_id: str
    ) -> SubscriptionSnapshot | None:
        return await self._perhaps(
            "subscription",
            provider_subscription_id,
            lambda: self.sandbox.fetch_subscription(provider_subscription_id),
        )

    def read(self, body: bytes, headers: Mapping[str, str], now: datetime) -> Delivery:
        return self.sandbox.read(body, headers, now)

    async def act(self, payment: str, action: str, card: str) -> list[str]:
        """Do something at the bank and give what of it is to be told; LookupError if unknown."""
        account = self.books.accounts[f"sbx_ord_{payment}"]
        plan = subscription(account)
        # Banks charge when a period ends, and not whenever they like.
        if (
            plan is not None
            and Action(action) in {Action.RENEW, Action.FAIL_RENEWAL}
            and await self.sandbox.clock.now() < plan.period_ends_at - CHARGED_AHEAD
        ):
            raise NotPossibleError(action)
        await self.sandbox.act(account.order.token, Action(action), Card(card))
        return self.collect()

    def collect(self) -> list[str]:
        """Take in what has happened since, by whomever, to be told when chance will have it."""
        found = []
        for order_id, account in self.books.accounts.items():
            for event in account.events[self._told[order_id] :]:
                self.news.append(event)
                found.append(f"{event.type.value}")
            self._told[order_id] = len(account.events)
        return found

    def letter(self, number: int, how: str, at: datetime) -> tuple[bytes, dict[str, str]]:
        """Give a notification as it comes over the wire."""
        event = self.news[number]
        if how == "short" and event.type is EventType.SUCCEEDED:
            event = msgspec.structs.replace(
                event,
                id=f"{event.id}_short",
                charge_id=f"{event.charge_id}_short",
                amount_minor=max(1, event.amount_minor - 1),
            )
        body, headers = self.sandbox.signed(event, at)
        return (body + b" ", headers) if how == "forged" else (body, headers)

    async def _perhaps(self, kind: str, about: str, work: Callable[[], Awaitable[T]]) -> T:
        failure = self.luck.failure(kind, about, BANK_FAILS)
        if failure is None:
            return await work()
        if failure % 2:
            await work()
        raise ProviderAwayError("The bank is closed.")


@define
class ForgetfulModel:
    """A language model that is away at times, or stops in the middle of a reply."""

    model: Llms
    luck: Luck

    def most_micros(self, request: ModelRequest) -> int:
        return self.model.most_micros(request)

    async def observe(self, request: ObserveRequest) -> Observed:
        if self.luck.failure("observe", str(request.person_id), MODEL_FAILS) is not None:
            raise ModelUnavailableError("The model is asleep.")
        return await self.model.observe(request)

    async def reply(self, request: ReplyRequest) -> AsyncGenerator[ReplyPart, None]:
        failure = self.luck.failure("reply", str(request.person_id), MODEL_FAILS)
        said = 0
        async for part in self.model.reply(request):
            if failure is not None and said == failure % 3:
                raise ModelUnavailableError("The model fell asleep.")
            said += 1
            yield part

    async def greet(self) -> None:
        await self.model.greet()

    async def close(self) -> None:
        await self.model.close()


@frozen
class _Crash:
    """Does a job's work, and dies at times: before it, or before anybody knows that it is done."""

    handle: Handler
    luck: Luck

    async def __call__(self, job: StoredJob) -> object:
        about = f"{job.key} {job.at.isoformat()}"
        failure = self.luck.failure(job.kind, about, JOBS_CRASH)
        if failure is None or job.tries > _CRASHES_AT_MOST:
            return await self.handle(job)
        if failure % 2:
            await self.handle(job)
        raise RuntimeError("The worker fell over.")


def made_unreliable(kithkin: Kithkin) -> Bank:
    """Let a Kithkin live with all of this, and give its bank."""
    asyncio.get_running_loop().set_default_executor(AtOnce())
    luck, books = Luck(), PlainBooks()
    real = kithkin.payments.sandbox()
    assert isinstance(real, Sandbox)
    bank = Bank(attrs.evolve(real, books=books), books, luck)
    ports = ProviderPorts(payments=bank, notifications=bank, renewals=bank)
    kithkin.payments.every.override(
        Object(Providers(current=bank.name, by_name={bank.name: ports}))
    )
    model = within_budget(
        ForgetfulModel(kithkin.llm, luck),
        kithkin.ports.model_budget(),
        kithkin.figures,
        kithkin.settings,
    )
    kithkin.personas.language_model.override(Object(model))
    kinds: JobKinds = kithkin.jobs.kinds()
    crashing: tuple[JobKind, ...] = tuple(
        attrs.evolve(kind, handle=_Crash(kind.handle, luck)) for kind in kinds.by_name.values()
    )
    kithkin.jobs.kinds.override(Object(JobKinds.of(crashing)))
    kithkin.jobs.run_job.add_kwargs(chance=Object(lambda: _EVEN))
    return bank
