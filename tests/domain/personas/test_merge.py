"""What sessions come to together; numbers of rules page personas."""

from datetime import timedelta
from random import Random

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.personas.merge import ITEMS_SHOWN, Learned, Summary, merged
from domain.personas.observations import Observation, ObservationKind
from domain.personas.personas import HIGHEST_PLACE, LEAST_PLACE, Slider, Sliders
from domain.personas.policy import PersonaPolicy
from tests.domain.personas.values import START, histories, observed, session, traits

POLICY = PersonaPolicy()


def known(*sessions: Learned) -> Summary:
    return merged(sessions, POLICY)[-1].summary


def moved(*sessions: Learned) -> Sliders:
    return merged(sessions, POLICY)[-1].sliders


def slider(value: str, support: int) -> Observation:
    return observed(ObservationKind.SLIDER, value, support)


def test_a_traits_tally_fades_by_fifteen_percent_floored_with_each_later_session() -> None:
    # 100 -> 85 -> 72 -> 61: after three sessions 61 still beats 60, and not 62.
    quiet = (session(2), session(3), session(4))
    for support, first in ((60, "kindness"), (62, "humour")):
        last = observed(ObservationKind.TRAIT_VALUED, "humour", support)
        found = known(
            traits(1, kindness=100), *quiet[:2], attrs.evolve(quiet[2], observations=(last,))
        )
        assert found.top_3_traits_you_value[0] == first


def test_what_is_said_again_adds_up() -> None:
    # 50 * 85 // 100 + 50 = 92 beats 91.
    found = known(traits(1, kindness=50), traits(2, kindness=50, humour=91))
    assert found.top_3_traits_you_value == ("kindness", "humour")


@pytest.mark.parametrize(("support", "there"), [(93, False), (94, True)])
def test_a_newcomer_must_beat_the_third_by_ten_percent(support: int, there: bool) -> None:
    # The third stands at 100 * 85 // 100 = 85; 10 % above is 93.5.
    three = traits(1, kindness=100, humour=100, honesty=100)
    found = known(three, traits(2, courage=support)).top_3_traits_you_value
    assert ("courage" in found) is there
    assert len(found) == ITEMS_SHOWN


def test_ties_go_to_what_was_said_last_and_then_by_text() -> None:
    # 40 after one more session is 34, as is what is said then.
    later = known(traits(1, kindness=40), traits(2, humour=34))
    assert later.top_3_traits_you_value == ("humour", "kindness")
    assert known(traits(1, b=50, a=50)).top_3_traits_you_value == ("a", "b")


@pytest.mark.parametrize(("support", "value"), [(59, None), (60, "direct")])
def test_a_single_value_needs_support(support: int, value: str | None) -> None:
    said = session(1, observed(ObservationKind.COMMUNICATION_FIT, "direct", support))
    assert known(said).communication_fit == value


def test_a_single_value_changes_only_to_what_wins_its_tally() -> None:
    kind = ObservationKind.LOVE_LANGUAGE
    before = session(1, observed(kind, "quality_time", 100))
    weak = session(2, observed(kind, "physical_touch", 84))
    strong = session(2, observed(kind, "physical_touch", 86))
    assert known(before, weak).love_language_guess == "quality_time"
    assert known(before, strong).love_language_guess == "physical_touch"


def test_the_focus_is_the_latest_sessions_and_of_three_at_most() -> None:
    kind = ObservationKind.NEXT_FOCUS
    many = (observed(kind, f"focus {number}", 50 + number) for number in range(5))
    assert known(session(1, *many)).next_time_focus == ("focus 4", "focus 3", "focus 2")
    assert known(session(1, observed(kind, "listening", 90)), session(2)).next_time_focus == ()


def test_two_sliders_at_most_move_by_one_those_best_supported() -> None:
    said = session(1, slider("depth_up", 61), slider("warmth_up", 90), slider("pace_down", 70))
    assert moved(said) == Sliders(warmth=1, pace=-1)


def test_a_slider_needs_support_and_one_direction() -> None:
    assert moved(session(1, slider("warmth_up", 59))) == Sliders()
    assert moved(session(1, slider("warmth_up", 80), slider("warmth_down", 80))) == Sliders()
    assert moved(session(1, slider("warmth_up", 81), slider("warmth_down", 80))).warmth == 1


def test_a_slider_at_its_end_takes_no_ones_turn() -> None:
    said = (slider("warmth_up", 90), slider("pace_up", 80), slider("depth_up", 70))
    assert moved(*(session(number, *said) for number in (1, 2, 3))) == Sliders(
        warmth=2, pace=2, depth=1
    )


def test_sessions_from_before_the_sliders_were_set_do_not_move_them() -> None:
    said = [session(number, slider("warmth_up", 90)) for number in (1, 2)]
    found = merged(
        said, POLICY, start=Sliders(warmth=-2), moving_since=START + timedelta(minutes=90)
    )
    assert [one.sliders.warmth for one in found] == [-2, -1]


@given(histories(), st.randoms(use_true_random=False))
def test_the_order_in_which_sessions_are_given_does_not_matter(
    sessions: list[Learned], chance: Random
) -> None:
    shuffled = list(sessions)
    chance.shuffle(shuffled)
    for place, one in enumerate(shuffled):
        mixed = list(one.observations)
        chance.shuffle(mixed)
        shuffled[place] = attrs.evolve(one, observations=tuple(mixed))
    assert merged(shuffled, POLICY) == merged(sessions, POLICY)


@given(histories())
def test_what_is_known_stays_within_its_bounds(sessions: list[Learned]) -> None:
    before = Sliders()
    said = {one.value for learned in sessions for one in learned.observations}
    for after in merged(sessions, POLICY):
        steps = [abs(after.sliders.place(one) - before.place(one)) for one in Slider]
        assert sum(steps) <= POLICY.slider_moves
        assert max(steps) <= 1
        assert all(LEAST_PLACE <= after.sliders.place(one) <= HIGHEST_PLACE for one in Slider)
        shown = after.summary
        lists = (
            shown.top_3_traits_you_value,
            shown.what_you_might_work_on,
            shown.next_time_focus,
        )
        assert all(len(one) <= ITEMS_SHOWN and len(set(one)) == len(one) for one in lists)
        singles = {
            shown.partner_type_one_liner,
            shown.love_language_guess,
            shown.communication_fit,
        }
        assert {text for one in lists for text in one} | (singles - {None}) <= said
        before = after.sliders
