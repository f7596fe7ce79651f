"""Lists come a page at a time, each item once, whatever is added meanwhile."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from attrs import frozen

from tests.architecture.source import ROOT
from tests.http import given
from tests.http.api import Api

Add = Callable[[], Awaitable[str]]


@frozen
class Listed:
    """A list of which the test knows all items.

    Attributes:
        path: Where it is.
        params: The query it needs.
        add: Adds an item, and gives its id.
        newest_first: Its order.
    """

    path: str
    params: dict[str, Any]
    add: Add
    newest_first: bool


Make = Callable[[Api], Awaitable[Listed]]


async def messages(api: Api) -> Listed:
    pair = await given.a_pair(api)

    async def add() -> str:
        ident: str = (await given.a_message(api, pair, pair.a))["id"]
        return ident

    return Listed(f"{pair.path}/messages", {}, add, newest_first=False)


async def newest_messages(api: Api) -> Listed:
    listed = await messages(api)
    return Listed(listed.path, {"order": "desc"}, listed.add, newest_first=True)


async def conversations(api: Api) -> Listed:
    person = await given.a_person(api)

    async def add() -> str:
        return (await given.a_pair(api, a=person)).id

    return Listed("/v1/conversations", {"person_id": person}, add, newest_first=True)


async def reports(api: Api) -> Listed:
    reported = await given.a_person(api)

    async def add() -> str:
        reporter = await given.a_person(api)
        made = await api.made(
            "/v1/reports", reporter_id=reporter, reported_id=reported, reason="Spam"
        )
        ident: str = made["id"]
        return ident

    return Listed("/v1/reports", {"person_id": reported}, add, newest_first=True)


each_list = pytest.mark.parametrize(
    "made", [messages, newest_messages, conversations, reports], ids=lambda made: made.__name__
)


async def page(api: Api, listed: Listed, **more: Any) -> tuple[list[str], str | None]:
    found = await api.get(listed.path, **listed.params, **more)
    return [item["id"] for item in found["items"]], found["next_cursor"]


async def pages(api: Api, listed: Listed, limit: int) -> list[list[str]]:
    found = []
    items, cursor = await page(api, listed, limit=limit)
    found.append(items)
    while cursor is not None:
        before = cursor
        items, cursor = await page(api, listed, limit=limit, cursor=before)
        assert cursor != before, "the list does not come to an end"
        found.append(items)
    return found


async def several(api: Api, listed: Listed, number: int) -> list[str]:
    """Add items one after the other, and give their ids."""
    added = []
    for _ in range(number):
        await api.pass_time(microseconds=1)
        added.append(await listed.add())
    return added


@each_list
async def test_an_empty_list_is_one_page(api: Api, made: Make) -> None:
    assert await page(api, await made(api)) == ([], None)


@each_list
@pytest.mark.parametrize("passing", [True, False], ids=["time passes", "time stands still"])
async def test_pages_make_up_the_list_in_its_order(api: Api, made: Make, passing: bool) -> None:
    listed = await made(api)
    added = await several(api, listed, 6) if passing else [await listed.add() for _ in range(6)]
    # What came at the same instant is in the order of its ids.
    added = added if passing else sorted(added)
    if listed.newest_first:
        added.reverse()
    for limit in (1, 2, 4, 6, 7):
        found = await pages(api, listed, limit)
        assert [ident for items in found for ident in items] == added
        assert [len(items) for items in found[:-1]] == [limit] * (len(found) - 1)
        assert found[-1]


@each_list
async def test_a_cursor_stays_where_it_is_when_items_are_added(api: Api, made: Make) -> None:
    listed = await made(api)
    old = await several(api, listed, 4)
    ordered = old[::-1] if listed.newest_first else old
    first, cursor = await page(api, listed, limit=2)
    assert first == ordered[:2]
    new = await several(api, listed, 3)
    rest, _ = await page(api, listed, cursor=cursor)
    assert rest == ordered[2:] + ([] if listed.newest_first else new)
    again, _ = await page(api, listed, cursor=cursor)
    assert again == rest


async def test_a_cursor_is_taken_by_every_process(on_postgres: Api, beside_it: Api) -> None:
    listed = await messages(on_postgres)
    added = await several(on_postgres, listed, 3)
    _, cursor = await page(on_postgres, listed, limit=1)
    assert await page(beside_it, listed, cursor=cursor) == (added[1:], None)


async def test_the_default_limit_is_50(api: Api) -> None:
    pair = await given.a_pair(api)
    await api.put(f"/v1/persons/{pair.a}/tier", tier="premium")
    await given.a_completed_call(api, pair)
    for _ in range(51):
        await given.a_message(api, pair, pair.a)
    found = await api.get(f"{pair.path}/messages")
    assert len(found["items"]) == 50
    assert found["next_cursor"] is not None


async def test_each_person_is_listed_once_in_the_order_of_registration(api: Api) -> None:
    before = []
    for _ in range(3):
        await api.pass_time(microseconds=1)
        before.append(await given.a_person(api))
    everybody = [person["id"] for person in await api.all_of("/v1/persons", limit=200)]
    assert len(set(everybody)) == len(everybody)
    assert everybody[-3:] == before
    first = await api.get("/v1/persons", limit=1)
    await api.pass_time(microseconds=1)
    new = await given.a_person(api)
    rest = await api.all_of("/v1/persons", limit=200, cursor=first["next_cursor"])
    assert [person["id"] for person in rest] == [*everybody[1:], new]


async def test_reports_of_all_persons_are_listed_together(api: Api) -> None:
    listed = [await reports(api), await reports(api)]
    added = [ident for one in listed for ident in await several(api, one, 1)]
    newest = await api.get("/v1/reports", limit=2)
    assert [report["id"] for report in newest["items"]] == added[::-1]


async def test_the_documentation_has_the_order_of_each_list(api: Api) -> None:
    page = (ROOT / "docs/http.md").read_text(encoding="utf-8")
    lists = [
        operation.path
        for operation in api.description.operations
        if any(given["name"] == "cursor" for given in operation.described.get("parameters", ()))
    ]
    assert lists
    assert [path for path in lists if f"| `{path}` |" not in page] == []
