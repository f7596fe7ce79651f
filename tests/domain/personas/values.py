"""Sessions and observations for tests of the rules of personas."""

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

from hypothesis import strategies as st

from domain.personas.merge import Learned
from domain.personas.observations import (
    CLOSED_LISTS,
    Claim,
    Observation,
    ObservationKind,
)
from domain.shared.ids import CompanionSessionId, MessageId, ObservationId
from tests.domain.strategies import one_of_each

START = datetime(2026, 3, 2, 12, tzinfo=UTC)
EVIDENCE = (MessageId(UUID(int=1)),)
_WORDS = ("kindness", "humour", "honesty", "patience", "courage", "curiosity")


def observed(kind: ObservationKind, value: str, support: int, number: int = 1) -> Observation:
    return Observation(
        id=ObservationId(UUID(int=number)),
        kind=kind,
        value=value,
        evidence_message_ids=EVIDENCE,
        support=support,
    )


def session(number: int, *observations: Observation) -> Learned:
    """A session that ended so many hours after the start."""
    return Learned(
        session_id=CompanionSessionId(UUID(int=number)),
        ended_at=START + timedelta(hours=number),
        observations=observations,
    )


def traits(number: int, **supports: int) -> Learned:
    found = (observed(ObservationKind.TRAIT_VALUED, name, n) for name, n in supports.items())
    return session(number, *found)


def claim(
    kind: str = "trait_valued",
    value: str = "kindness",
    evidence: tuple[MessageId, ...] = EVIDENCE,
    support: int = 70,
) -> Claim:
    return Claim(kind=kind, value=value, evidence_message_ids=evidence, support=support)


def _any_observed(kind: ObservationKind, place: int, support: int) -> Observation:
    values = [str(value) for value in CLOSED_LISTS.get(kind, _WORDS)]
    return observed(kind, values[place % len(values)], support)


observations = one_of_each(_any_observed, list(ObservationKind), range(60), range(101))


@st.composite
def histories(draw: st.DrawFn) -> list[Learned]:
    """Sessions that ended at various times, some at once."""
    numbers = count(1)
    told = draw(st.lists(st.tuples(st.integers(0, 6), st.lists(observations, max_size=6))))
    return [
        Learned(
            session_id=CompanionSessionId(UUID(int=next(numbers))),
            ended_at=START + timedelta(hours=hours),
            observations=tuple(found),
        )
        for hours, found in told
    ]
