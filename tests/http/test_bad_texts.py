"""Text that people write is bounded, well-formed and not empty, wherever it comes in."""

import json
import unicodedata
from typing import Any

import httpx
import pytest

from tests.http import given
from tests.http.api import Api, done, invalid, pointers
from tests.http.scene import TEXTS, Scene, a_scene, unchanged

LONGEST = {
    ("register_person", "name"): 200,
    ("change_person", "display_name"): 50,
    ("suspend_person", "reason"): 2000,
    ("file_report", "reason"): 2000,
    ("grant_video_credits", "reason"): 2000,
    ("void_call", "reason"): 2000,
    ("create_webhook_endpoint", "description"): 200,
    ("publish_achievement", "description"): 500,
    ("change_achievement", "description"): 500,
    ("grant_seconds", "reason"): 200,
    ("publish_referral_reward", "description"): 1000,
    ("change_referral_reward", "description"): 1000,
    ("grant_account_credit", "reason"): 200,
    ("take_back_account_credit", "reason"): 200,
    ("refund_payment", "reason"): 200,
    ("send_message", "text"): 4000,
    ("edit_message", "text"): 4000,
    ("edit_companion_message", "text"): 4000,
}
CHARACTERS = ("x", "\N{SNOWMAN}", "\N{GRINNING FACE}")
DECOMPOSED = "e\N{COMBINING ACUTE ACCENT}"


@pytest.fixture
async def scene(api: Api) -> Scene:
    return await a_scene(api)


async def write(api: Api, scene: Scene, name: str, text: str) -> httpx.Response:
    """Give a text to an operation, with lone surrogates as JSON can carry them."""
    to, body = api.operation(name), {**scene.body(name), TEXTS[name]: text}
    headers = {"Content-Type": "application/json"}
    content = json.dumps(body).encode()
    return await api.ask(to.method, scene.path(to), content=content, headers=headers)


def test_the_lengths_tried_are_those_of_all_texts() -> None:
    assert set(LONGEST) == set(TEXTS.items())


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param(" \t\n\N{NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}", id="blank"),
        pytest.param("a\x00b", id="NUL"),
        pytest.param("\x00", id="only NUL"),
        pytest.param("a\ud800b", id="a high surrogate"),
        pytest.param("\udc00", id="a low surrogate"),
        pytest.param("\udc00\ud800", id="surrogates the wrong way round"),
    ],
)
async def test_a_text_that_is_none_is_refused(api: Api, still: Scene, text: str) -> None:
    broken = any("\ud800" <= character <= "\udfff" for character in text)
    async with unchanged(api, still):
        for name, field in TEXTS.items():
            answer = await write(api, still, name, text)
            problem = invalid(answer)
            # A body that cannot be decoded at all does not tell where.
            assert pointers(problem) == ["" if broken else f"/{field}"]


@pytest.mark.parametrize("characters", [*CHARACTERS, "".join(CHARACTERS)])
async def test_a_text_that_is_too_long_is_told_how_long_it_may_be(
    api: Api, still: Scene, characters: str
) -> None:
    async with unchanged(api, still):
        for (name, field), longest in LONGEST.items():
            answer = await write(api, still, name, text_of(longest + 1, characters))
            problem = invalid(answer)
            assert pointers(problem) == [f"/{field}"]
            assert str(longest) in problem["detail"]


async def test_a_text_may_be_just_so_long(api: Api, scene: Scene) -> None:
    last = ("file_report", "suspend_person")  # who is reported or suspended does not write on
    for (name, _), longest in sorted(LONGEST.items(), key=lambda one: one[0][0] in last):
        # All kinds in one: bytes, or halves of a character, would be counted as too many.
        answer = await write(api, scene, name, text_of(longest, "".join(CHARACTERS)))
        assert answer.is_success, (name, answer.text)


def text_of(length: int, characters: str) -> str:
    return (characters * length)[:length]


async def test_text_is_kept_in_normal_form(api: Api, scene: Scene) -> None:
    for name in ("register_person", "send_message", "edit_message"):
        kept = done(await write(api, scene, name, f"caf{DECOMPOSED}"))
        kept = kept.get("message", kept)
        assert kept[TEXTS[name]] == unicodedata.normalize("NFC", f"caf{DECOMPOSED}"), name
        assert len(kept[TEXTS[name]]) == len("cafe"), name


async def test_what_people_write_comes_back_as_they_wrote_it(api: Api) -> None:
    pair = await given.a_pair(api)
    texts = [
        "  indented\n\tand broken ",
        "नमस्ते \N{GRINNING FACE} \N{ZERO WIDTH JOINER}",
        "'; DROP TABLE messages; --",
        "<script>alert(1)</script>",
        '{"text": "\\u0000"}',
        "%00 %s $1 :name",
    ]
    for text in texts:
        assert (await given.a_message(api, pair, pair.a, text))["text"] == text
    listed = await api.all_of(f"{pair.path}/messages")
    assert {message["text"] for message in listed} == set(texts)


@pytest.mark.parametrize("name", ["", "x" * 129, "\n", "a\tb", "é", "\N{SNOWMAN}", "a\x00b"])
async def test_a_client_message_id_is_short_and_printable(
    api: Api, still: Scene, name: str
) -> None:
    body: dict[str, Any] = {**still.body("send_message"), "client_message_id": name}
    async with unchanged(api, still):
        answer = await api.post(f"{still.pair.path}/messages", body)
        problem = invalid(answer)
        assert pointers(problem) == ["/client_message_id"]


async def test_a_client_message_id_may_be_a_space(api: Api) -> None:
    pair = await given.a_pair(api)
    body = {"sender_id": pair.a, "text": "Hello", "client_message_id": " "}
    assert (await api.post(f"{pair.path}/messages", body)).status_code == 201
