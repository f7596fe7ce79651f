"""The persons and conversations that the load is about."""

from pathlib import Path

import asyncpg
from attrs import frozen

from adapters.postgres.migrate import migrate
from application.conversations.send_message import SendMessageRequest
from domain.identity.profile import Profile
from domain.identity.service_keys import Scope
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import on_postgres

BASE_MESSAGES = 100_000
"""So many a day that no measured request is refused."""
PEPPER = "of the benchmarks, and of nothing else"


@frozen
class World:
    """What a load needs to know.

    Attributes:
        key: A service key's secret.
        pairs: Conversations, each with the person who sends in it.
    """

    key: str
    pairs: list[tuple[str, str]]


def rulebook(folder: Path) -> Path:
    """Write a rulebook under which nobody runs out of messages."""
    path = folder / "rulebook.toml"
    path.write_text(f"[video.unlock]\nbase_messages = {BASE_MESSAGES}\n")
    return path


async def populated(url: str, folder: Path, pairs: int) -> World:
    """Make persons and conversations in a new database."""
    await migrate(url)
    kithkin = on_postgres(Settings(rulebook=rulebook(folder), pepper=PEPPER), url)
    await kithkin.open()
    try:
        key = await kithkin.identity.create_key()(Scope.ADMIN)
        made = []
        for number in range(pairs):
            one = await kithkin.identity.register_person()(Profile(name=f"A {number}"))
            two = await kithkin.identity.register_person()(Profile(name=f"B {number}"))
            opened = await kithkin.conversations.open_conversation()(one.id, two.id)
            await kithkin.conversations.send_message()(
                SendMessageRequest(
                    conversation_id=opened.conversation.id, sender_id=one.id, text="First"
                )
            )
            made.append((str(opened.conversation.id), str(one.id)))
    finally:
        await kithkin.close()
    await _for_the_floor(url, made)
    return World(key.secret, made)


async def _for_the_floor(url: str, pairs: list[tuple[str, str]]) -> None:
    """Number the pairs, because pgbench can only choose a number, and open their day."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "CREATE TABLE benchmark_pairs"
            " (n integer PRIMARY KEY, conversation_id uuid, person_id uuid)"
        )
        await connection.executemany(
            "INSERT INTO benchmark_pairs VALUES ($1, $2, $3)",
            [(number, *pair) for number, pair in enumerate(pairs)],
        )
        await connection.execute("VACUUM ANALYZE")
    finally:
        await connection.close()
