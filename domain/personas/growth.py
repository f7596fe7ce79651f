"""What a session adds to what is known of a person."""

from collections.abc import Iterable
from datetime import datetime

import attrs
from attrs import frozen

from ..shared.ids import PersonId
from .confidence import confidence, counted_gain, gain_of
from .events import Growth
from .merge import Learned, Merged, Summary, merged
from .observations import Checked, Observation
from .personas import OwnPersona, Sliders
from .policy import PersonaPolicy
from .sessions import EndedCompanionSession


@frozen(kw_only=True)
class LatestSummary:
    """What is known of a person now.

    Attributes:
        person_id: Of whom.
        summary: What is known.
        confidence: How sure it is, in hundredths of a percent.
        updated_at: Since when.
    """

    person_id: PersonId
    summary: Summary
    confidence: int
    updated_at: datetime


@frozen(kw_only=True)
class Known:
    """What is known of a person before a session is summarised.

    Attributes:
        own: Their companion's persona.
        learned: What all sessions since the last reset said.
        gains: What each of those added to the confidence.
        counted_that_day: How many sessions of the session's date added something.
    """

    own: OwnPersona
    learned: tuple[Learned, ...]
    gains: tuple[int, ...]
    counted_that_day: int


@frozen(kw_only=True)
class Grown:
    """What a session came to.

    Attributes:
        session: The session, with the summary as it is after it.
        observations: What is kept of it.
        sliders: Where the persona's sliders are now.
    """

    session: EndedCompanionSession
    observations: tuple[Observation, ...]
    sliders: Sliders


def grow(
    session: EndedCompanionSession, checked: Checked, known: Known, policy: PersonaPolicy
) -> Grown:
    """Add what a session says to what is known; a session without evidence adds nothing."""
    counted = attrs.evolve(
        session,
        try_at=None,
        claims_dropped=len(checked.dropped),
        evidence_dropped=checked.evidence_dropped,
    )
    if not checked.observations:
        return Grown(
            session=without_growth(counted, Growth.INSUFFICIENT_DATA, known.gains),
            observations=(),
            sliders=known.own.persona.sliders,
        )
    supports = (one.support for one in checked.observations)
    gain = gain_of(session.user_messages, supports, policy)
    gain = counted_gain(gain, known.counted_that_day, policy)
    new = Learned(
        session_id=session.id, ended_at=session.ended_at, observations=checked.observations
    )
    after = all_merged((*known.learned, new), known.own, policy)[-1]
    done = attrs.evolve(
        counted,
        growth=Growth.SUMMARISED,
        summary=after.summary,
        gain=gain,
        confidence=confidence((*known.gains, gain)),
    )
    return Grown(session=done, observations=checked.observations, sliders=after.sliders)


def without_growth(
    session: EndedCompanionSession, growth: Growth, gains: Iterable[int]
) -> EndedCompanionSession:
    """Give a session that adds nothing, and why."""
    return attrs.evolve(session, growth=growth, try_at=None, confidence=confidence(gains))


def all_merged(
    learned: Iterable[Learned], own: OwnPersona, policy: PersonaPolicy
) -> tuple[Merged, ...]:
    """Give what is known after each session, with the sliders from where the person set them."""
    return merged(learned, policy, start=own.chosen, moving_since=own.chosen_at)
