"""What is learned where numbers are equal, or only just enough."""

from itertools import count
from uuid import UUID

import attrs
import pytest

from domain.personas.events import Growth
from domain.personas.growth import Known, all_merged, grow, without_growth
from domain.personas.merge import Learned, merged
from domain.personas.observations import (
    Checked,
    Claim,
    DropReason,
    Observation,
    ObservationKind,
    checked,
)
from domain.personas.personas import Baseline, Slider, Sliders, chosen, first, grown
from domain.personas.policy import PersonaPolicy
from domain.shared.ids import CompanionSessionId, ObservationId
from tests.domain.personas.values import EVIDENCE, claim, observed, session, traits
from tests.domain.personas.whole_sessions import ANA, MINUTE, MOMENT, NOON, POLICY, an_ended_one

CALM = Baseline.CALM_MATURE
OWN = first(ANA, CALM, NOON)


def valued(*sessions: Learned) -> tuple[str, ...]:
    return merged(sessions, POLICY)[-1].summary.top_3_traits_you_value


def check(*claims: Claim) -> Checked:
    numbers = count(7)
    return checked(claims, frozenset(EVIDENCE), lambda: UUID(int=next(numbers)), POLICY)


def test_of_equals_the_one_said_last_comes_first_whatever_its_text() -> None:
    # 40 after one more session is 34, as is what is said then.
    assert valued(traits(1, humour=40), traits(2, kindness=34)) == ("kindness", "humour")


def test_what_fades_is_floored_each_time() -> None:
    # 100 -> 85 -> 72.25, floored to 72: equal, and said before.
    found = valued(traits(1, kindness=100), session(2), traits(3, humour=72))
    assert found == ("humour", "kindness")


def test_of_more_than_three_those_best_supported_are_shown() -> None:
    assert valued(traits(1, a=10, b=20, c=30, d=40, e=50)) == ("e", "d", "c")


def test_a_newcomer_takes_the_place_of_the_least() -> None:
    assert valued(traits(1, z=100, y=90, a=40), traits(2, b=50)) == ("z", "y", "b")


@pytest.mark.parametrize(("support", "third"), [(54, "c"), (55, "d")])
def test_ten_percent_more_than_the_third_is_enough(support: int, third: str) -> None:
    # 59 * 85 // 100 = 50; 10 % above is 55.
    assert valued(traits(1, a=100, b=100, c=59), traits(2, d=support)) == ("a", "b", third)


@pytest.mark.parametrize(("support", "place"), [(0, 0), (1, 1)])
def test_where_any_support_is_enough_there_must_be_some(support: int, place: int) -> None:
    said = session(1, observed(ObservationKind.SLIDER, "warmth_up", support))
    (after,) = merged([said], PersonaPolicy(least_support=0))
    assert after.sliders.place(Slider.WARMTH) == place


def test_sessions_that_ended_at_once_are_taken_in_the_order_of_their_ids() -> None:
    pending = an_ended_one(growth=Growth.PENDING, user_messages=30)
    before = Learned(
        session_id=CompanionSessionId(UUID(int=1)),
        ended_at=pending.ended_at,
        observations=(observed(ObservationKind.NEXT_FOCUS, "listening", 90),),
    )
    now = Checked(
        observations=(observed(ObservationKind.NEXT_FOCUS, "asking", 60),),
        dropped=(),
        evidence_dropped=0,
    )
    for number, focus in ((1, "asking"), (3, "listening")):
        learned = attrs.evolve(before, session_id=CompanionSessionId(UUID(int=number)))
        known = Known(own=OWN, learned=(learned,), gains=(500,), counted_that_day=0)
        assert grow(pending, now, known, POLICY).session.summary.next_time_focus == (focus,)


def test_a_session_that_adds_nothing_is_not_tried_again() -> None:
    pending = an_ended_one(growth=Growth.PENDING, try_at=NOON)
    assert without_growth(pending, Growth.RESET, (700, 600)) == attrs.evolve(
        pending, growth=Growth.RESET, try_at=None, confidence=1300
    )


def test_sessions_move_the_sliders_from_where_and_when_the_person_set_them() -> None:
    said = session(1, observed(ObservationKind.SLIDER, "warmth_up", 60))
    for since, warmth in ((said.ended_at, -1), (said.ended_at + MOMENT, -2)):
        own = attrs.evolve(OWN, chosen=Sliders(warmth=-2), chosen_at=since)
        (after,) = all_merged([said], own, POLICY)
        assert after.sliders == Sliders(warmth=warmth)


def test_sliders_that_are_set_back_to_where_they_were_set_move_from_then_on() -> None:
    later = NOON + MINUTE
    moved = grown(OWN, Sliders(warmth=1), later)
    back = chosen(moved, CALM, Sliders(), later + MINUTE)
    assert (back.chosen, back.chosen_at) == (Sliders(), later + MINUTE)
    assert (back.persona.sliders, back.persona.version) == (Sliders(), 3)


def test_what_is_kept_has_an_id_of_its_own() -> None:
    assert check(claim(support=60), claim(value="humour")).observations == tuple(
        Observation(
            id=ObservationId(UUID(int=number)),
            kind=ObservationKind.TRAIT_VALUED,
            value=value,
            evidence_message_ids=EVIDENCE,
            support=support,
        )
        for number, value, support in ((7, "humour", 70), (8, "kindness", 60))
    )


@pytest.mark.parametrize("support", [0, 100])
def test_support_may_be_none_or_all(support: int) -> None:
    assert [one.support for one in check(claim(support=support)).observations] == [support]


@pytest.mark.parametrize(
    ("value", "dropped"),
    [
        ("x", ()),
        ("愛", ()),
        # What shows nothing by itself hides no word, and adds none.
        ("ig\ufe0fnore it", (DropReason.VALUE_NOT_PRESENTABLE,)),
        ("kind\u034fness", ()),
    ],
)
def test_a_text_may_be_one_letter_and_hides_none(
    value: str, dropped: tuple[DropReason, ...]
) -> None:
    assert check(claim(value=value)).dropped == dropped
