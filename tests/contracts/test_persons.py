"""Persons and their list."""

from datetime import date
from uuid import UUID

import attrs
import pytest
from uuid_utils.compat import uuid7

from application.identity.ports import EmailTakenError
from application.shared.pages import Position
from application.shared.transaction import ConcurrentUpdateError
from domain.identity.persons import Person, PersonStatus
from domain.identity.profile import Gender, PrivacyLevel
from domain.shared.ids import PersonId
from domain.shared.tiers import Tier
from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.values import (
    DAY,
    MINUTE,
    START,
    a_person,
    an_email,
    an_event,
)


def a_full_person() -> Person:
    return a_person(
        email=an_email(),
        name="Ana Ⅷ",
        display_name="A",
        username="ana",
        avatar_url="https://example.org/a.png",
        phone_number="+919876543210",
        gender=Gender.OTHER,
        locale="pt",
        timezone="Asia/Kolkata",
        native_language="pt",
        ui_language="en",
        privacy_level=PrivacyLevel.PRIVATE,
        social_sharing_enabled=False,
        status=PersonStatus.SUSPENDED,
        suspension_reason="Spam.",
        tier=Tier.PLUS,
        tier_peak=Tier.PREMIUM,
        tier_peak_on=date(2026, 3, 1),
        counting_on=date(2026, 3, 2),
        counting_since=START,
        registered_at=START.replace(microsecond=123456),
    )


@pytest.mark.parametrize("person", [a_person(), a_full_person()], ids=["plain", "full"])
async def test_a_person_comes_back_as_given(stores: Stores, person: Person) -> None:
    person = attrs.evolve(person, id=PersonId(uuid7()), email=person.email and an_email())
    await stores.persons.add(person, ())
    assert await stores.persons.get(person.id) == person


async def test_an_unknown_person_is_none(stores: Stores) -> None:
    assert await stores.persons.get(PersonId(uuid7())) is None


async def test_an_id_is_given_once(stores: Stores) -> None:
    person = await given.a_person(stores)
    with pytest.raises(stores.constraint_error):
        await stores.persons.add(attrs.evolve(person, name="Eve"), ())
    assert await stores.persons.get(person.id) == person


async def test_an_email_is_taken_in_whatever_case(stores: Stores) -> None:
    person = await given.a_person(stores, email=f"Straße.{an_email()}")
    assert person.email is not None
    other = a_person(email=person.email.upper())
    event = an_event(other.id)

    async def work() -> None:
        await stores.persons.add(other, (event,))

    with pytest.raises(EmailTakenError):
        await stores.transactions.run(work)
    assert await stores.persons.get(other.id) is None
    assert event not in await stores.outbox()


async def test_guests_share_the_lack_of_an_email(stores: Stores) -> None:
    one, two = await given.a_person(stores), await given.a_person(stores)
    assert one.email is None
    assert two.email is None


async def test_saving_raises_the_version_by_one(stores: Stores) -> None:
    before = await given.a_person(stores)
    changed = attrs.evolve(before, name="Bela", tier=Tier.PLUS, version=7)

    saved = await stores.persons.save(before, changed, ())

    assert saved == attrs.evolve(changed, version=before.version + 1)
    assert await stores.persons.get(before.id) == saved


async def test_a_stale_save_changes_nothing(stores: Stores) -> None:
    stale = await given.a_person(stores)
    current = await stores.persons.save(stale, attrs.evolve(stale, name="Bela"), ())
    event = an_event(stale.id)

    with pytest.raises(ConcurrentUpdateError):
        await stores.persons.save(stale, attrs.evolve(stale, name="Carla"), (event,))

    assert await stores.persons.get(stale.id) == current
    assert event not in await stores.outbox()


async def test_a_person_who_is_not_there_cannot_be_saved(stores: Stores) -> None:
    person = a_person()
    with pytest.raises(ConcurrentUpdateError):
        await stores.persons.save(person, person, ())
    assert await stores.persons.get(person.id) is None


async def test_nobody_changes_to_the_email_of_another(stores: Stores) -> None:
    taken = an_email()
    await given.a_person(stores, email=taken)
    person = await given.a_person(stores, email=an_email())

    with pytest.raises(EmailTakenError):
        await stores.persons.save(person, attrs.evolve(person, email=taken.lower()), ())

    assert await stores.persons.get(person.id) == person


async def test_a_person_may_write_their_own_email_otherwise(stores: Stores) -> None:
    person = await given.a_person(stores, email=an_email())
    assert person.email is not None
    saved = await stores.persons.save(person, attrs.evolve(person, email=person.email.upper()), ())
    assert saved.email == person.email.upper()


async def test_an_email_that_was_given_up_is_free(stores: Stores) -> None:
    email = an_email()
    person = await given.a_person(stores, email=email)
    await stores.persons.save(person, attrs.evolve(person, email=None), ())
    newcomer = await given.a_person(stores, email=email)
    assert await stores.persons.get(newcomer.id) == newcomer


async def test_events_go_out_in_their_order(stores: Stores) -> None:
    person = a_person()
    events = [an_event(person.id) for _ in range(3)]
    await stores.persons.add(person, iter(events[:2]))
    await stores.persons.save(person, attrs.evolve(person, name="Bela"), iter(events[2:]))
    assert [event for event in await stores.outbox() if event in events] == events


async def test_locking_gives_those_who_exist_in_the_order_of_ids(stores: Stores) -> None:
    one, two = await given.a_person(stores), await given.a_person(stores)
    stranger = PersonId(uuid7())
    locked = await stores.transactions.run(
        lambda: stores.persons.lock(two.id, stranger, one.id, two.id)
    )
    assert locked == (one, two)


async def test_the_list_is_in_the_order_of_registration(stores: Stores) -> None:
    tie = START + DAY
    ties = [await given.a_person(stores, registered_at=tie) for _ in range(3)]
    late = await given.a_person(stores, registered_at=tie + MINUTE)
    early = await given.a_person(stores, registered_at=tie - MINUTE)

    listed = await everyone(stores, limit=2)

    mine = [person for person in listed if person in (early, *ties, late)]
    assert mine == [early, *ties, late]
    assert len({person.id for person in listed}) == len(listed)


async def test_a_page_stands_still_when_persons_are_added_before_it(stores: Stores) -> None:
    at = START + 2 * DAY
    persons = [await given.a_person(stores, registered_at=at + n * MINUTE) for n in range(4)]
    before = Position(at, UUID(int=0))

    first = await stores.directory.page(None, before, 2)
    await given.a_person(stores, registered_at=at + MINUTE / 2)
    second = await stores.directory.page(None, first.last, 2)

    assert first.items + second.items == tuple(persons)


async def test_a_page_that_holds_all_is_the_last(stores: Stores) -> None:
    email = an_email()
    person = await given.a_person(stores, email=email)
    for limit in (1, 2):
        page = await stores.directory.page(email.upper(), None, limit)
        assert page.items == (person,)
        assert page.last is None


async def test_an_address_beyond_the_cursor_is_not_found_again(stores: Stores) -> None:
    person = await given.a_person(stores, email=an_email())
    place = Position(person.registered_at, person.id)
    assert (await stores.directory.page(person.email, place, 5)).items == ()


async def test_an_unknown_address_is_nobodys(stores: Stores) -> None:
    page = await stores.directory.page(an_email(), None, 5)
    assert page.items == ()
    assert page.last is None


async def everyone(stores: Stores, limit: int) -> list[Person]:
    page = await stores.directory.page(None, None, limit)
    found = [*page.items]
    while page.last is not None:
        page = await stores.directory.page(None, page.last, limit)
        found += page.items
    return found
