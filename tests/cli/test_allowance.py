"""`kithkin allowance`, beside a database that runs."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import pytest

from adapters.postgres.embedded import running_url
from domain.identity.profile import Profile
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import on_postgres
from tests.cli.conftest import RunCommand


@pytest.fixture(scope="module")
def pair(data: Path) -> tuple[UUID, UUID]:
    """A conversation, and one who takes part in it."""
    url = running_url(data)
    assert url
    return asyncio.run(_pair(url))


async def _pair(url: str) -> tuple[UUID, UUID]:
    kithkin = on_postgres(Settings(), url)
    await kithkin.open()
    one, two = [
        await kithkin.identity.register_person()(Profile(name=name, timezone="Asia/Kolkata"))
        for name in ("Asha", "Ben")
    ]
    opened = await kithkin.conversations.open_conversation()(one.id, two.id)
    await kithkin.close()
    return opened.conversation.id, one.id


def test_the_decision_is_written_as_the_api_gives_it(
    kithkin: RunCommand, data: Path, pair: tuple[UUID, UUID]
) -> None:
    result = kithkin("allowance", *pair, "--data", data, "--json")
    assert (result.status, result.err) == (0, "")
    decision = json.loads(result.out)
    assert decision["reasons"]
    assert {name: decision[name] for name in ("allowed", "sent", "limit", "base", "tier")} == {
        "allowed": True,
        "sent": 0,
        "limit": 10,
        "base": 10,
        "tier": "free",
    }
    assert decision["unlockers"] == [{"action": "complete_a_video_call", "limit": 30}]


def test_the_decision_is_drawn(kithkin: RunCommand, data: Path, pair: tuple[UUID, UUID]) -> None:
    drawn = kithkin("allowance", *pair, "--data", data).out
    for part in (
        "One more message may be sent.",
        "0 of 10 sent",
        "10 for everyone + 0 unlocked",
        "complete a video call: 30 today",
        "Count resets",
        "daily_message_limit",
        "policy ",
    ):
        assert part in drawn


def test_the_rulebook_counts(
    kithkin: RunCommand, data: Path, pair: tuple[UUID, UUID], tmp_path: Path
) -> None:
    rulebook = tmp_path / "rulebook.toml"
    rulebook.write_text("[video.unlock]\nbase_messages = 0\n")
    drawn = kithkin("allowance", *pair, "--data", data, "--rulebook", rulebook)
    assert "No message may be sent now." in drawn.out


def test_a_stranger_is_told_to_check_the_ids(
    kithkin: RunCommand, data: Path, pair: tuple[UUID, UUID]
) -> None:
    result = kithkin("allowance", pair[1], pair[0], "--data", data)
    assert (result.status, result.out) == (1, "")
    assert result.problems == [
        "Error: There is no such conversation, or this person takes no part in it; check both ids."
    ]
