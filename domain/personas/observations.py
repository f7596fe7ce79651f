"""What a session says of a person, held to what they said themselves."""

from collections.abc import Callable, Collection, Iterable
from enum import StrEnum
from types import MappingProxyType
from uuid import UUID

from attrs import frozen

from ..shared.errors import NotFoundError
from ..shared.ids import MessageId, ObservationId
from .personas import Slider
from .policy import PersonaPolicy
from .wording import is_presentable, one_line, same_words

LINE_MAX_CHARACTERS = 120
"""Of a one-liner; rules page personas."""

ITEM_MAX_CHARACTERS = 60
"""Of an item of a list; rules page personas."""

MOST_SUPPORT = 100
"""How well evidence can carry an observation; 0 is not at all."""


class ObservationKind(StrEnum):
    """What an observation is about."""

    PARTNER_TYPE = "partner_type"
    TRAIT_VALUED = "trait_valued"
    WORK_ON = "work_on"
    NEXT_FOCUS = "next_focus"
    LOVE_LANGUAGE = "love_language"
    COMMUNICATION_FIT = "communication_fit"
    SLIDER = "slider"


class LoveLanguage(StrEnum):
    """How a person shows and feels affection."""

    WORDS_OF_AFFIRMATION = "words_of_affirmation"
    QUALITY_TIME = "quality_time"
    ACTS_OF_SERVICE = "acts_of_service"
    PHYSICAL_TOUCH = "physical_touch"
    RECEIVING_GIFTS = "receiving_gifts"


class CommunicationFit(StrEnum):
    """With which way of talking a person gets on best."""

    GENTLE = "gentle"
    PLAYFUL = "playful"
    DIRECT = "direct"
    REFLECTIVE = "reflective"


class SliderMove(StrEnum):
    """Which way a slider is to go."""

    WARMTH_UP = "warmth_up"
    WARMTH_DOWN = "warmth_down"
    PLAYFULNESS_UP = "playfulness_up"
    PLAYFULNESS_DOWN = "playfulness_down"
    DIRECTNESS_UP = "directness_up"
    DIRECTNESS_DOWN = "directness_down"
    PACE_UP = "pace_up"
    PACE_DOWN = "pace_down"
    DEPTH_UP = "depth_up"
    DEPTH_DOWN = "depth_down"

    @property
    def slider(self) -> Slider:
        """Which slider."""
        return Slider(self.value.rpartition("_")[0])

    @property
    def step(self) -> int:
        """1 for more of it, -1 for less."""
        return 1 if self.value.endswith("_up") else -1


CLOSED_LISTS: "MappingProxyType[ObservationKind, tuple[str, ...]]" = MappingProxyType(
    {
        ObservationKind.LOVE_LANGUAGE: tuple(LoveLanguage),
        ObservationKind.COMMUNICATION_FIT: tuple(CommunicationFit),
        ObservationKind.SLIDER: tuple(SliderMove),
    }
)
"""The only values there are, for the kinds that have such."""

MEANINGS = MappingProxyType(
    {
        ObservationKind.PARTNER_TYPE: "The kind of partner the person looks for, in one line.",
        ObservationKind.TRAIT_VALUED: "A trait the person values in others, in a few words.",
        ObservationKind.WORK_ON: "What the person might work on when talking, in a few words.",
        ObservationKind.NEXT_FOCUS: "What to look at in the next session, in a few words.",
        ObservationKind.LOVE_LANGUAGE: "How the person shows and feels affection.",
        ObservationKind.COMMUNICATION_FIT: "The way of talking the person gets on with best.",
        ObservationKind.SLIDER: "How the companion should change for this person.",
    }
)


class DropReason(StrEnum):
    """Why something that a model gave is not kept."""

    UNKNOWN_KIND = "unknown_kind"
    VALUE_NOT_LISTED = "value_not_listed"
    VALUE_NOT_PRESENTABLE = "value_not_presentable"
    SUPPORT_OUT_OF_RANGE = "support_out_of_range"
    NO_EVIDENCE = "no_evidence"
    REPEATED = "repeated"
    TOO_MANY = "too_many"


@frozen(kw_only=True)
class Claim:
    """An observation as a model gives it.

    Attributes:
        kind: What it says it is about.
        value: What it says.
        evidence_message_ids: By which messages.
        support: How well they carry it.
    """

    kind: str
    value: str
    evidence_message_ids: tuple[MessageId, ...]
    support: int


@frozen(kw_only=True)
class Observation:
    """An observation that is kept.

    Attributes:
        id: Its own, by which the person can delete it.
        kind: What it is about.
        value: One of a closed list, or one line of text.
        evidence_message_ids: The person's own messages that it rests on, at least one.
        support: How well they carry it, from 0 to 100.
    """

    id: ObservationId
    kind: ObservationKind
    value: str
    evidence_message_ids: tuple[MessageId, ...]
    support: int


@frozen(kw_only=True)
class Checked:
    """What is kept of a model's answer.

    Attributes:
        observations: What is kept, in an order that does not depend on the model's.
        dropped: Why each of the others is not.
        evidence_dropped: Evidence that is no message of the person's in the session.
    """

    observations: tuple[Observation, ...]
    dropped: tuple[DropReason, ...]
    evidence_dropped: int


def most_characters(kind: ObservationKind) -> int:
    """Give how long the text of a kind may be."""
    return LINE_MAX_CHARACTERS if kind is ObservationKind.PARTNER_TYPE else ITEM_MAX_CHARACTERS


def checked(
    claims: Iterable[Claim],
    own_messages: Collection[MessageId],
    new_id: Callable[[], UUID],
    policy: PersonaPolicy,
) -> Checked:
    """Keep of a model's claims what rests on the person's own words; count the rest.

    Args:
        claims: What the model gave.
        own_messages: The person's messages of the session.
        new_id: Gives ids for what is kept.
        policy: How much is kept.
    """
    dropped: list[DropReason] = []
    evidence_dropped = 0
    sound: list[tuple[ObservationKind, Claim]] = []
    for claim in claims:
        evidence = tuple(sorted({one for one in claim.evidence_message_ids if one in own_messages}))
        evidence_dropped += len(set(claim.evidence_message_ids)) - len(evidence)
        held = Claim(
            kind=claim.kind,
            value=one_line(claim.value),
            evidence_message_ids=evidence[: policy.evidence_per_observation],
            support=claim.support,
        )
        fault = _fault(held)
        if fault is None:
            sound.append((ObservationKind(held.kind), held))
        else:
            dropped.append(fault)
    # Best supported first, then by what it says, so that the model's order does not matter.
    sound.sort(key=_place)
    kept: dict[tuple[ObservationKind, str], tuple[ObservationKind, Claim]] = {}
    for kind, claim in sound:
        if (kind, same_words(claim.value)) in kept:
            dropped.append(DropReason.REPEATED)
        elif len(kept) == policy.observations_per_session:
            dropped.append(DropReason.TOO_MANY)
        else:
            kept[kind, same_words(claim.value)] = (kind, claim)
    observations = tuple(
        Observation(
            id=ObservationId(new_id()),
            kind=kind,
            value=claim.value,
            evidence_message_ids=claim.evidence_message_ids,
            support=claim.support,
        )
        for kind, claim in kept.values()
    )
    return Checked(
        observations=observations,
        dropped=tuple(sorted(dropped)),
        evidence_dropped=evidence_dropped,
    )


def no_such_observation() -> NotFoundError:
    """Give the error for an observation that is absent, or not the asker's to know."""
    return NotFoundError("There is no such observation of this person; check both ids.")


def _place(sound: tuple[ObservationKind, Claim]) -> tuple[int, str, str, tuple[MessageId, ...]]:
    kind, claim = sound
    return (-claim.support, kind.value, claim.value, claim.evidence_message_ids)


def _fault(claim: Claim) -> DropReason | None:
    try:
        kind = ObservationKind(claim.kind)
    except ValueError:
        return DropReason.UNKNOWN_KIND
    if not 0 <= claim.support <= MOST_SUPPORT:
        return DropReason.SUPPORT_OUT_OF_RANGE
    listed = CLOSED_LISTS.get(kind)
    if listed is not None and claim.value not in listed:
        return DropReason.VALUE_NOT_LISTED
    if listed is None and not is_presentable(claim.value, most_characters(kind)):
        return DropReason.VALUE_NOT_PRESENTABLE
    if not claim.evidence_message_ids:
        return DropReason.NO_EVIDENCE
    return None
