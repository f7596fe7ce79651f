"""Replies that end early: by the model, by who listens, by the server."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from attrs import frozen
from dependency_injector.providers import Object

from application.personas.ask_companion import Asked, AskRequest
from domain.identity.profile import Profile
from domain.personas.conversations import CompanionConversation
from domain.personas.messages import MessageState
from entrypoints.http.replies import Replies
from entrypoints.http.too_many_streams import TooManyStreamsError
from entrypoints.wiring.kithkin import Kithkin, in_memory
from tests.contracts.companions import AWAY, Scripted
from tests.http.test_companions import events_of

_TURNS_TO_FINISH = 100
"""Nothing here waits for anything but its turn."""


@frozen
class Talk:
    """A conversation with a companion whose model does what the test says."""

    kithkin: Kithkin
    model: Scripted
    conversation: CompanionConversation
    replies: Replies

    async def asked(self, text: str = "Hello") -> Asked:
        ask = self.kithkin.personas.ask_companion()
        return await ask(
            AskRequest(conversation_id=self.conversation.id, viewer_id=None, text=text)
        )

    async def told(self, asked: Asked) -> str:
        return "".join([chunk.decode() async for chunk in self.replies.begin(asked)])

    async def states(self) -> list[MessageState]:
        page = await self.kithkin.personas.queries().messages(
            self.conversation.id, None, None, 10, newest_first=False
        )
        return [message.state for message in page.items]

    async def messages_counted(self) -> int:
        stats = self.kithkin.ports.usage_stats()
        return int((await stats.totals(self.conversation.person_id)).total_messages)


@pytest_asyncio.fixture
async def talk() -> AsyncIterator[Talk]:
    kithkin, model = in_memory(), Scripted()
    kithkin.personas.language_model.override(Object(model))
    await kithkin.open()
    person = await kithkin.identity.register_person()(Profile(name="Ana"))
    opened = await kithkin.personas.open_companion()(person.id, None)
    yield Talk(kithkin, model, opened.conversation, Replies(kithkin))
    await kithkin.close()


async def test_a_stream_that_the_model_cuts_ends_with_an_error_and_what_came(talk: Talk) -> None:
    talk.model.breaks = AWAY
    events = events_of(await talk.told(await talk.asked()))
    assert [name for name, _ in events] == ["message", "delta", "delta", "error"]
    error = events[-1][1]
    assert (error["code"], error["detail"]) == ("model_unavailable", "The model is away.")
    assert (error["partial"]["text"], error["partial"]["state"]) == ("Well, hello!", "partial")
    assert await talk.states() == [MessageState.UNANSWERED, MessageState.PARTIAL]
    assert await talk.messages_counted() == 0


async def test_a_model_that_is_away_answers_when_it_is_back(talk: Talk) -> None:
    talk.model.pieces, talk.model.breaks = (), AWAY
    events = events_of(await talk.told(await talk.asked()))
    assert (events[-1][0], events[-1][1]["partial"]) == ("error", None)
    talk.model.pieces, talk.model.breaks = ("Here I am.",), None
    assert events_of(await talk.told(await talk.asked("And now?")))[-1][0] == "done"
    assert await talk.messages_counted() == 1


async def test_who_leaves_in_the_middle_is_answered_all_the_same(talk: Talk) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def wait() -> None:
        begun.set()
        await go_on.wait()

    talk.model.meanwhile = wait
    stream = talk.replies.begin(await talk.asked())
    assert b"event: message" in await anext(stream)
    await begun.wait()
    await stream.aclose()
    go_on.set()
    for _ in range(_TURNS_TO_FINISH):
        await asyncio.sleep(0)
    assert await talk.states() == [MessageState.ANSWERED, MessageState.SAID]
    assert await talk.messages_counted() == 1


async def test_a_server_that_stops_keeps_what_came_and_charges_nothing(talk: Talk) -> None:
    begun = asyncio.Event()

    async def wait() -> None:
        begun.set()
        await asyncio.Event().wait()

    talk.model.meanwhile = wait
    listening = asyncio.create_task(talk.told(await talk.asked()))
    await begun.wait()
    await talk.replies.close()
    events = events_of(await listening)
    assert (events[-1][0], events[-1][1]["code"]) == ("error", "stopping")
    assert await talk.states() == [MessageState.UNANSWERED, MessageState.PARTIAL]
    assert await talk.messages_counted() == 0
    with pytest.raises(TooManyStreamsError):
        talk.replies.make_sure_of_room()


async def test_what_nobody_foresaw_is_told_without_its_details(talk: Talk) -> None:
    talk.model.breaks = RuntimeError("a secret of the model")
    told = await talk.told(await talk.asked())
    assert events_of(told)[-1][1]["code"] == "internal_error"
    assert "secret" not in told
    assert await talk.states() == [MessageState.UNANSWERED, MessageState.PARTIAL]
