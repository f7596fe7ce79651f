"""Companions as the API shows them."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType

from application.personas.queries import PersonaView, SummaryLine, SummaryView, Supported
from domain.personas.events import Growth, PersonaCause, SessionEnding, TalkKind
from domain.personas.growth import LatestSummary
from domain.personas.merge import Summary
from domain.personas.messages import CompanionMessage, MessageState, Tag, Voice
from domain.personas.observations import ObservationKind
from domain.personas.personas import Baseline, OwnPersona, Persona, PersonaVersion, Sliders
from domain.personas.policy import PersonaPolicy
from domain.personas.sessions import (
    CompanionSession,
    EndedCompanionSession,
    OpenCompanionSession,
    reasons_of,
)
from domain.shared.ids import PersonId
from entrypoints.http.decisions import ReasonBody

_EXCERPT_CHARACTERS = 280
Place = Annotated[int, Meta(ge=-2, le=2)]
Percent = Annotated[
    str,
    Meta(
        description="Percent, from 0.00 to 99.99",
        pattern=r"^[0-9]{1,2}[.][0-9]{2}$",
        examples=["7.50"],
    ),
]


class SlidersBody(Struct, forbid_unknown_fields=True):
    """The places of all sliders, each from -2 to 2."""

    warmth: Place = 0
    playfulness: Place = 0
    directness: Place = 0
    pace: Place = 0
    depth: Place = 0


class PersonaBody(Struct):
    """What a companion is like."""

    baseline: Baseline
    sliders: SlidersBody
    version: Annotated[int, Meta(description="Rises by one at each change")]


class PersonaVersionBody(Struct):
    """What a companion was like from a moment on."""

    version: int
    baseline: Baseline
    sliders: SlidersBody
    cause: PersonaCause
    session_id: Annotated[UUID | None, Meta(description="The session that moved it, if one did")]
    at: datetime


class OwnPersonaBody(Struct):
    """What a person's companion is like, and was before."""

    person_id: UUID
    baseline: Baseline
    sliders: SlidersBody
    version: int
    updated_at: Annotated[datetime | None, Meta(description="null while nothing was chosen")]
    conversation_id: Annotated[UUID | None, Meta(description="Where they talk, once it is open")]
    history: Annotated[
        list[PersonaVersionBody], Meta(description="The latest 20 versions, the newest first")
    ]


class CompanionMessageBody(Struct):
    """What a person or their companion said."""

    id: UUID
    conversation_id: UUID
    session_id: UUID
    role: Voice
    tag: Tag
    text: Annotated[str, Meta(description="Empty once the message is deleted")]
    state: Annotated[
        MessageState,
        Meta(description="`partial`: a reply that broke off; `unanswered`: it does not count"),
    ]
    reply_to_id: Annotated[UUID | None, Meta(description="The message that a reply answers")]
    created_at: datetime
    edited_at: datetime | None
    deleted_at: datetime | None


class SummaryBody(Struct):
    """What is known of a person."""

    partner_type_one_liner: str | None
    top_3_traits_you_value: list[str]
    what_you_might_work_on: list[str]
    next_time_focus: list[str]
    love_language_guess: str | None
    communication_fit: str | None
    confidence_score: Percent


class CompanionSessionBody(Struct, omit_defaults=True):
    """A session with a companion; how it ended, once it has."""

    id: UUID
    conversation_id: UUID
    person_id: UUID
    kind: TalkKind
    state: Annotated[str, Meta(examples=["open", "ended"])]
    started_at: datetime
    persona_snapshot: Annotated[
        PersonaBody, Meta(description="As it was at the start, and is to the session's end")
    ]
    user_messages: int
    user_characters: int
    policy_version: str
    ended_at: datetime | UnsetType = UNSET
    ended_on: Annotated[date, Meta(description="The person's local date")] | UnsetType = UNSET
    ended_by: SessionEnding | UnsetType = UNSET
    duration_seconds: int | UnsetType = UNSET
    seconds_counted: (
        Annotated[int, Meta(description="Seconds of a call that were used")] | UnsetType
    ) = UNSET
    growth: Annotated[Growth, Meta(description="What became of its summary")] | UnsetType = UNSET
    reasons: (
        Annotated[list[ReasonBody], Meta(description="Was it long enough for one?")] | UnsetType
    ) = UNSET
    gain: Annotated[Percent, Meta(description="Percent it added")] | UnsetType = UNSET
    summary: Annotated[SummaryBody, Meta(description="What was known after it")] | UnsetType = UNSET
    claims_dropped: (
        Annotated[int, Meta(description="Observations of the model's that were not kept")]
        | UnsetType
    ) = UNSET
    evidence_dropped: (
        Annotated[int, Meta(description="Evidence that was no message of the person's in it")]
        | UnsetType
    ) = UNSET


class WordsBody(Struct):
    """The person's own words, shortened to 280 characters."""

    message_id: UUID
    text: str
    created_at: datetime


class EvidenceBody(Struct):
    """An observation, and what it rests on."""

    observation_id: Annotated[UUID, Meta(description="By which it can be deleted")]
    session_id: UUID
    kind: ObservationKind
    value: str
    support: Annotated[int, Meta(description="From 0 to 100")]
    words: list[WordsBody]


class SummaryLineBody(Struct):
    """A line of the summary."""

    kind: ObservationKind
    value: str
    evidence: Annotated[list[EvidenceBody], Meta(description="The latest 5 that say so")]


class SummaryViewBody(Struct):
    """What is known of a person, line by line."""

    person_id: UUID
    summary: SummaryBody
    lines: list[SummaryLineBody]
    others: Annotated[
        list[EvidenceBody], Meta(description="The latest 100 observations that no line shows")
    ]
    waiting: Annotated[int, Meta(description="Sessions whose summary is yet to be made")]
    updated_at: Annotated[datetime | None, Meta(description="null before the first summary")]


def sliders_of(body: SlidersBody) -> Sliders:
    """Give sliders as the rules have them."""
    return Sliders(
        warmth=body.warmth,
        playfulness=body.playfulness,
        directness=body.directness,
        pace=body.pace,
        depth=body.depth,
    )


def _sliders(sliders: Sliders) -> SlidersBody:
    return SlidersBody(
        warmth=sliders.warmth,
        playfulness=sliders.playfulness,
        directness=sliders.directness,
        pace=sliders.pace,
        depth=sliders.depth,
    )


def persona_body(persona: Persona) -> PersonaBody:
    """Give a persona as the API shows it."""
    return PersonaBody(persona.baseline, _sliders(persona.sliders), persona.version)


def version_body(version: PersonaVersion) -> PersonaVersionBody:
    """Give a version as the API shows it."""
    return PersonaVersionBody(
        version=version.version,
        baseline=version.baseline,
        sliders=_sliders(version.sliders),
        cause=version.cause,
        session_id=version.session_id,
        at=version.at,
    )


def own_persona_body(view: PersonaView) -> OwnPersonaBody:
    """Give a person's persona as the API shows it; without one, as it would begin."""
    own: OwnPersona | None = view.own
    persona = Persona() if own is None else own.persona
    return OwnPersonaBody(
        person_id=view.person_id,
        baseline=persona.baseline,
        sliders=_sliders(persona.sliders),
        version=0 if own is None else persona.version,
        updated_at=None if own is None else own.updated_at,
        conversation_id=None if view.conversation is None else view.conversation.id,
        history=[version_body(one) for one in view.history.items],
    )


def message_body(message: CompanionMessage) -> CompanionMessageBody:
    """Give a message as the API shows it."""
    return CompanionMessageBody(
        id=message.id,
        conversation_id=message.conversation_id,
        session_id=message.session_id,
        role=message.role,
        tag=message.tag,
        text=message.text,
        state=message.state,
        reply_to_id=message.reply_to_id,
        created_at=message.created_at,
        edited_at=message.edited_at,
        deleted_at=message.deleted_at,
    )


def summary_body(summary: Summary, confidence: int) -> SummaryBody:
    """Give what is known as the API shows it."""
    return SummaryBody(
        partner_type_one_liner=summary.partner_type_one_liner,
        top_3_traits_you_value=list(summary.top_3_traits_you_value),
        what_you_might_work_on=list(summary.what_you_might_work_on),
        next_time_focus=list(summary.next_time_focus),
        love_language_guess=summary.love_language_guess,
        communication_fit=summary.communication_fit,
        confidence_score=percent(confidence),
    )


def session_body(session: CompanionSession, policy: PersonaPolicy) -> CompanionSessionBody:
    """Give a session as the API shows it."""
    body = CompanionSessionBody(
        id=session.id,
        conversation_id=session.conversation_id,
        person_id=session.person_id,
        kind=session.kind,
        state="open" if isinstance(session, OpenCompanionSession) else "ended",
        started_at=session.started_at,
        persona_snapshot=persona_body(session.persona_snapshot),
        user_messages=session.user_messages,
        user_characters=session.user_characters,
        policy_version=session.policy_version,
    )
    if isinstance(session, EndedCompanionSession):
        _complete(body, session, policy)
    return body


def _complete(
    body: CompanionSessionBody, session: EndedCompanionSession, policy: PersonaPolicy
) -> None:
    body.ended_at = session.ended_at
    body.ended_on = session.ended_on
    body.ended_by = session.ended_by
    body.duration_seconds = session.duration_seconds
    body.seconds_counted = session.seconds_counted
    body.growth = session.growth
    reasons = reasons_of(session, policy)
    body.reasons = msgspec.convert(reasons, list[ReasonBody], from_attributes=True)
    body.gain = percent(session.gain)
    if session.growth is Growth.SUMMARISED:
        body.summary = summary_body(session.summary, session.confidence)
    body.claims_dropped = session.claims_dropped
    body.evidence_dropped = session.evidence_dropped


def summary_view_body(person_id: PersonId, view: SummaryView) -> SummaryViewBody:
    """Give what is known with its evidence, as the API shows it."""
    latest = view.latest
    summary = summary_body(Summary(), 0) if latest is None else _latest(latest)
    return SummaryViewBody(
        person_id=person_id,
        summary=summary,
        lines=[_line(line) for line in view.lines],
        others=[_evidence(one) for one in view.others],
        waiting=view.waiting,
        updated_at=None if latest is None else latest.updated_at,
    )


def percent(hundredths: int) -> str:
    """Give hundredths of a percent as percent with two decimals."""
    return f"{hundredths // 100}.{hundredths % 100:02}"


def _latest(latest: LatestSummary) -> SummaryBody:
    return summary_body(latest.summary, latest.confidence)


def _line(line: SummaryLine) -> SummaryLineBody:
    evidence = [_evidence(one) for one in line.evidence]
    return SummaryLineBody(kind=line.kind, value=line.value, evidence=evidence)


def _evidence(one: Supported) -> EvidenceBody:
    return EvidenceBody(
        observation_id=one.observation.id,
        session_id=one.session_id,
        kind=one.observation.kind,
        value=one.observation.value,
        support=one.observation.support,
        words=[
            WordsBody(word.id, word.text[:_EXCERPT_CHARACTERS], word.created_at)
            for word in one.words
        ],
    )
