"""The closed form of a model's observations, and how its output is held to it."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from adapters.llm.cleaning import cleaned, instructs
from application.personas.language_model import Candidate, ObservationForm
from domain.personas.observations import MOST_SUPPORT
from domain.shared.ids import MessageId

_MOST_OBSERVATIONS = 60
_MOST_EVIDENCE = 100


class InvalidOutputError(Exception):
    """A model's output is not of the form it was given."""


class _Observation(Struct, frozen=True, forbid_unknown_fields=True):
    kind: str
    value: str
    evidence: Annotated[list[str], Meta(max_length=_MOST_EVIDENCE)]
    support: Annotated[int, Meta(ge=0, le=MOST_SUPPORT)]


class _Output(Struct, frozen=True, forbid_unknown_fields=True):
    observations: Annotated[list[_Observation], Meta(max_length=_MOST_OBSERVATIONS)]


def schema_of(forms: tuple[ObservationForm, ...]) -> dict[str, Any]:
    """Give the JSON schema of the output.

    It keeps to what both providers take in a strict schema: lengths and ranges are told in words,
    and held to when the output is read.
    """
    return _object(
        observations={"type": "array", "items": {"anyOf": [_observation(form) for form in forms]}}
    )


def observations(
    text: str, forms: tuple[ObservationForm, ...], message_ids: Mapping[str, MessageId]
) -> tuple[tuple[Candidate, ...], int]:
    """Read an output; give the observations, and how many were left out for their text.

    Raises:
        InvalidOutputError: It is no JSON, or not of the form.
    """
    try:
        output = msgspec.json.decode(text.strip(), type=_Output)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise InvalidOutputError(type(error).__name__) from error
    known = {form.kind: form for form in forms}
    candidates = []
    for observation in output.observations:
        form = known.get(observation.kind)
        if form is None or (form.values and observation.value not in form.values):
            raise InvalidOutputError("a kind or value that there is not")
        value = observation.value if form.values else _line(observation.value, form)
        if value is not None:
            evidence = (message_ids[name] for name in observation.evidence if name in message_ids)
            candidates.append(
                Candidate(
                    kind=form.kind,
                    value=value,
                    evidence_message_ids=tuple(dict.fromkeys(evidence)),
                    support=observation.support,
                )
            )
    return tuple(candidates), len(output.observations) - len(candidates)


def _line(value: str, form: ObservationForm) -> str | None:
    """Give free text on one line; None if it may not be kept."""
    clean = " ".join(cleaned(value).split())
    if not clean or len(clean) > form.max_characters:
        return None
    if "[link]" in clean or "[contact]" in clean or instructs(clean):
        return None
    return clean


def _observation(form: ObservationForm) -> dict[str, Any]:
    value = (
        {"type": "string", "enum": list(form.values)}
        if form.values
        else {
            "type": "string",
            "description": f"One line of at most {form.max_characters} characters.",
        }
    )
    return _object(
        kind={"type": "string", "enum": [form.kind]},
        value=value,
        evidence={
            "type": "array",
            "items": {"type": "string"},
            "description": "The ids of the person's messages that show it; at least one.",
        },
        support={
            "type": "integer",
            "description": "How well they show it, a whole number from 0 to 100.",
        },
    )


def _object(**properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
