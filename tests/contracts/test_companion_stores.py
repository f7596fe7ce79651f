"""What every store of companions holds to, whoever writes."""

from datetime import date, timedelta
from typing import Any

import attrs
import pytest
from uuid_utils.compat import uuid7

from domain.personas.confidence import MOST_CONFIDENCE
from domain.personas.events import Growth, SessionEnding
from domain.personas.growth import LatestSummary
from domain.personas.merge import Summary
from domain.personas.messages import CompanionMessage, MessageState, Voice
from domain.personas.observations import Observation, ObservationKind
from domain.personas.personas import Persona, Sliders
from domain.personas.policy import PersonaPolicy
from domain.personas.sessions import EndedCompanionSession, OpenCompanionSession, ended
from domain.shared.ids import CompanionSessionId, MessageId, ObservationId
from tests.contracts.companions import Companions
from tests.contracts.stores import Stores
from tests.contracts.values import MINUTE, START


async def a_session(stores: Stores, **changes: Any) -> OpenCompanionSession:
    """An open chat of somebody new, not stored."""
    conversation = await Companions(stores).opened()
    session = OpenCompanionSession(
        id=CompanionSessionId(uuid7()),
        conversation_id=conversation.id,
        person_id=conversation.person_id,
        started_at=START,
        persona_snapshot=Persona(sliders=Sliders(depth=-2, warmth=2)),
        policy_version="v",
        last_message_at=START,
        # One, as the tests keep a message that waits in it.
        user_messages=1,
        messages_counted=1,
    )
    return attrs.evolve(session, **changes)


def over(session: OpenCompanionSession, growth: Growth, gain: int = 0) -> EndedCompanionSession:
    done = ended(
        session,
        ended_at=session.started_at + MINUTE,
        ended_on=date(2026, 3, 2),
        ended_by=SessionEnding.TOLD,
        policy=PersonaPolicy(),
    )
    summary = Summary(
        partner_type_one_liner="Somebody kind",
        top_3_traits_you_value=("Kindness", "Honesty"),
        love_language_guess="quality_time",
    )
    return attrs.evolve(done, growth=growth, gain=gain, confidence=MOST_CONFIDENCE, summary=summary)


def a_message(session: OpenCompanionSession, **changes: Any) -> CompanionMessage:
    message = CompanionMessage(
        id=MessageId(uuid7()),
        conversation_id=session.conversation_id,
        session_id=session.id,
        person_id=session.person_id,
        role=Voice.USER,
        text="Hello",
        state=MessageState.WAITING,
        waits_until=START + MINUTE,
        created_at=START,
    )
    return attrs.evolve(message, **changes)


async def test_a_session_comes_back_as_it_was_kept(stores: Stores) -> None:
    session = await a_session(stores)
    await stores.companion_sessions.put(session)
    assert await stores.companion_sessions.get(session.id) == session
    assert await stores.companion_sessions.open_of(session.person_id) == session
    done = over(session, Growth.SUMMARISED, 750)
    await stores.companion_sessions.put(done)
    assert await stores.companion_sessions.get(session.id) == done
    assert await stores.companion_sessions.open_of(session.person_id) is None


async def test_one_chat_goes_on_at_a_time(stores: Stores) -> None:
    session = await a_session(stores)
    await stores.companion_sessions.put(session)
    other = attrs.evolve(session, id=CompanionSessionId(uuid7()))
    with pytest.raises(stores.constraint_error):
        await stores.companion_sessions.put(other)


async def test_one_reply_is_under_way_at_a_time(stores: Stores) -> None:
    session = await a_session(stores, user_messages=2, messages_counted=2)
    await stores.companion_sessions.put(session)
    waiting = a_message(session)
    await stores.companion_messages.put(waiting)
    assert await stores.companion_messages.waiting_in(session.conversation_id) == waiting
    with pytest.raises(stores.constraint_error):
        await stores.companion_messages.put(a_message(session))
    with pytest.raises(stores.constraint_error):
        await stores.companion_messages.put(a_message(session, waits_until=None))


async def test_a_message_has_one_whole_reply(stores: Stores) -> None:
    session = await a_session(stores, user_messages=1, messages_counted=1)
    await stores.companion_sessions.put(session)
    asked = a_message(session)
    reply = a_message(
        session,
        role=Voice.ASSISTANT,
        state=MessageState.SAID,
        waits_until=None,
        reply_to_id=asked.id,
    )
    partial = attrs.evolve(reply, id=MessageId(uuid7()), state=MessageState.PARTIAL)
    for message in (asked, partial, reply):
        await stores.companion_messages.put(message)
    assert await stores.companion_messages.reply_to(asked.id) == reply
    with pytest.raises(stores.constraint_error):
        await stores.companion_messages.put(attrs.evolve(reply, id=MessageId(uuid7())))
    found = await stores.transcripts.some([asked.id, reply.id, MessageId(uuid7())])
    assert {one.id for one in found} == {asked.id, reply.id}
    assert [one.id for one in await stores.transcripts.latest(session.id, 2)] == sorted(
        (partial.id, reply.id, asked.id)
    )[1:]


async def test_an_observation_needs_evidence(stores: Stores) -> None:
    session = await a_session(stores)
    await stores.companion_sessions.put(session)
    sound = Observation(
        id=ObservationId(uuid7()),
        kind=ObservationKind.TRAIT_VALUED,
        value="Kindness",
        evidence_message_ids=(MessageId(uuid7()), MessageId(uuid7())),
        support=100,
    )

    async def add(observation: Observation) -> None:
        await stores.transactions.run(
            lambda: stores.observations.add(session.person_id, session.id, (observation,))
        )

    await add(sound)
    assert await stores.observations.of_person(session.person_id) == {session.id: (sound,)}
    for wrong in ({"evidence_message_ids": ()}, {"support": 101}):
        with pytest.raises(stores.constraint_error):
            await add(attrs.evolve(sound, id=ObservationId(uuid7()), **wrong))


async def test_the_highest_confidence_has_room(stores: Stores) -> None:
    session = await a_session(stores)
    latest = LatestSummary(
        person_id=session.person_id,
        summary=Summary(next_time_focus=("The trip",)),
        confidence=MOST_CONFIDENCE,
        updated_at=START,
    )
    await stores.latest_summaries.put(latest)
    assert await stores.latest_summaries.get(session.person_id) == latest


async def test_what_fails_leaves_nothing(stores: Stores) -> None:
    session = await a_session(stores)

    async def fail() -> None:
        await stores.companion_sessions.put(session)
        await stores.companion_messages.put(a_message(session))
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await stores.transactions.run(fail)
    assert await stores.companion_sessions.get(session.id) is None
    assert await stores.companion_messages.waiting_in(session.conversation_id) is None


async def test_sessions_are_found_by_how_far_they_are(stores: Stores) -> None:
    first = await a_session(stores)
    records = stores.growth_records
    kept = []
    for number, growth in enumerate((Growth.PENDING, Growth.SUMMARISED, Growth.PENDING)):
        session = attrs.evolve(
            first, id=CompanionSessionId(uuid7()), started_at=START - number * MINUTE
        )
        kept.append(over(session, growth, gain=1))
        await stores.companion_sessions.put(kept[-1])
    assert await records.first_pending(first.person_id) == kept[2]
    assert await records.pending(first.person_id) == (kept[2], kept[0])
    assert await records.summarised(first.person_id) == (kept[1],)
    assert await records.counted_on(first.person_id, date(2026, 3, 2)) == 3
    assert await records.counted_on(first.person_id, date(2026, 3, 3)) == 0
    page = await stores.companion_sessions.page(first.conversation_id, None, 2)
    assert page.items == (kept[0], kept[1])
    rest = await stores.companion_sessions.page(first.conversation_id, page.last, 2)
    assert (rest.items, rest.last) == ((kept[2],), None)


async def test_idle_chats_are_found_by_their_latest_message(stores: Stores) -> None:
    early = START - timedelta(days=3000)
    session = await a_session(stores, started_at=early, last_message_at=early)
    await stores.companion_sessions.put(session)
    moment = timedelta(microseconds=1)
    assert session.person_id not in await stores.idle_sessions.persons(early - moment, 100)
    assert await stores.idle_sessions.persons(early, 1) == (session.person_id,)
    assert await stores.idle_sessions.first_after(early - moment) == early
    await stores.companion_sessions.put(over(session, Growth.TOO_SHORT))
    assert session.person_id not in await stores.idle_sessions.persons(early, 100)
