"""Personas, their prompts, and sessions."""

from datetime import UTC, date, datetime, timedelta
from itertools import product
from uuid import UUID

import attrs
import pytest

from domain.personas.events import Growth, SessionEnding, TalkKind
from domain.personas.growth import Known, grow
from domain.personas.observations import Checked, ObservationKind
from domain.personas.personas import (
    Baseline,
    Persona,
    Slider,
    Sliders,
    chosen,
    first,
    forgotten,
    grown,
)
from domain.personas.policy import PersonaPolicy
from domain.personas.prompts import system_prompt
from domain.personas.sessions import (
    EndedCompanionSession,
    OpenCompanionSession,
    called,
    ended,
    is_over,
    put_off,
    reasons_of,
    with_message,
)
from domain.shared.errors import InvalidValueError
from domain.shared.ids import CompanionSessionId, ConversationId, PersonId
from tests.domain.personas.values import observed

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)
POLICY = PersonaPolicy()
PERSON = PersonId(UUID(int=7))


def a_session() -> OpenCompanionSession:
    return OpenCompanionSession(
        id=CompanionSessionId(UUID(int=1)),
        conversation_id=ConversationId(UUID(int=2)),
        person_id=PERSON,
        started_at=NOW,
        persona_snapshot=Persona(),
        policy_version="v",
        last_message_at=NOW,
    )


def over(messages: int, text: str, by: SessionEnding = SessionEnding.TOLD) -> EndedCompanionSession:
    session = a_session()
    for _ in range(messages):
        session = with_message(session, text, NOW + timedelta(minutes=5))
    return ended(session, ended_at=LATER, ended_on=date(2026, 3, 2), ended_by=by, policy=POLICY)


def test_a_slider_stays_between_its_ends() -> None:
    assert Sliders(warmth=2).moved(Slider.WARMTH, 1) == Sliders(warmth=2)
    assert Sliders(pace=-2).moved(Slider.PACE, -1) == Sliders(pace=-2)
    with pytest.raises(InvalidValueError) as refused:
        Sliders(depth=3)
    assert refused.value.field == "depth"


def test_a_persona_changes_its_version_with_each_change_and_only_then() -> None:
    own = first(PERSON, Baseline.CALM_MATURE, NOW)
    assert chosen(own, Baseline.CALM_MATURE, None, LATER) is own
    assert grown(own, Sliders(), LATER) is own
    other = chosen(own, Baseline.BOLD_CONFIDENT, None, LATER)
    assert (other.persona.version, other.chosen_at) == (2, NOW)
    placed = chosen(other, Baseline.BOLD_CONFIDENT, Sliders(depth=1), LATER)
    assert (placed.persona.version, placed.chosen_at) == (3, LATER)


def test_sliders_are_set_where_sessions_have_moved_them() -> None:
    own = grown(first(PERSON, Baseline.CALM_MATURE, NOW), Sliders(warmth=1), LATER)
    kept = chosen(own, Baseline.CALM_MATURE, Sliders(warmth=1), LATER)
    assert (kept.persona, kept.chosen, kept.chosen_at) == (own.persona, Sliders(warmth=1), LATER)
    assert chosen(kept, Baseline.CALM_MATURE, Sliders(warmth=1), LATER) is kept
    assert forgotten(kept, LATER).persona.sliders == Sliders(warmth=1)


def test_a_reset_brings_the_sliders_back_to_where_the_person_set_them() -> None:
    own = chosen(
        first(PERSON, Baseline.CALM_MATURE, NOW), Baseline.CALM_MATURE, Sliders(pace=1), NOW
    )
    learned = grown(own, Sliders(pace=2, warmth=1), LATER)
    after = forgotten(learned, LATER)
    assert after.persona.sliders == Sliders(pace=1)
    assert (after.forgotten_at, after.persona.version) == (LATER, 4)


def test_every_persona_has_a_prompt_of_its_own_and_nothing_else_is_in_it() -> None:
    places = [
        Sliders(),
        *(Sliders(**{one.value: at}) for one, at in product(Slider, (-2, -1, 1, 2))),
    ]
    prompts = {
        system_prompt(Persona(baseline=baseline, sliders=sliders))
        for baseline, sliders in product(Baseline, places)
    }
    assert len(prompts) == len(Baseline) * len(places)
    assert system_prompt(Persona(version=1)) == system_prompt(Persona(version=99))


def test_a_chat_is_over_thirty_minutes_after_its_last_message() -> None:
    session = with_message(a_session(), "Hello", NOW + timedelta(minutes=5))
    end = NOW + timedelta(minutes=35)
    assert not is_over(session, end - timedelta(microseconds=1), POLICY)
    assert is_over(session, end, POLICY)


@pytest.mark.parametrize(
    ("messages", "characters", "growth"),
    [(6, 34, Growth.PENDING), (5, 100, Growth.TOO_SHORT), (6, 33, Growth.TOO_SHORT)],
)
def test_a_chat_needs_six_messages_and_two_hundred_characters(
    messages: int, characters: int, growth: Growth
) -> None:
    session = over(messages, "x" * characters)
    assert session.growth is growth
    told = {reason.rule: reason.satisfied for reason in reasons_of(session, POLICY)}
    assert told == {"own_messages": messages >= 6, "own_characters": messages * characters >= 200}


@pytest.mark.parametrize(("seconds", "growth"), [(59, Growth.TOO_SHORT), (60, Growth.PENDING)])
def test_a_call_needs_a_minute(seconds: int, growth: Growth) -> None:
    end = NOW + timedelta(seconds=seconds)
    call = called(
        a_session(), ended_at=end, ended_on=date(2026, 3, 2), seconds_counted=9, policy=POLICY
    )
    assert (call.kind, call.growth, call.duration_seconds) == (TalkKind.CALL, growth, seconds)
    assert [reason.rule for reason in reasons_of(call, POLICY)] == ["call_length"]


def test_a_chat_that_fell_idle_lasted_until_its_last_message() -> None:
    assert over(1, "x", SessionEnding.IDLE).duration_seconds == 300
    assert over(1, "x").duration_seconds == 3600


def test_a_session_is_tried_later_and_later_and_then_counts_as_no_growth() -> None:
    session = over(6, "x" * 40)
    delays = []
    for tries in range(1, POLICY.summary_tries):
        tried = put_off(attrs.evolve(session, tries=tries), NOW, POLICY)
        assert tried.growth is Growth.PENDING
        delays.append(int((tried.try_at - NOW).total_seconds()) if tried.try_at else 0)
    assert delays == [10, 20, 40, 80, 160, 320, 640, 1280, 2560]
    last = put_off(attrs.evolve(session, tries=POLICY.summary_tries), NOW, POLICY)
    assert (last.growth, last.try_at) == (Growth.FAILED, None)


def test_a_session_without_evidence_adds_nothing_and_keeps_the_confidence() -> None:
    known = Known(
        own=first(PERSON, Baseline.CALM_MATURE, NOW),
        learned=(),
        gains=(700, 600),
        counted_that_day=0,
    )
    nothing = Checked(observations=(), dropped=(), evidence_dropped=2)
    found = grow(over(6, "x" * 40), nothing, known, POLICY)
    assert found.session.growth is Growth.INSUFFICIENT_DATA
    assert (found.session.gain, found.session.confidence) == (0, 1300)
    assert found.session.evidence_dropped == 2


def test_a_session_adds_what_it_says_but_no_confidence_once_three_of_its_day_did() -> None:
    own = first(PERSON, Baseline.CALM_MATURE, NOW)
    said = Checked(
        observations=(
            observed(ObservationKind.TRAIT_VALUED, "kindness", 80),
            observed(ObservationKind.SLIDER, "warmth_up", 80),
        ),
        dropped=(),
        evidence_dropped=0,
    )
    for counted, gain in ((2, 750), (3, 0)):
        known = Known(own=own, learned=(), gains=(500,), counted_that_day=counted)
        found = grow(over(6, "x" * 40), said, known, POLICY)
        assert found.session.growth is Growth.SUMMARISED
        assert (found.session.gain, found.session.confidence) == (gain, 500 + gain)
        assert found.session.summary.top_3_traits_you_value == ("kindness",)
        assert found.sliders == Sliders(warmth=1)
