"""Rewards and what is taken back of them are in the ledger of account credit, each once."""

import asyncio
from datetime import timedelta

import pytest

from application.shared.pages import Page
from domain.billing.account_credit import CreditLine
from domain.billing.account_credit_commands import GrantCredit, SpendCredit, TakeBackCredit
from domain.billing.events import CreditMove, CreditSource, PaymentRefundFailed
from domain.identity.persons import Person
from domain.referrals.referrals import Referral, Rejected, Reversed, Rewarded
from domain.shared.money import Money
from entrypoints.wiring.referrals import ReferralCredit
from tests.contracts import given
from tests.contracts.billing import change_account_credit, grant_account_credit
from tests.contracts.referrals import Programme
from tests.contracts.stores import Stores
from tests.contracts.test_referral_races import TRUSTING, again
from tests.contracts.values import DAY, START

REFEREES = 12
# Two of the first tier, seven of the second, three of the third.
REWARDS = 2 * 10_000 + 7 * 12_500 + 3 * 15_000


async def lines(stores: Stores, person: Person) -> tuple[CreditLine, ...]:
    page: Page[CreditLine] = await stores.credit_accounts.ledger(person.id, "INR", None, 100)
    return page.items


async def balance(stores: Stores, person: Person) -> int:
    found = await stores.credit_accounts.of_person(person.id)
    total = sum(one.balance for one in found)
    assert total == sum(line.amount for line in await lines(stores, person))
    return total


async def test_rewards_and_reversals_at_once_add_up(stores: Stores) -> None:
    credit = ReferralCredit(change_account_credit(stores))
    programme = Programme(stores, credits=credit, rulebook=TRUSTING)
    referrals = stores.referrals.referrals
    referrer = await given.a_person(stores)
    code = await programme.code_of(referrer)
    referees = [await programme.a_referee(code) for _ in range(REFEREES)]
    payments = [await programme.pays(one, at=START + timedelta(hours=1)) for one in referees]
    await asyncio.gather(*(again(programme.drain, one.id) for one in referees))
    await programme.wait(8 * DAY)
    known = [await referrals.of_referee(one.id) for one in referees]
    ids = [one.id for one in known if one is not None]
    await asyncio.gather(*(again(programme.settle, one) for one in (*ids, *ids)))
    assert all([isinstance(await referrals.of_referee(one.id), Rewarded) for one in referees])
    assert await balance(stores, referrer) == REWARDS
    assert [await balance(stores, one) for one in referees] == [5_000] * REFEREES
    # All purchases are refunded at the same moment.
    for one, payment in zip(referees, payments, strict=True):
        await programme.gets_back(one, payment, taken_in=False)
    await asyncio.gather(*(again(programme.drain, one.id) for one in (*referees, *referees)))
    assert all([isinstance(await referrals.of_referee(one.id), Reversed) for one in referees])
    assert await balance(stores, referrer) == 0
    assert [await balance(stores, one) for one in referees] == [0] * REFEREES
    moves = [line.move for line in await lines(stores, referrer)]
    assert moves.count(CreditMove.GRANT) == moves.count(CreditMove.TAKE_BACK) == REFEREES


async def test_what_was_used_is_owed(stores: Stores) -> None:
    credit = ReferralCredit(change_account_credit(stores))
    programme = Programme(stores, credits=credit)
    referrer = await given.a_person(stores)
    referee = await programme.a_referee(await programme.code_of(referrer))
    payment = await programme.pays(referee, at=START + timedelta(hours=1))
    await programme.drain(referee.id)
    await programme.wait(8 * DAY)
    await programme.settle_due()
    # Goodwill of before is no part of what was used.
    await grant_account_credit(stores)(referrer.id, 1_000, "INR", "Sorry")
    await spend(stores, referrer, 7_000)
    await programme.gets_back(referee, payment, charged_back=True)
    known = await stores.referrals.referrals.of_referee(referee.id)
    assert isinstance(known, Reversed)
    assert (known.referrer_owed_minor, known.referee_owed_minor) == (6_000, 0)
    assert await balance(stores, referrer) == -6_000


@pytest.mark.parametrize(("waits", "state"), [(DAY, Rejected), (8 * DAY, Reversed)])
async def test_a_refund_that_failed_after_all_leaves_a_referral_where_it_is(
    stores: Stores, waits: timedelta, state: type[Referral]
) -> None:
    programme = Programme(stores, credits=ReferralCredit(change_account_credit(stores)))
    referrer = await given.a_person(stores)
    referee = await programme.a_referee(await programme.code_of(referrer))
    payment = await programme.pays(referee, at=START + timedelta(hours=1))
    await programme.drain(referee.id)
    await programme.wait(waits)
    await programme.settle_due()
    await programme.gets_back(referee, payment)
    known = await stores.referrals.referrals.of_referee(referee.id)
    assert isinstance(known, state)
    await programme.tells(
        referee,
        PaymentRefundFailed(
            at=await stores.clock.now(),
            person_id=referee.id,
            policy_version="test",
            payment_id=payment,
            item_key="plus_monthly",
            item_kind="subscription",
            amount_minor=49_900,
            currency="INR",
            refund_id="1",
            refunded_minor=0,
        ),
    )
    await programme.drain(referee.id)
    # It is given back otherwise, and something else is bought: neither counts any more.
    await programme.gets_back(referee, payment)
    await programme.pays(referee)
    await programme.drain(referee.id)
    await programme.wait(8 * DAY)
    await programme.settle_due()
    assert await stores.referrals.referrals.of_referee(referee.id) == known
    assert [await balance(stores, one) for one in (referrer, referee)] == [0, 0]
    moves = [line.move for line in await lines(stores, referrer)]
    assert moves == ([CreditMove.TAKE_BACK, CreditMove.GRANT] if state is Reversed else [])


@pytest.mark.parametrize(
    ("owed_before", "spent", "owed"),
    [(4_000, 0, 4_000), (4_000, 6_000, 10_000), (10_000, 0, 10_000)],
)
async def test_what_was_owed_before_is_not_owed_by_the_referral(
    stores: Stores, owed_before: int, spent: int, owed: int
) -> None:
    credit = ReferralCredit(change_account_credit(stores))
    referrer = await given.a_person(stores)
    reward = Money(10_000, "INR")
    await owes(stores, referrer, owed_before)
    # It repays what is owed; the rest is spent.
    await credit.grant(referrer.id, reward, f"referral:{referrer.id}", "referral_reward")
    if spent:
        await spend(stores, referrer, spent)
    assert await credit.take_back(referrer.id, reward, f"referral:{referrer.id}", "back") == owed
    assert await balance(stores, referrer) == -owed


async def test_debts_of_several_referrals_are_each_counted_once(stores: Stores) -> None:
    credit = ReferralCredit(change_account_credit(stores))
    referrer = await given.a_person(stores)
    keys = [f"referral:{number}:{referrer.id}" for number in range(3)]
    for key in keys:
        await credit.grant(referrer.id, Money(10_000, "INR"), key, "referral_reward")
    await spend(stores, referrer, 25_000)
    owed = [await credit.take_back(referrer.id, Money(10_000, "INR"), key, "back") for key in keys]
    assert owed == [5_000, 10_000, 10_000]
    assert await balance(stores, referrer) == -sum(owed)


async def owes(stores: Stores, person: Person, amount: int) -> None:
    """Let a person owe for a grant that was spent and taken back."""
    change, key = change_account_credit(stores), f"debt of {person.id}"
    source = CreditSource.GOODWILL
    await change(person.id, "INR", GrantCredit(source=source, key=key, amount=amount))
    await change(person.id, "INR", SpendCredit(key=key, amount=amount))
    await change(person.id, "INR", TakeBackCredit(source=source, key=key))


async def spend(stores: Stores, person: Person, amount: int) -> None:
    """Pay for something with credit."""
    command = SpendCredit(key=person.id.hex, amount=amount)
    await change_account_credit(stores)(person.id, "INR", command)
