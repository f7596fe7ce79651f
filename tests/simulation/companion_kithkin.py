"""Puts the commands about companions, and about the seconds of those who buy, to a Kithkin."""

from datetime import timedelta
from typing import TYPE_CHECKING, assert_never

from application.personas.answer_companion import Whole
from application.personas.ask_companion import AskRequest
from application.personas.record_call import RecordCallRequest, Turn
from application.usage.start_session import StartUsageRequest
from domain.personas.messages import Voice
from domain.personas.personas import Baseline, Sliders
from domain.shared.ids import ConversationId, ObservationId, PersonId, UsageSessionId
from domain.usage.sessions import OpenSession, Session, SessionMode
from tests.simulation.whole_commands import (
    AskKnown,
    ChoosePersona,
    CompanionCommand,
    DeleteObservation,
    EndTalk,
    ForgetMe,
    OpenCompanion,
    Spend,
    Talk,
    TellCall,
)

if TYPE_CHECKING:
    from application.personas.queries import Supported
    from domain.personas.sessions import EndedCompanionSession
    from tests.simulation.kithkin import Simulated

Answer = dict[str, object]


async def put(simulated: "Simulated", command: CompanionCommand) -> Answer:
    """Put a command to it, and give its answer in plain values."""
    personas, person_id = simulated.kithkin.personas, simulated.person(command.person)
    match command:
        case OpenCompanion(person=person, baseline=baseline):
            opened = await personas.open_companion()(person_id, Baseline(baseline))
            simulated.plain.companions[person] = opened.conversation.id
            return {"created": opened.created, "version": opened.own.persona.version}
        case ChoosePersona(baseline=baseline, warmth=warmth):
            sliders = None if warmth is None else Sliders(warmth=warmth)
            own = await personas.choose_persona()(person_id, Baseline(baseline), sliders)
            return {"version": own.persona.version, "warmth": own.persona.sliders.warmth}
        case Talk():
            return await _talk(simulated, command)
        case EndTalk():
            ended = await personas.end_session()(_conversation(simulated, command.person), None)
            return _session(ended)
        case TellCall():
            return await _call(simulated, command)
        case DeleteObservation(observation=number):
            known = await _known(simulated, person_id)
            found = known[number % len(known)] if known else None
            observation_id = ObservationId(simulated.plain.observations.id(-1))
            if found is not None:
                observation_id = found.observation.id
            await personas.delete_observation()(person_id, observation_id)
            return {}
        case ForgetMe():
            forgotten = await personas.reset_summary()(person_id)
            return {"confidence": forgotten.confidence}
        case AskKnown():
            return await _ask(simulated, person_id)
        case _:
            assert_never(command)


async def spend(simulated: "Simulated", command: Spend) -> Answer:
    """Put a command about a session of a buyer's to it."""
    usage, numbers = simulated.kithkin.usage, simulated.plain.spending
    session_id = UsageSessionId(numbers.id(command.session))
    session: Session
    match command.what:
        case "start":
            request = StartUsageRequest(
                person_id=simulated.person(command.person),
                mode=SessionMode.TRADITIONAL,
                conversation_id=None,
            )
            session = await usage.start_session()(request)
        case "beat":
            session = await usage.beat_session()(session_id, None)
        case "extend":
            session = await usage.extend_session()(session_id, None)
        case _:
            session = await usage.settle_session()(session_id, None, None)
    number = numbers.of(session.id)
    if isinstance(session, OpenSession):
        return {"session": number, "over": False, "held": session.held_seconds}
    return {"session": number, "over": True, "used": session.seconds_consumed}


async def _talk(simulated: "Simulated", command: Talk) -> Answer:
    personas = simulated.kithkin.personas
    request = AskRequest(
        conversation_id=_conversation(simulated, command.person), viewer_id=None, text=command.text
    )
    asked = await personas.ask_companion()(request)
    said: list[str] = []
    ending = await personas.answer_companion()(asked, said.append)
    if isinstance(ending, Whole):
        return {"reply": ending.reply.text, "pieces": len(said)}
    partial = None if ending.partial is None else ending.partial.text
    return {"broke_off": ending.error.code, "partial": partial}


async def _call(simulated: "Simulated", command: TellCall) -> Answer:
    now = await simulated.kithkin.clock.now()
    turns = [Turn(role=Voice.USER, text=text) for text in command.said]
    request = RecordCallRequest(
        conversation_id=_conversation(simulated, command.person),
        viewer_id=None,
        started_at=now - timedelta(seconds=command.seconds),
        ended_at=now,
        turns=tuple(turns),
    )
    return _session(await simulated.kithkin.personas.record_call()(request))


async def _known(simulated: "Simulated", person_id: PersonId) -> "list[Supported]":
    view = await simulated.kithkin.personas.queries().summary(person_id)
    in_lines = {one.observation.id: one for line in view.lines for one in line.evidence}
    return [*in_lines.values(), *view.others]


async def _ask(simulated: "Simulated", person_id: PersonId) -> Answer:
    view = await simulated.kithkin.personas.queries().summary(person_id)
    return {
        "confidence": None if view.latest is None else view.latest.confidence,
        "lines": [(line.kind, line.value, len(line.evidence)) for line in view.lines],
        "observations": len(await _known(simulated, person_id)),
        "waiting": view.waiting,
        "words": [word.text for line in view.lines for one in line.evidence for word in one.words],
    }


def _conversation(simulated: "Simulated", person: int) -> ConversationId:
    return ConversationId(
        simulated.plain.companions.get(person, simulated.plain.conversations.id(-1))
    )


def _session(session: "EndedCompanionSession") -> Answer:
    return {
        "ended_at": session.ended_at,
        "by": str(session.ended_by),
        "messages": session.user_messages,
        "seconds": session.duration_seconds,
        "counted": session.seconds_counted,
        "growth": session.growth,
    }
