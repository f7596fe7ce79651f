"""A persona: a baseline and five sliders, which sessions move and the person may set."""

from datetime import datetime
from enum import StrEnum

import attrs
from attrs import Attribute, field, frozen

from ..shared.errors import InvalidValueError, NotFoundError
from ..shared.ids import CompanionSessionId, PersonId
from .events import PersonaCause

LEAST_PLACE, HIGHEST_PLACE = -2, 2


class Baseline(StrEnum):
    """What a persona is like before any slider is moved."""

    SWEET_SUPPORTIVE = "sweet_supportive"
    PLAYFUL_FLIRTY = "playful_flirty"
    BOLD_CONFIDENT = "bold_confident"
    CALM_MATURE = "calm_mature"


class Slider(StrEnum):
    """What can be more or less of it."""

    WARMTH = "warmth"
    PLAYFULNESS = "playfulness"
    DIRECTNESS = "directness"
    PACE = "pace"
    DEPTH = "depth"


def _in_range(_: object, attribute: "Attribute[int]", place: int) -> None:
    if not LEAST_PLACE <= place <= HIGHEST_PLACE:
        raise InvalidValueError(
            attribute.name, f"Give a whole number from {LEAST_PLACE} to {HIGHEST_PLACE}."
        )


@frozen(kw_only=True)
class Sliders:
    """The places of all sliders, each from -2 to 2.

    Attributes:
        warmth: How affectionate the persona is.
        playfulness: How much it jokes and teases.
        directness: How plainly it says what it thinks.
        pace: How lively and short its messages are.
        depth: How far it goes below the surface.
    """

    warmth: int = field(default=0, validator=_in_range)
    playfulness: int = field(default=0, validator=_in_range)
    directness: int = field(default=0, validator=_in_range)
    pace: int = field(default=0, validator=_in_range)
    depth: int = field(default=0, validator=_in_range)

    def place(self, slider: Slider) -> int:
        """Give the place of one."""
        return int(getattr(self, slider.value))

    def moved(self, slider: Slider, step: int) -> "Sliders":
        """Give them with one moved, as far as its range goes."""
        place = min(max(self.place(slider) + step, LEAST_PLACE), HIGHEST_PLACE)
        return attrs.evolve(self, **{slider.value: place})


@frozen(kw_only=True)
class Persona:
    """What a companion is like; a session keeps the one it started with.

    Attributes:
        baseline: Where it starts from.
        sliders: How far it has moved from there.
        version: Rises by one at each change.
    """

    baseline: Baseline = Baseline.SWEET_SUPPORTIVE
    sliders: Sliders = field(factory=Sliders)
    version: int = 1


@frozen(kw_only=True)
class OwnPersona:
    """The persona of a person's companion, with what later changes start from.

    Attributes:
        person_id: Whose companion it is.
        persona: As it is now.
        chosen: The sliders as the person set them last, from which sessions move them.
        chosen_at: Since when: sessions that ended before move nothing.
        forgotten_at: When the person last reset what was learned; no earlier session counts.
        updated_at: When the persona last changed.
    """

    person_id: PersonId
    persona: Persona
    chosen: Sliders
    chosen_at: datetime
    forgotten_at: datetime | None = None
    updated_at: datetime


@frozen(kw_only=True)
class PersonaVersion:
    """A persona as it was for a while.

    Attributes:
        person_id: Whose companion it was.
        version: Its number, from 1.
        baseline: Where it started from.
        sliders: How far it had moved.
        cause: Why it became so.
        session_id: The session that moved it, if one did.
        at: Since when.
    """

    person_id: PersonId
    version: int
    baseline: Baseline
    sliders: Sliders
    cause: PersonaCause
    session_id: CompanionSessionId | None
    at: datetime


def first(person_id: PersonId, baseline: Baseline, now: datetime) -> OwnPersona:
    """Give the persona that a companion begins with."""
    return OwnPersona(
        person_id=person_id,
        persona=Persona(baseline=baseline),
        chosen=Sliders(),
        chosen_at=now,
        updated_at=now,
    )


def chosen(
    own: OwnPersona, baseline: Baseline, sliders: Sliders | None, now: datetime
) -> OwnPersona:
    """Give the persona as the person wants it; without sliders those stay as they are.

    Sliders that stand there already are set there from then on, which is no new version.
    """
    places = own.persona.sliders if sliders is None else sliders
    start = own
    if sliders is not None and sliders != own.chosen:
        start = attrs.evolve(own, chosen=sliders, chosen_at=now)
    if baseline is own.persona.baseline and places == own.persona.sliders:
        return start
    if sliders is not None:
        start = attrs.evolve(start, chosen_at=now)
    return _changed(start, baseline, places, now)


def grown(own: OwnPersona, sliders: Sliders, now: datetime) -> OwnPersona:
    """Give the persona with its sliders where the sessions have moved them."""
    if sliders == own.persona.sliders:
        return own
    return _changed(own, own.persona.baseline, sliders, now)


def forgotten(own: OwnPersona, now: datetime) -> OwnPersona:
    """Give the persona with nothing learned, its sliders as the person set them."""
    start = attrs.evolve(own, forgotten_at=now)
    return grown(start, own.chosen, now)


def version_of(
    own: OwnPersona, cause: PersonaCause, session_id: CompanionSessionId | None = None
) -> PersonaVersion:
    """Give what the history keeps of a persona that has just changed."""
    return PersonaVersion(
        person_id=own.person_id,
        version=own.persona.version,
        baseline=own.persona.baseline,
        sliders=own.persona.sliders,
        cause=cause,
        session_id=session_id,
        at=own.updated_at,
    )


def no_such_companion() -> NotFoundError:
    """Give the error for a companion conversation that is absent, or not the asker's to know."""
    return NotFoundError(
        "There is no such companion conversation, or it is another person's; check both ids."
    )


def _changed(own: OwnPersona, baseline: Baseline, sliders: Sliders, now: datetime) -> OwnPersona:
    persona = Persona(baseline=baseline, sliders=sliders, version=own.persona.version + 1)
    return attrs.evolve(own, persona=persona, updated_at=now)
