"""Account credit: grants, spending, what is owed, and the ledger."""

from datetime import timedelta
from typing import Any

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.identity.exported_records import OwnEvent
from application.shared.transaction import ConcurrentUpdateError
from domain.billing.account_credit import AccountCredit
from domain.billing.account_credit_commands import (
    CreditKeyTakenError,
    CreditShortError,
    GrantCredit,
    SpendCredit,
    TakeBackCredit,
)
from domain.billing.catalogue import SecondsItem
from domain.billing.events import AccountCreditMoved, CreditMove, CreditSource
from domain.billing.payments import Payment, Provider
from domain.shared.errors import InvalidValueError, NotFoundError
from domain.shared.ids import PaymentId, PersonId
from domain.shared.standing import PersonDeletedError
from tests.contracts import given, values
from tests.contracts.billing import (
    account_credit_queries,
    change_account_credit,
    grant_account_credit,
    payment_credit,
    the_balance,
    the_credit_ledger,
)
from tests.contracts.stores import Stores
from tests.contracts.test_export import exported
from tests.contracts.test_races import all_at_once, kinds
from tests.contracts.use_cases import erase_person
from tests.contracts.values import START


def a_payment(person_id: PersonId, credit: int) -> Payment:
    return Payment(
        id=PaymentId(uuid7()),
        person_id=person_id,
        provider=Provider.SANDBOX,
        item=SecondsItem(3600),
        amount_minor=299 - credit,
        currency="USD",
        credit_applied_minor=credit,
        lines=(),
        quote_id=None,
        subscription_id=None,
        created_at=START,
        checkout_ends_at=START + timedelta(days=1),
        policy_version="v",
    )


async def test_credit_is_granted_spent_and_given_back(stores: Stores) -> None:
    person = await given.a_person(stores)
    account = await grant_account_credit(stores)(person.id, 500, "USD", " For the wait ")
    assert (account.balance, account.lines) == (500, 1)
    payment = a_payment(person.id, 200)
    for step in ("spend", "give_back", "spend_late", "give_back"):
        for _ in range(2):
            await getattr(payment_credit(stores), step)(payment)
    assert await the_balance(stores, person.id) == 500
    lines = await the_credit_ledger(stores, person.id)
    assert [(line.number, line.move, line.amount, line.balance) for line in lines] == [
        (1, CreditMove.GRANT, 500, 500),
        (2, CreditMove.SPEND, -200, 300),
        (3, CreditMove.GIVE_BACK, 200, 500),
        (4, CreditMove.SPEND, -200, 300),
        (5, CreditMove.GIVE_BACK, 200, 500),
    ]
    assert [line.reason for line in lines] == ["For the wait", None, None, None, None]
    assert {line.key for line in lines[1:]} == {str(payment.id)}
    moved = [out.event for out in await stores.outbox() if out.event.person_id == person.id]
    assert [one.balance_minor for one in moved if isinstance(one, AccountCreditMoved)] == [
        line.balance for line in lines
    ]


async def test_a_payment_without_credit_moves_none(stores: Stores) -> None:
    person = await given.a_person(stores)
    for step in ("spend", "give_back", "spend_late"):
        await getattr(payment_credit(stores), step)(a_payment(person.id, 0))
    assert await the_credit_ledger(stores, person.id) == []


async def test_currencies_are_kept_apart(stores: Stores) -> None:
    person = await given.a_person(stores)
    for currency, amount in (("USD", 500), ("INR", 9900), ("USD", 1)):
        await grant_account_credit(stores)(person.id, amount, currency, "Thanks")
    accounts = await account_credit_queries(stores).accounts_of(person.id)
    assert [(one.currency, one.balance, one.lines) for one in accounts] == [
        ("INR", 9900, 1),
        ("USD", 501, 2),
    ]
    [line] = await the_credit_ledger(stores, person.id, "INR")
    assert line.balance == 9900


async def test_what_was_spent_of_a_grant_is_owed_and_repaid(stores: Stores) -> None:
    person = await given.a_person(stores)
    change = change_account_credit(stores)
    key = uuid7().hex
    grant = GrantCredit(source=CreditSource.REFERRAL, key=key, amount=500)
    for _ in range(2):
        await change(person.id, "USD", grant)
    await payment_credit(stores).spend(a_payment(person.id, 300))
    for _ in range(2):
        await change(person.id, "USD", TakeBackCredit(source=CreditSource.REFERRAL, key=key))
    assert await the_balance(stores, person.id) == -300
    await grant_account_credit(stores)(person.id, 400, "USD", "Thanks")
    assert await the_balance(stores, person.id) == 100


async def test_a_key_is_one_persons_and_one_currencys(stores: Stores) -> None:
    one, other = await given.a_person(stores), await given.a_person(stores)
    change, key = change_account_credit(stores), uuid7().hex
    grant = GrantCredit(source=CreditSource.REFERRAL, key=key, amount=5)
    await change(one.id, "USD", grant)
    for person_id, currency in ((other.id, "USD"), (one.id, "INR")):
        with pytest.raises(CreditKeyTakenError):
            await change(person_id, currency, grant)
        with pytest.raises(NotFoundError):
            await change(person_id, currency, TakeBackCredit(source=CreditSource.REFERRAL, key=key))
    assert await account_credit_queries(stores).accounts_of(other.id) == ()


async def test_a_grant_has_its_bounds(stores: Stores) -> None:
    person, nobody = await given.a_person(stores), PersonId(uuid7())
    grant = grant_account_credit(stores)
    for amount, currency, reason in (
        (0, "USD", "x"),
        (1_000_001, "USD", "x"),
        (5, "XXX", "x"),
        (5, "USD", " "),
        (5, "USD", "x" * 201),
    ):
        with pytest.raises(InvalidValueError):
            await grant(person.id, amount, currency, reason)
    queries = account_credit_queries(stores)
    for nowhere in (
        grant(nobody, 5, "USD", "x"),
        queries.accounts_of(nobody),
        queries.ledger(nobody, "USD", None, 5),
    ):
        with pytest.raises(NotFoundError):
            await nowhere
    assert await the_credit_ledger(stores, person.id) == []


async def test_no_credit_is_spent_twice_at_once(stores: Stores) -> None:
    person = await given.a_person(stores)
    await grant_account_credit(stores)(person.id, 1000, "USD", "Thanks")

    async def spend(_: int) -> AccountCredit:
        command = SpendCredit(key=uuid7().hex, amount=100)
        return await change_account_credit(stores)(person.id, "USD", command)

    assert kinds(await all_at_once(spend)) == {AccountCredit: 10, CreditShortError: 10}
    assert await the_balance(stores, person.id) == 0
    lines = await the_credit_ledger(stores, person.id)
    assert [line.number for line in lines] == list(range(1, 12))
    assert sum(line.amount for line in lines) == 0


async def test_one_grant_told_by_many_at_once_is_given_once(stores: Stores) -> None:
    person, key = await given.a_person(stores), uuid7().hex
    grant = GrantCredit(source=CreditSource.REFERRAL, key=key, amount=100)

    async def give(_: int) -> AccountCredit:
        return await change_account_credit(stores)(person.id, "USD", grant)

    assert kinds(await all_at_once(give)) == {AccountCredit: 20}
    assert await the_balance(stores, person.id) == 100


async def test_a_stale_account_records_nothing(stores: Stores) -> None:
    person = await given.a_person(stores)
    source, key = CreditSource.GOODWILL, uuid7().hex
    stale = await stores.credit_accounts.get(person.id, "USD", source, key)
    await grant_account_credit(stores)(person.id, 5, "USD", "Thanks")
    event = AccountCreditMoved(
        at=START,
        person_id=person.id,
        policy_version="v",
        move=CreditMove.GRANT,
        source=source,
        key=key,
        amount_minor=5,
        currency="USD",
        balance_minor=5,
    )
    [out] = values.outgoing(event)
    known = await stores.credit_accounts.get(person.id, "USD", source, key)
    older = AccountCredit(attrs.evolve(known.account, version=9), None)
    for before in (stale, older):
        with pytest.raises(ConcurrentUpdateError):
            await stores.credit_accounts.record(before, out)
    assert await the_balance(stores, person.id) == 5


async def test_the_ledger_is_read_page_by_page(stores: Stores) -> None:
    person = await given.a_person(stores)
    for amount in range(1, 6):
        await grant_account_credit(stores)(person.id, amount, "USD", "Thanks")
    queries, numbers, last = account_credit_queries(stores), list[int](), None
    for _ in range(3):
        page = await queries.ledger(person.id, "USD", last, 2)
        numbers += [line.number for line in page.items]
        last = page.last
    assert numbers == [5, 4, 3, 2, 1]
    assert last is None


async def test_the_books_outlive_the_person_and_no_word_of_them_does(stores: Stores) -> None:
    person, secret = await given.a_person(stores), f"secret{uuid7().hex}"
    await grant_account_credit(stores)(person.id, 500, "USD", secret)
    payment = a_payment(person.id, 200)
    await payment_credit(stores).spend(payment)
    found: dict[str, list[Any]] = await exported(stores, person.id)
    assert [(one.currency, one.balance) for one in found["account_credit"]] == [("USD", 300)]
    assert [(one.move, one.amount, one.reason) for one in found["account_credit_ledger"]] == [
        ("grant", 500, secret),
        ("spend", -200, None),
    ]
    [*_, told] = [one for one in found["events"] if one.type == "account_credit_moved"]
    assert isinstance(told, OwnEvent)
    assert told.data["balance_minor"] == 300

    await erase_person(stores)(person.id)
    await payment_credit(stores).give_back(payment)
    assert await the_balance(stores, person.id) == 500
    assert [line.reason for line in await the_credit_ledger(stores, person.id)] == [None] * 3
    with pytest.raises(PersonDeletedError):
        await grant_account_credit(stores)(person.id, 5, "USD", "Thanks")
