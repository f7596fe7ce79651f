"""The sandbox's books hold when many write in them at once, and outlive who wrote."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest

from adapters.payments.sandbox_actions import (
    Action,
    Card,
    NotPossibleError,
    act,
    charges,
    subscription,
)
from adapters.payments.sandbox_books import Account, SandboxBooks, SandboxOrder

AT = datetime(2026, 1, 31, 12, tzinfo=UTC)
WORKERS = 20


def an_order(number: int = 1, item_key: str = "video_credits_20") -> SandboxOrder:
    payment_id = UUID(int=number)
    return SandboxOrder(
        id=f"sbx_ord_{payment_id.hex}",
        token=f"token {number}",
        payment_id=payment_id,
        person_id=UUID(int=99),
        item_key=item_key,
        amount_minor=599,
        currency="USD",
        created_at=AT,
        ends_at=AT + timedelta(days=1),
        renewal_minor=599,
    )


@pytest.fixture(params=["file", "memory"])
def books(request: pytest.FixtureRequest, tmp_path: Path) -> SandboxBooks:
    return SandboxBooks(tmp_path / "a" / "books.db" if request.param == "file" else None)


def paid(books: SandboxBooks, order: SandboxOrder) -> bool:
    try:
        books.enter(
            order.id, lambda account: act(account, Action.PAY, Card.OWN, AT + timedelta(hours=1))
        )
    except NotPossibleError:
        return False
    return True


def test_of_many_who_pay_at_once_one_pays(books: SandboxBooks) -> None:
    order = books.place(an_order())
    with ThreadPoolExecutor(WORKERS) as pool:
        done = list(pool.map(partial(paid, books), [order] * WORKERS))
    assert done.count(True) == 1
    account = books.account(order.id)
    assert account is not None
    assert len(charges(account)) == 1


def test_the_order_that_was_kept_first_stands(books: SandboxBooks) -> None:
    first = books.place(an_order())
    again = SandboxOrder(
        **{name: getattr(first, name) for name in first.__struct_fields__ if name != "token"},
        token="another",
    )
    assert books.place(again) == first
    assert books.of_token("another") is None
    assert books.of_token(first.token) == Account(first)


def test_what_was_refused_leaves_nothing(books: SandboxBooks) -> None:
    order = books.place(an_order())

    def fail(_: Account) -> tuple[()]:
        raise NotPossibleError

    with pytest.raises(NotPossibleError):
        books.enter(order.id, fail)
    assert books.account(order.id) == Account(order)
    assert paid(books, order)


def test_there_may_be_no_such_order(books: SandboxBooks) -> None:
    assert books.account("none") is None
    with pytest.raises(LookupError):
        books.enter("none", lambda _: ())


def test_books_in_a_file_are_shared_and_stay(tmp_path: Path) -> None:
    one, other = (SandboxBooks(tmp_path / "books.db") for _ in range(2))
    order = one.place(an_order())
    assert paid(other, order)
    assert not paid(one, order)


def test_a_month_from_the_last_of_january_ends_with_february(books: SandboxBooks) -> None:
    order = books.place(an_order(item_key="plus_monthly"))
    ends = []
    for action in (Action.PAY, Action.RENEW, Action.RENEW):
        books.enter(order.id, partial(act, action=action, card=Card.OWN, now=AT))
        account = books.account(order.id)
        assert account is not None
        plan = subscription(account)
        assert plan is not None
        ends.append(plan.period_ends_at.date().isoformat())
    assert ends == ["2026-02-28", "2026-03-28", "2026-04-28"]
