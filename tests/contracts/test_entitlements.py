"""Entitlements are kept, and forgotten when something happens or time passes."""

from datetime import timedelta

import attrs
import pytest
from attrs import define, field
from uuid_utils.compat import uuid7

from application.billing.reactions import ForgetEntitlements
from application.billing.show_entitlements import ShowEntitlements
from application.shared.reactions import Drain
from domain.billing.events import EntitlementsChanged
from domain.billing.plans import Plans
from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId
from domain.shared.standing import PersonDeletedError
from domain.shared.tiers import Tier
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.use_cases import erase_person
from tests.contracts.values import DAY, RULEBOOK, START
from tests.domain.billing.plan_values import a_pass, plans


@define
class KnownPlans:
    """Plans as a test sets them; counts how often they were worked out."""

    known: dict[PersonId, Plans] = field(factory=dict)
    asked: int = 0

    async def brought_up(self, person_id: PersonId) -> Plans:
        self.asked += 1
        return self.known.get(person_id, plans())


def forget_entitlements(stores: Stores) -> ForgetEntitlements:
    return ForgetEntitlements(stores.kept_grants)


def show(stores: Stores, known: KnownPlans, version: str = "test") -> ShowEntitlements:
    drain = Drain(stores.transactions, stores.pending, forget_entitlements(stores))
    return ShowEntitlements(
        stores.transactions,
        stores.participants,
        known,
        stores.kept_grants,
        drain,
        stores.clock,
        attrs.evolve(RULEBOOK, version=version),
    )


async def tell(stores: Stores, person_id: PersonId) -> None:
    """Tell that a person's entitlements are others."""
    event = EntitlementsChanged(
        at=START, person_id=person_id, policy_version="v", tier=Tier.PREMIUM, until=None
    )
    person = await stores.persons.get(person_id)
    assert person is not None
    await stores.persons.save(person, person, values.outgoing(event))


async def tier_of(stores: Stores, known: KnownPlans, person_id: PersonId) -> Tier:
    return (await show(stores, known)(person_id)).grants.tier


async def test_what_is_kept_is_given_again(stores: Stores) -> None:
    person, known = await given.a_person(stores), KnownPlans()
    known.known[person.id] = plans(a_pass(person.id, Tier.PREMIUM, START, 7))
    first = await show(stores, known)(person.id)
    assert (first.grants.tier, first.grants.changes_at) == (Tier.PREMIUM, START + 7 * DAY)
    by_name = {one.name: one for one in first.entitlements}
    assert by_name["monthly_seconds"].value == 36_000
    assert by_name["monthly_seconds"].until == START + 7 * DAY
    assert await show(stores, known)(person.id) == first
    assert known.asked == 1


async def test_an_event_makes_it_be_worked_out_anew(stores: Stores) -> None:
    person, known = await given.a_person(stores), KnownPlans()
    assert await tier_of(stores, known, person.id) is Tier.FREE
    known.known[person.id] = plans(a_pass(person.id, Tier.PREMIUM, START, 7))
    assert await tier_of(stores, known, person.id) is Tier.FREE
    await tell(stores, person.id)
    assert await tier_of(stores, known, person.id) is Tier.PREMIUM
    assert known.asked == 2


async def test_time_makes_it_be_worked_out_anew(stores: Stores) -> None:
    person, known = await given.a_person(stores), KnownPlans()
    known.known[person.id] = plans(a_pass(person.id, Tier.PREMIUM, START, 1))
    assert await tier_of(stores, known, person.id) is Tier.PREMIUM
    await stores.clock.move_to(START + DAY - timedelta(microseconds=1))
    assert await tier_of(stores, known, person.id) is Tier.PREMIUM
    await stores.clock.move_to(START + DAY)
    assert await tier_of(stores, known, person.id) is Tier.FREE
    assert known.asked == 2


async def test_another_policy_makes_it_be_worked_out_anew(stores: Stores) -> None:
    person, known = await given.a_person(stores), KnownPlans()
    await show(stores, known)(person.id)
    await show(stores, known, version="other")(person.id)
    assert known.asked == 2


async def test_who_has_nothing_kept_needs_no_reaction(stores: Stores) -> None:
    one, other = await given.a_person(stores), await given.a_person(stores)
    await show(stores, KnownPlans())(one.id)
    events = values.outgoing(
        *(
            EntitlementsChanged(
                at=START, person_id=person.id, policy_version="v", tier=Tier.FREE, until=None
            )
            for person in (one, other)
        )
    )
    reaction = forget_entitlements(stores)
    assert await reaction.moot(events) == {other.id}


async def test_it_is_about_a_person_there_is(stores: Stores) -> None:
    with pytest.raises(NotFoundError):
        await show(stores, KnownPlans())(PersonId(uuid7()))
    person = await given.a_person(stores)
    await show(stores, KnownPlans())(person.id)
    await erase_person(stores)(person.id)
    assert await stores.kept_grants.get(person.id) is None
    with pytest.raises(PersonDeletedError):
        await show(stores, KnownPlans())(person.id)
