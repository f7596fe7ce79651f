"""What models are asked, from what is stored."""

from collections.abc import Iterable
from typing import Any, TypeVar

import attrs

from application.personas.keep_talk import Day
from application.personas.language_model import (
    Line,
    Manner,
    ModelUsage,
    ObservationForm,
    ObserveRequest,
    ReplyRequest,
    Speaker,
)
from domain.personas.messages import CompanionMessage, MessageState, Tag
from domain.personas.observations import CLOSED_LISTS, MEANINGS, ObservationKind, most_characters
from domain.personas.personas import Persona, Slider
from domain.personas.prompts import system_prompt
from domain.personas.sessions import EndedCompanionSession, OpenCompanionSession
from domain.shared.ids import PersonId

Session = TypeVar("Session", OpenCompanionSession, EndedCompanionSession)

FORMS = tuple(
    ObservationForm(
        kind=kind.value,
        meaning=MEANINGS[kind],
        values=tuple(str(value) for value in CLOSED_LISTS.get(kind, ())),
        max_characters=most_characters(kind),
    )
    for kind in ObservationKind
)


def reply_request(
    person_id: PersonId,
    day: Day,
    persona: Persona,
    said: Iterable[CompanionMessage],
    nonce: str,
) -> ReplyRequest:
    """Give what asks for the companion's next message."""
    return ReplyRequest(**_told(person_id, day, persona, said, nonce))


def observe_request(
    person_id: PersonId,
    day: Day,
    persona: Persona,
    said: Iterable[CompanionMessage],
    nonce: str,
) -> ObserveRequest:
    """Give what asks what a session says of the person."""
    return ObserveRequest(**_told(person_id, day, persona, said, nonce), forms=FORMS)


def _told(
    person_id: PersonId,
    day: Day,
    persona: Persona,
    said: Iterable[CompanionMessage],
    nonce: str,
) -> dict[str, Any]:
    """Give what every call of a model tells; see `ModelRequest`."""
    return {
        "person_id": person_id,
        "local_day": day.date,
        "day_ends_at": day.ends_at,
        "system_prompt": system_prompt(persona),
        "manner": _manner(persona),
        "transcript": _lines(said),
        "nonce": nonce,
    }


def _manner(persona: Persona) -> Manner:
    places = {slider.value: persona.sliders.place(slider) for slider in Slider}
    return Manner(baseline=persona.baseline.value, sliders=places)


def _lines(said: Iterable[CompanionMessage]) -> tuple[Line, ...]:
    """Leave out what an evaluator wrote, what was deleted, and replies that broke off."""
    return tuple(
        Line(message_id=one.id, role=Speaker(one.role.value), text=one.text)
        for one in said
        if one.tag is Tag.GENERAL
        and one.deleted_at is None
        and one.state is not MessageState.PARTIAL
    )


def charged(session: Session, usage: ModelUsage) -> Session:
    """Give a session with what a call of a model came to."""
    return attrs.evolve(
        session,
        input_tokens=session.input_tokens + usage.input_tokens,
        output_tokens=session.output_tokens + usage.output_tokens,
        price_micros=session.price_micros + usage.price_micros,
    )
