"""Account credit over HTTP."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import Controller, Response, get, post
from litestar.params import FromPath, JSONBody
from msgspec import Meta, Struct

from domain.billing.account_credit import CreditAccount, CreditLine
from domain.billing.events import CreditMove, CreditSource
from domain.shared.ids import PersonId
from entrypoints.http.acting import acting
from entrypoints.http.authentication import ADMIN, FOR_PERSONS
from entrypoints.http.body import JsonBody
from entrypoints.http.context import ApiRequest, kithkin
from entrypoints.http.idempotency import answer_once
from entrypoints.http.lists import DEFAULT_LIMIT, Cursor, Limit, ListBody, list_body, position
from entrypoints.http.money import Currency, CurrencyCode, MoneyBody, money
from entrypoints.http.problems import problems


class GrantCreditBody(Struct, forbid_unknown_fields=True):
    """How much credit to give, and why."""

    amount_minor: Annotated[int, Meta(ge=1, le=1_000_000_000, examples=[500])]
    currency: CurrencyCode
    reason: Annotated[str, Meta(min_length=1, max_length=200, examples=["Sorry for the wait"])]


class TakeBackCreditBody(Struct, forbid_unknown_fields=True):
    """Why credit is taken back."""

    reason: Annotated[str, Meta(min_length=1, max_length=200, examples=["Given by mistake"])]


class CreditBalanceBody(Struct):
    """What a person has with the app in a currency."""

    balance: Annotated[MoneyBody, Meta(description="Less than 0 where the person owes")]
    credit: Annotated[MoneyBody, Meta(description="What of it pays for things")]
    owed: Annotated[MoneyBody, Meta(description="What the next credit repays")]


class AccountCreditBody(Struct):
    """What a person has with the app."""

    person_id: UUID
    accounts: Annotated[list[CreditBalanceBody], Meta(description="One for each currency")]


class CreditLineBody(Struct):
    """A line of the ledger."""

    number: Annotated[int, Meta(description="Its place in the currency's ledger, from 1")]
    at: datetime
    move: CreditMove
    source: CreditSource
    key: Annotated[str, Meta(description="Which grant or payment; a payment's is its id")]
    amount: Annotated[MoneyBody, Meta(description="Less than 0 where the balance fell")]
    balance: Annotated[MoneyBody, Meta(description="What it came to")]
    reason: Annotated[
        str | None, Meta(description="Why it was granted or taken back; null once erased")
    ]
    policy_version: str


def balance_body(account: CreditAccount) -> CreditBalanceBody:
    """Give what a person has in a currency as the API shows it."""
    return CreditBalanceBody(
        balance=money(account.balance, account.currency),
        credit=money(account.credit, account.currency),
        owed=money(account.owed, account.currency),
    )


def credit_line_body(line: CreditLine) -> CreditLineBody:
    """Give a line of the ledger as the API shows it."""
    return CreditLineBody(
        number=line.number,
        at=line.at,
        move=line.move,
        source=line.source,
        key=line.key,
        amount=money(line.amount, line.currency),
        balance=money(line.balance, line.currency),
        reason=line.reason,
        policy_version=line.policy_version,
    )


async def _shown(request: ApiRequest, person_id: PersonId) -> AccountCreditBody:
    queries = kithkin(request).shop.account_credit_queries()
    accounts = await queries.accounts_of(person_id)
    return AccountCreditBody(person_id, [balance_body(account) for account in accounts])


class AccountCreditRoutes(Controller):
    """Money that a person has with the app, which pays for what they buy."""

    path = "/v1/persons/{person_id:uuid}/account-credit"
    tags = ("Billing",)

    @get(opt=FOR_PERSONS, responses=problems(404))
    async def get_account_credit(
        self, request: ApiRequest, person_id: FromPath[UUID]
    ) -> AccountCreditBody:
        """Read a person's account credit, or what they owe, by currency."""
        return await _shown(request, acting(request, person_id))

    @get("/ledger", opt=FOR_PERSONS, responses=problems(404))
    async def list_account_credit_lines(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        currency: Currency,
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ListBody[CreditLineBody]:
        """List the lines of a person's account credit in a currency, the newest first."""
        queries = kithkin(request).shop.account_credit_queries()
        asked = acting(request, person_id)
        page = await queries.ledger(asked, currency, position(cursor), limit)
        return list_body(page, credit_line_body)

    @post(
        "/grants",
        opt=ADMIN,
        dto=JsonBody[GrantCreditBody],
        return_dto=None,
        responses=problems(403, 404, 409, body=True),
    )
    async def grant_account_credit(
        self, request: ApiRequest, person_id: FromPath[UUID], data: JSONBody[GrantCreditBody]
    ) -> Response[AccountCreditBody]:
        """Give a person account credit, for a reason. It repays what they owe first."""

        async def work() -> tuple[int, AccountCreditBody]:
            grant = kithkin(request).shop.grant_account_credit()
            await grant(PersonId(person_id), data.amount_minor, data.currency, data.reason)
            return 201, await _shown(request, PersonId(person_id))

        return await answer_once(request, work, about=lambda body: body.person_id)

    @post(
        "/grants/{grant_key:uuid}/take-back",
        opt=ADMIN,
        dto=JsonBody[TakeBackCreditBody],
        return_dto=None,
        responses=problems(404, 409, body=True),
    )
    async def take_back_account_credit(
        self,
        request: ApiRequest,
        person_id: FromPath[UUID],
        grant_key: FromPath[UUID],
        data: JSONBody[TakeBackCreditBody],
    ) -> Response[AccountCreditBody]:
        """Take a grant of account credit back, by its key in the ledger.

        What of it was spent is owed from then on.

        Taking it back again changes nothing.
        """

        async def work() -> tuple[int, AccountCreditBody]:
            take_back = kithkin(request).shop.take_back_account_credit()
            await take_back(PersonId(person_id), str(grant_key), data.reason)
            return 201, await _shown(request, PersonId(person_id))

        return await answer_once(request, work, about=lambda body: body.person_id)
