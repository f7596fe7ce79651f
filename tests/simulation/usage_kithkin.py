"""Puts the commands about seconds to a Kithkin."""

from typing import TYPE_CHECKING, assert_never

from application.usage.queries import UsageView
from application.usage.start_session import StartUsageRequest
from domain.shared.ids import PersonId, UsageSessionId
from domain.usage.paywall import PaywallAction
from domain.usage.periods import ClosedPeriod, Period
from domain.usage.sessions import OpenSession, Session, SessionMode
from tests.simulation.commands import Answer
from tests.simulation.usage_commands import (
    AskPaywall,
    AskUsage,
    BeatUsage,
    ExtendUsage,
    GrantSeconds,
    SettleUsage,
    StartUsage,
    UsageCommand,
)
from tests.simulation.usage_facts import BANKED, MONTHLY, PURCHASED

if TYPE_CHECKING:
    from tests.simulation.kithkin import Simulated


async def put(simulated: "Simulated", command: UsageCommand) -> Answer:
    usage = simulated.kithkin.usage
    match command:
        case StartUsage():
            return _session(simulated, await usage.start_session()(_start(simulated, command)))
        case BeatUsage(session=number):
            return _session(simulated, await usage.beat_session()(_id(simulated, number), None))
        case ExtendUsage(session=number):
            return _session(simulated, await usage.extend_session()(_id(simulated, number), None))
        case SettleUsage(session=number, input_tokens=tokens):
            settle = usage.settle_session()
            return _session(simulated, await settle(_id(simulated, number), None, tokens))
        case GrantSeconds(person=person, seconds=seconds):
            await usage.grant_seconds()(simulated.person(person), seconds, "A gift")
            return await _usage(simulated, simulated.person(person))
        case AskUsage(person=person):
            return await _usage(simulated, simulated.person(person))
        case AskPaywall(person=person):
            asked = simulated.person(person), PaywallAction.SESSION
            found = await usage.queries().paywall(*asked)
            return {"outcome": str(found.outcome), "rule": found.reason.rule}
        case _:
            assert_never(command)


def counted(period: Period) -> Answer:
    """Give what a period comes to."""
    lost: Answer = {"closed_at": None, "carried": 0, "lost": 0}
    if isinstance(period, ClosedPeriod):
        lost["closed_at"] = period.closed_at
        lost["carried"] = period.seconds_banked
        lost["lost"] = period.seconds_forfeited + period.banked_seconds_forfeited
    return {
        "period": period.period,
        "zone": period.timezone,
        "starts_at": period.starts_at,
        "ends_at": period.ends_at,
        "tier": period.tier,
        "granted": period.monthly_seconds,
        "bank": period.banked_seconds,
        "used": {
            BANKED: period.banked_seconds_used,
            MONTHLY: period.seconds_used,
            PURCHASED: period.purchased_seconds_used,
        },
        "bought": period.purchased_seconds,
        "conversations": period.conversations_used,
        "realtime": period.realtime_sessions_used,
        **lost,
    }


def _start(simulated: "Simulated", command: StartUsage) -> StartUsageRequest:
    about = command.conversation
    return StartUsageRequest(
        person_id=simulated.person(command.person),
        mode=SessionMode(command.mode),
        conversation_id=None if about is None else simulated.conversation(about),
    )


def _id(simulated: "Simulated", number: int) -> UsageSessionId:
    return UsageSessionId(simulated.plain.usage_sessions.id(number))


async def _usage(simulated: "Simulated", person: PersonId) -> Answer:
    return _view(simulated, await simulated.kithkin.usage.queries().usage(person, None))


def _view(simulated: "Simulated", view: UsageView) -> Answer:
    left, numbers = view.remaining, simulated.plain.usage_sessions
    return {
        **counted(view.period),
        "there": view.purchased,
        "held": view.held,
        "remaining": {BANKED: left.banked, MONTHLY: left.monthly, PURCHASED: left.purchased},
        "sessions": [numbers.of(session.id) for session in view.sessions],
    }


def _session(simulated: "Simulated", session: Session) -> Answer:
    answer: Answer = {
        "session": simulated.plain.usage_sessions.of(session.id),
        "month": session.period,
        "started_at": session.started_at,
        "extensions": session.extensions_used,
    }
    if isinstance(session, OpenSession):
        return {**answer, "held": session.held_seconds, "heard_at": session.last_beat_at}
    return {
        **answer,
        "ended_at": session.ended_at,
        "by": str(session.settled_by),
        "lasted": session.duration_seconds,
        "consumed": session.seconds_consumed,
        "input_tokens": session.input_tokens,
    }
