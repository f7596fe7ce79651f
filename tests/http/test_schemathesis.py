"""Whatever the description allows, and much that it does not, is answered as it says."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
import pytest_asyncio
from hypothesis import settings

from entrypoints.settings import Settings
from tests.http import given
from tests.http.api import Api, asking
from tests.http.running import open_folder, served
from tests.postgres import migrated_database

SECONDS = 120
SEED = 2026
EXAMPLES = settings().max_examples // 20
"""For each operation, in each of the ways in which they are made up."""
CONFIGURATION = Path(__file__).with_name("schemathesis.toml")
PERSONS = 4


@pytest_asyncio.fixture(scope="module")
async def api(cluster: str) -> AsyncIterator[Api]:
    """A server whose time and persons may be played with, on a database of its own."""
    url = await migrated_database(cluster)
    with served(Settings(database_url=url, test_clock=True, relay=False)) as server:
        async with asking(server) as api:
            yield api


async def write_what_is_there(api: Api, folder: Path) -> None:
    """Make one of most things, and list them for the configuration."""
    persons = [await given.a_person(api) for _ in range(PERSONS)]
    pairs = [
        await given.a_pair_of(api, one, two)
        for number, one in enumerate(persons)
        for two in persons[:number]
    ]
    messages = [
        (await given.a_message(api, pair, sender))["id"]
        for pair in pairs
        for sender in (pair.a, pair.b)
    ]
    askers = {pair.a: pair for pair in pairs}.values()
    prompts = [(await given.a_prompt(api, pair))["id"] for pair in askers]
    calls = [await given.a_call(api, pair) for pair in pairs]
    conversations = [pair.id for pair in pairs]
    write(folder / "persons.txt", persons)
    write(folder / "leavers.txt", [await given.a_person(api) for _ in range(PERSONS)])
    write(folder / "conversations.txt", conversations)
    write(folder / "messages.txt", messages)
    write(folder / "calls.txt", calls)
    write(folder / "prompts.txt", prompts)
    write(folder / "endpoints.txt", [await given.an_endpoint(api)])


def unmeasured() -> dict[str, str]:
    """The environment in which no coverage is measured: it would take most of the time."""
    return {name: value for name, value in os.environ.items() if "COVERAGE" not in name}


def write(file: Path, idents: Sequence[str]) -> None:
    file.write_text("".join(f'"{ident}"\n' for ident in idents))


async def test_schemathesis_finds_nothing(api: Api, capfd: pytest.CaptureFixture[str]) -> None:
    with open_folder() as folder:
        shutil.copy(CONFIGURATION, folder)
        await write_what_is_there(api, folder)
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name("schemathesis"),
            "run",
            f"{api.served.url}/schema/openapi.json",
            f"--header=Authorization: Bearer {api.served.keys['admin']}",
            f"--seed={SEED}",
            f"--max-examples={EXAMPLES}",
            f"--request-timeout={SECONDS}",
            "--no-color",
            cwd=folder,
            env=unmeasured(),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        output = (await process.communicate())[0].decode()
    assert process.returncode == 0, output
    _, title, summary = output.partition("== SUMMARY ==")
    left_out = 3  # the stream, and the two of Google
    assert f"Selected: {len(api.description.operations) - left_out}/" in summary
    with capfd.disabled():
        sys.stderr.write(f"\nSchemathesis{title}{summary}")
