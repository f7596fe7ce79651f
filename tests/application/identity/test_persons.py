"""Registering and changing persons."""

from collections.abc import Awaitable, Callable

import pytest

from application.identity.ports import EmailTakenError
from application.shared.outbox import event_type
from domain.identity.events import PersonRegistered
from domain.identity.persons import Person, PersonStatus
from domain.identity.profile import Profile
from domain.shared.errors import ConflictError
from domain.shared.tiers import Tier
from entrypoints.wiring.identity import Identity
from tests.application.world import NOBODY, START, World


async def test_a_registered_person_can_be_looked_up(world: World) -> None:
    ana = await world.person(email="Ana@Example.org", timezone="Asia/Kolkata")
    queries = world.kithkin.identity.queries()
    assert await queries.person(ana.id) == ana
    assert (await queries.all_persons("ana@example.ORG", None, 10)).items == (ana,)
    (event,) = world.events
    assert isinstance(event, PersonRegistered)
    assert (event.person_id, event.at) == (ana.id, START)
    assert event.policy_version == world.kithkin.rulebook.version


@pytest.mark.parametrize("email", ["", "\0", "x" * 255, "\ud800"])
async def test_nobody_is_looked_up_by_what_no_address_can_be(world: World, email: str) -> None:
    with world.refused("invalid_value"):
        await world.kithkin.identity.queries().all_persons(email, None, 10)


async def test_nobody_is_registered_with_a_malformed_profile(world: World) -> None:
    with world.refused("invalid_value"):
        await world.kithkin.identity.register_person()(Profile(name="Ana", timezone="Mars/X"))
    assert (await world.kithkin.identity.queries().all_persons(None, None, 10)).items == ()


async def test_an_email_address_is_one_persons_whatever_its_case(world: World) -> None:
    await world.person(email="ana@example.org")
    with world.refused("email_taken"):
        await world.person(email="ANA@Example.org")
    assert issubclass(EmailTakenError, ConflictError)


async def test_guests_have_no_address_to_share(world: World) -> None:
    guests = [await world.person(), await world.person()]
    found = await world.kithkin.identity.queries().all_persons(None, None, 10)
    assert list(found.items) == guests


async def test_nobody_changes_to_anothers_address(world: World) -> None:
    await world.person(email="ana@example.org")
    ben = await world.person(email="ben@example.org")
    change = world.kithkin.identity.change_profile()
    with world.refused("email_taken"):
        await change(ben.id, {"email": "Ana@example.org"})
    assert (await change(ben.id, {"email": "BEN@example.org"})).email == "BEN@example.org"


async def test_a_changed_person_has_a_new_version_and_an_unchanged_one_has_not(
    world: World,
) -> None:
    ana = await world.person()
    change = world.kithkin.identity.change_profile()
    changed = await change(ana.id, {"timezone": "Asia/Kolkata"})
    assert (changed.timezone, changed.version) == ("Asia/Kolkata", ana.version + 1)
    assert await change(ana.id, {"timezone": "Asia/Kolkata"}) == changed
    assert [event_type(event) for event in world.events] == ["person_registered", "profile_changed"]


async def test_a_malformed_change_changes_nothing(world: World) -> None:
    ana = await world.person()
    with world.refused("invalid_value"):
        await world.kithkin.identity.change_profile()(ana.id, {"name": "A", "locale": "??"})
    assert await world.kithkin.identity.queries().person(ana.id) == ana


async def test_a_tier_is_told_of_once(world: World) -> None:
    ana = await world.person()
    set_tier = world.kithkin.identity.set_tier()
    assert (await set_tier(ana.id, Tier.PLUS)).tier is Tier.PLUS
    await set_tier(ana.id, Tier.PLUS)
    assert [event_type(event) for event in world.events] == [
        "person_registered",
        "tier_changed",
        "usage_account_opened",
        "usage_period_opened",
        "entitlements_changed",
    ]


async def test_a_suspended_person_is_reinstated(world: World) -> None:
    ana = await world.person()
    suspended = await world.kithkin.identity.suspend_person()(ana.id, "Spam.")
    assert (suspended.status, suspended.suspension_reason) == (PersonStatus.SUSPENDED, "Spam.")
    reinstated = await world.kithkin.identity.reinstate_person()(ana.id)
    assert (reinstated.status, reinstated.suspension_reason) == (PersonStatus.ACTIVE, None)


@pytest.mark.parametrize("reason", ["", " ", "x" * 2001, "\0"])
async def test_a_suspension_has_a_reason(world: World, reason: str) -> None:
    ana = await world.person()
    with world.refused("invalid_value"):
        await world.kithkin.identity.suspend_person()(ana.id, reason)


ON_NOBODY: dict[str, Callable[[Identity], Awaitable[Person]]] = {
    "look up": lambda identity: identity.queries().person(NOBODY),
    "change": lambda identity: identity.change_profile()(NOBODY, {"name": "Eve"}),
    "set tier": lambda identity: identity.set_tier()(NOBODY, Tier.PLUS),
    "suspend": lambda identity: identity.suspend_person()(NOBODY, "Spam."),
    "reinstate": lambda identity: identity.reinstate_person()(NOBODY),
}


@pytest.mark.parametrize("command", ON_NOBODY)
async def test_what_is_asked_of_an_unknown_person_is_not_found(world: World, command: str) -> None:
    with world.refused("not_found"):
        await ON_NOBODY[command](world.kithkin.identity)
