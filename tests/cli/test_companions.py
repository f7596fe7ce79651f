"""`kithkin chat`, and `kithkin persona` beside a database that runs."""

import asyncio
import io
import json
import sys
from pathlib import Path
from uuid import UUID
from xml.etree import ElementTree

import pytest
from uuid_utils.compat import uuid7

from adapters.postgres.embedded import running_url
from application.personas.ask_companion import AskRequest
from application.personas.keep_talk import GROW_SUMMARY
from application.shared.jobs import Job, first_state
from domain.identity.profile import Profile
from domain.personas.personas import Baseline
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import on_postgres
from tests.cli.conftest import RunCommand

TALK = (
    "I love honest people, who tell me what they think and never play games.",
    "I value honesty most of all.",
    "I snapped at my sister and lost my temper, I shout too much.",
    "I need kind people, kindness matters to me more than looks do.",
    "Please be more direct with me, just tell me what you see.",
    "Come to the point with me, I like it straight.",
)


@pytest.fixture(scope="module")
def person(data: Path) -> UUID:
    """Somebody who has talked with their companion."""
    url = running_url(data)
    assert url
    return asyncio.run(_person(url))


async def _person(url: str) -> UUID:
    kithkin = on_postgres(Settings(), url)
    await kithkin.open()
    asha = await kithkin.identity.register_person()(Profile(name="Asha"))
    personas = kithkin.personas
    opened = await personas.open_companion()(asha.id, Baseline.CALM_MATURE)
    talk = opened.conversation.id
    for text in TALK:
        asked = await personas.ask_companion()(
            AskRequest(conversation_id=talk, viewer_id=None, text=text)
        )
        await personas.answer_companion()(asked)
    await personas.end_session()(talk, asha.id)
    now = await kithkin.clock.now()
    job = first_state(Job(kind=GROW_SUMMARY, key=str(asha.id), at=now), uuid7())
    await personas.grow_summary()(job)
    await kithkin.close()
    return asha.id


def test_the_history_is_drawn(kithkin: RunCommand, data: Path, person: UUID) -> None:
    result = kithkin("persona", "history", person, "--data", data)
    assert (result.status, result.err) == (0, "")
    for part in ("warmth", "directness", "---o-", "7.16 %"):
        assert part in result.out


def test_the_history_is_written_as_the_api_gives_it(
    kithkin: RunCommand, data: Path, person: UUID
) -> None:
    [session] = json.loads(kithkin("persona", "history", person, "--data", data, "--json").out)
    assert session["growth"] == "summarised"
    assert session["summary"]["top_3_traits_you_value"] == ["Honesty", "Kindness"]


def test_the_history_is_drawn_into_a_file(
    kithkin: RunCommand, data: Path, person: UUID, tmp_path: Path
) -> None:
    svg = tmp_path / "history.svg"
    assert kithkin("persona", "history", person, "--data", data, "--svg", svg).status == 0
    drawing = ElementTree.fromstring(svg.read_text(encoding="utf-8"))
    texts = [one.text for one in drawing.iter("{http://www.w3.org/2000/svg}text")]
    assert texts == [
        "warmth",
        "playfulness",
        "directness",
        "pace",
        "depth",
        "confidence 7.16 %",
    ]
    assert len(list(drawing.iter("{http://www.w3.org/2000/svg}circle"))) == 6


def test_who_never_talked_has_no_history(kithkin: RunCommand, data: Path) -> None:
    result = kithkin("persona", "history", UUID(int=1), "--data", data)
    assert result.status == 1
    assert "00000000-0000-0000-0000-000000000001" in result.err


def test_a_talk_ends_with_what_its_words_tell(
    kithkin: RunCommand, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = running_url(data)
    assert url
    person = asyncio.run(_person(url))
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join((*TALK, "/end", "not heard"))))
    asked = ("--persona", "playful_flirty", "--person", person, "--data", data)
    result = kithkin("chat", *asked)
    assert (result.status, result.err) == (0, "")
    for part in ("Honesty", "Kindness", TALK[3][:20], "confidence"):
        assert part in result.out


def test_a_short_talk_says_what_it_lacks(
    kithkin: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Hello\n"))
    result = kithkin("chat")
    assert (result.status, result.err) == (0, "")
    assert "Messages of the person: 1; a summary needs 6." in result.out
    assert "Nothing is known yet." in result.out


def test_a_line_that_is_not_taken_ends_no_talk(
    kithkin: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{'x' * 4001}\na\0b\nHello\n"))
    result = kithkin("chat")
    assert (result.status, result.err) == (0, "")
    assert result.out.count("Not sent") == 2
    assert "Messages of the person: 1;" in result.out


def test_a_talk_that_is_broken_off_at_the_prompt_is_summarised(
    kithkin: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Interrupted(io.StringIO):
        def readline(self, size: int | None = -1, /) -> str:  # type: ignore[override]
            line = super().readline(-1 if size is None else size)
            if not line:
                raise KeyboardInterrupt
            return line

    monkeypatch.setattr(sys, "stdin", Interrupted("\n".join((*TALK, ""))))
    result = kithkin("chat")
    assert (result.status, result.err) == (0, "")
    assert "Honesty" in result.out


def test_a_talk_is_with_the_model_that_the_settings_choose(
    kithkin: RunCommand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("Hello\n"))
    result = kithkin(
        "chat",
        KITHKIN_LLM="openai",
        KITHKIN_LLM_BASE_URL="http://127.0.0.1:9/v1",
        KITHKIN_LLM_MODEL="a-model",
        KITHKIN_LLM_INPUT_PRICE_MICROS="0",
        KITHKIN_LLM_OUTPUT_PRICE_MICROS="0",
    )
    assert result.status == 0
    assert "Broken off" in result.out


def test_words_steer_no_terminal(
    kithkin: RunCommand, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = running_url(data)
    assert url
    person = asyncio.run(_person(url))
    talk = (f"\x1b[2J {TALK[0]}", *TALK[1:])
    monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join(talk)))
    result = kithkin("chat", "--person", person, "--data", data)
    assert result.status == 0
    assert "Honesty" in result.out
    assert "\x1b[2J" not in result.out
