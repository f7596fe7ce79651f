"""What persons prefer as learners."""

import attrs
import pytest

from domain.identity.learning import (
    ChallengePreference,
    CorrectionStyle,
    LearningGoal,
    LearningPreferences,
)
from domain.identity.persons import Person
from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.values import a_person, an_event


def preferences_of(person: Person) -> LearningPreferences:
    return LearningPreferences(
        person_id=person.id,
        target_language="ja",
        learning_goal=LearningGoal.TRAVEL,
        speaking_level=1,
        listening_level=100,
        reading_level=None,
        writing_level=40,
        challenge_preference=ChallengePreference.CHALLENGING,
        correction_style=CorrectionStyle.END_OF_SESSION,
        specific_goals=("寿司を頼む", "Read signs"),
    )


async def test_preferences_come_back_as_given(stores: Stores) -> None:
    full = preferences_of(await given.a_person(stores))
    plain = LearningPreferences(person_id=(await given.a_person(stores)).id, target_language="pt")
    for preferences in (full, plain):
        await stores.preferences.save(preferences, ())
        assert await stores.preferences.get(preferences.person_id) == preferences


async def test_new_preferences_replace_those_before_and_are_told_of(stores: Stores) -> None:
    person = await given.a_person(stores)
    before = preferences_of(person)
    after = attrs.evolve(before, target_language="ko", learning_goal=None, specific_goals=())
    events = [an_event(person.id), an_event(person.id)]
    await stores.preferences.save(before, events[:1])
    await stores.preferences.save(after, events[1:])
    assert await stores.preferences.get(person.id) == after
    assert [event for event in await stores.outbox() if event in events] == events


async def test_nobody_has_preferences_before_they_set_some(stores: Stores) -> None:
    assert await stores.preferences.get((await given.a_person(stores)).id) is None


async def test_preferences_are_those_of_somebody(stores: Stores) -> None:
    with pytest.raises(stores.constraint_error):
        await stores.preferences.save(preferences_of(a_person()), ())
