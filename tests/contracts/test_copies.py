"""Nobody shares with a store what they can change: what they do to theirs happens to it alone."""

from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from attrs.exceptions import FrozenInstanceError

from domain.conversations.conversations import Conversation
from tests.contracts import given, values
from tests.contracts.stores import Stores
from tests.contracts.values import START, an_answer, an_attempt, an_event

Read = Callable[[], Awaitable[object]]
Stored = tuple[object, Read, str]


async def a_person(stores: Stores) -> Stored:
    person = await given.a_person(stores)
    return person, lambda: stores.persons.get(person.id), "name"


async def a_saved_person(stores: Stores) -> Stored:
    person = await given.a_person(stores)
    saved = await stores.persons.save(person, person, ())
    return saved, lambda: stores.persons.get(person.id), "name"


async def a_listed_person(stores: Stores) -> Stored:
    person = await given.a_person(stores, email=values.an_email())

    async def read() -> object:
        return (await stores.directory.page(person.email, None, 1)).items[0]

    return person, read, "name"


async def a_conversation(stores: Stores) -> Stored:
    conversation = (await given.a_pair(stores)).conversation

    async def read() -> Conversation | None:
        return await stores.conversations.get(conversation.id)

    return conversation, read, "version"


async def a_message(stores: Stores) -> Stored:
    pair = await given.a_pair(stores)
    message = await given.a_message(stores, pair.conversation, pair.a.id)
    return message, lambda: stores.messages.lock(pair.conversation.id, message.id), "text"


async def a_listed_message(stores: Stores) -> Stored:
    pair = await given.a_pair(stores)
    message = await given.a_message(stores, pair.conversation, pair.a.id)

    async def read() -> object:
        page = await stores.messages.page(pair.conversation.id, None, 1, newest_first=True)
        return page.items[0]

    return message, read, "text"


async def a_call(stores: Stores) -> Stored:
    pair = await given.a_pair(stores)
    call = await given.an_answered_call(stores, pair.conversation)
    return call, lambda: stores.calls.get(call.id), "policy_version"


async def an_open_call(stores: Stores) -> Stored:
    pair = await given.a_pair(stores)
    call = await given.a_call(stores, pair.conversation)

    async def read() -> object:
        return (await stores.calls.open_in(pair.conversation.id))[0]

    return call, read, "policy_version"


async def a_history(stores: Stores) -> Stored:
    pair = await given.a_pair(stores)
    history = await stores.histories.get(pair.conversation.id)
    assert history is not None
    await stores.histories.save(history, ())
    return history, lambda: stores.histories.get(pair.conversation.id), "video_call_count"


async def a_report(stores: Stores) -> Stored:
    pair = await given.a_pair(stores)
    report = values.a_report(pair.a, pair.b)
    await stores.reports.add(report, ())

    async def read() -> object:
        return (await stores.reports.page(pair.b.id, None, 1)).items[0]

    return report, read, "reason"


async def a_service_key(stores: Stores) -> Stored:
    key = values.a_service_key()
    await stores.service_keys.add(key)
    digest = key.digest
    return key, lambda: stores.service_keys.by_digest(digest), "digest"


async def an_answer_kept(stores: Stores) -> Stored:
    attempt = an_attempt()
    answer = an_answer(attempt)
    await stores.answers.keep(attempt, answer)
    return answer, lambda: stores.answers.claim(attempt, START), "body"


async def an_outgoing_event(stores: Stores) -> Stored:
    person = values.a_person()
    event = an_event(person.id)
    await stores.persons.add(person, (event,))

    async def read() -> object:
        [found] = [known.event for known in await stores.outbox() if known.id == event.id]
        return found

    return event.event, read, "policy_version"


@pytest.mark.parametrize(
    "store",
    [
        a_person,
        a_saved_person,
        a_listed_person,
        a_conversation,
        a_message,
        a_listed_message,
        a_call,
        an_open_call,
        a_history,
        a_report,
        a_service_key,
        an_answer_kept,
        an_outgoing_event,
    ],
)
async def test_a_value_is_shared_with_nobody(
    stores: Stores, store: Callable[[Stores], Awaitable[Stored]]
) -> None:
    value, read, field = await store(stores)
    kept = getattr(value, field)

    spoil(value, field)
    first = await read()
    assert getattr(first, field) == kept

    spoil(first, field)
    assert getattr(await read(), field) == kept


def spoil(value: object, field: str) -> None:
    """Change a value that lets itself be changed; one that does not may be shared."""
    with suppress(FrozenInstanceError):
        setattr(value, field, "spoilt")
