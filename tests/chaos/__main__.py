"""`make chaos`: two servers, two workers, constant load, and faults; then an audit."""

import argparse
import asyncio
import os
import random
import secrets
import socket
import sys
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import asyncpg
import httpx
import uvicorn
from attrs import frozen

from adapters.postgres.migrate import migrate
from domain.identity.service_keys import Scope
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import on_postgres
from tests.chaos.audit import open_calls, undelivered, violations
from tests.chaos.database import Database
from tests.chaos.faults import all_faults, in_turn
from tests.chaos.load import Load
from tests.chaos.processes import Process
from tests.chaos.receiver import Receiver

PAIRS = 8
DRAIN_SECONDS = 120
RULEBOOK = """
[video.unlock]
base_messages = 100000
[video.calls]
answer_seconds = 5
reconnect_seconds = 5
longest_seconds = 60
"""


@frozen
class Site:
    """What runs."""

    url: str
    database: Database
    servers: tuple[Process, ...]
    workers: tuple[Process, ...]

    @property
    def processes(self) -> tuple[Process, ...]:
        """All that can be killed."""
        return (*self.servers, *self.workers)


def main() -> None:
    """Run, and end with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10_000))
    parser.add_argument("--keep", type=Path, help="keep the logs in this folder")
    options = parser.parse_args()
    with TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o711)
        logs = options.keep or folder
        logs.mkdir(parents=True, exist_ok=True)
        sys.exit(asyncio.run(_run(options.seed, folder, logs)))


async def _run(seed: int, folder: Path, logs: Path) -> int:
    print(f"seed {seed}")
    began = time.monotonic()

    def tell(what: str) -> None:
        print(f"{time.monotonic() - began:6.1f} s  {what}", flush=True)

    chance = random.Random(seed)
    receiver = Receiver(seed)
    async with AsyncExitStack() as running:
        site = await running.enter_async_context(_site(folder, logs))
        receiving = await running.enter_async_context(_serving(receiver))
        key = await _key(site.url, folder)
        load = Load(tuple(server.port or 0 for server in site.servers), key, chance)
        client = await running.enter_async_context(_client())
        receiver.trust(await _endpoint(client, site, key, receiving))
        tell("all is up")
        async with _loaded(client, site, key, load):
            await in_turn(all_faults(site.processes, site.database), chance, tell)
            await asyncio.sleep(3)
        tell("the load has ended")
        await _drained(site, receiver, tell)
        found = await _audited(site, load, receiver)
        for process in site.processes:
            if not process.is_running():
                found.append(f"{process.name} ended before it was asked to stop")
            status = process.stop()
            if status != 0:
                found.append(f"{process.name} ended with {status} when it was asked to stop")
    _report(load, receiver, found, time.monotonic() - began)
    return 1 if found else 0


@asynccontextmanager
async def _site(folder: Path, logs: Path) -> AsyncIterator[Site]:
    database = Database(folder / "data")
    url = database.start()
    rulebook = folder / "rulebook.toml"
    rulebook.write_text(RULEBOOK)
    environment = {
        "KITHKIN_DATABASE_URL": url,
        "KITHKIN_RULEBOOK": str(rulebook),
        "KITHKIN_LOG_FORMAT": "json",
        "KITHKIN_WEBHOOK_PRIVATE_ADDRESSES": "true",
        "KITHKIN_PEPPER": secrets.token_hex(32),
    }

    def process(name: str, *arguments: str, port: int | None = None) -> Process:
        return Process(name, arguments, environment, logs / f"{name}.log", port)

    def server(number: int) -> Process:
        port = _free_port()
        return process(f"server-{number}", "serve", "--port", str(port), port=port)

    site = Site(
        url,
        database,
        (server(1), server(2)),
        (process("worker-1", "worker"), process("worker-2", "worker")),
    )
    try:
        await migrate(url)
        for each in site.processes:
            each.start()
        await asyncio.gather(*(each.ready() for each in site.processes))
        yield site
    finally:
        for each in site.processes:
            if each.is_running():
                each.kill()
        database.stop()


@asynccontextmanager
async def _serving(receiver: Receiver) -> AsyncIterator[str]:
    config = uvicorn.Config(receiver.app(), port=_free_port(), log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    server.install_signal_handlers = lambda: None  # type: ignore[attr-defined]
    running = asyncio.create_task(server.serve())
    try:
        yield f"http://127.0.0.1:{config.port}/events"
    finally:
        server.should_exit = True
        await running


@asynccontextmanager
async def _client() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(limits=httpx.Limits(max_connections=100)) as client:
        yield client


async def _key(url: str, folder: Path) -> str:
    kithkin = on_postgres(Settings(rulebook=folder / "rulebook.toml"), url)
    await kithkin.open()
    try:
        return (await kithkin.identity.create_key()(Scope.ADMIN)).secret
    finally:
        await kithkin.close()


async def _made(client: httpx.AsyncClient, site: Site, key: str, path: str, body: Any) -> Any:  # noqa: ANN401 - JSON
    answer = await client.post(
        f"http://127.0.0.1:{site.servers[0].port}{path}",
        json=body,
        headers={"Authorization": f"Bearer {key}"},
    )
    answer.raise_for_status()
    return answer.json()


async def _endpoint(client: httpx.AsyncClient, site: Site, key: str, url: str) -> str:
    made = await _made(client, site, key, "/v1/webhook-endpoints", {"url": url})
    secret: str = made["secret"]
    return secret


@asynccontextmanager
async def _loaded(
    client: httpx.AsyncClient, site: Site, key: str, load: Load
) -> AsyncIterator[None]:
    stop = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        for number in range(PAIRS):
            one, two = [
                (await _made(client, site, key, "/v1/persons", {"name": f"{side} {number}"}))["id"]
                for side in "AB"
            ]
            opened = await _made(
                client, site, key, "/v1/conversations", {"kind": "pair", "participants": [one, two]}
            )
            conversation = opened["id"]
            for person in (one, two):
                tasks.create_task(load.write(client, conversation, person, stop))
            tasks.create_task(load.call(client, conversation, (one, two), stop))
        try:
            yield
        finally:
            stop.set()


async def _drained(site: Site, receiver: Receiver, tell: Any) -> None:  # noqa: ANN401 - a callable
    """Wait until nothing is left to be done, which must come of itself."""
    connection = await asyncpg.connect(site.url)
    try:
        deadline = time.monotonic() + DRAIN_SECONDS
        while True:
            left = await undelivered(connection, receiver), await open_calls(connection)
            if left == (0, 0) or time.monotonic() > deadline:
                break
            await asyncio.sleep(1)
        tell(f"{left[0]} events and {left[1]} calls are left to be dealt with")
    finally:
        await connection.close()


async def _audited(site: Site, load: Load, receiver: Receiver) -> list[str]:
    connection = await asyncpg.connect(site.url)
    try:
        return [violation async for violation in violations(connection, load, receiver)]
    finally:
        await connection.close()


def _report(load: Load, receiver: Receiver, found: list[str], seconds: float) -> None:
    answers = ", ".join(
        f"{number} x {status or 'no answer'}" for status, number in sorted(load.answers.items())
    )
    print(f"\nanswers: {answers}")
    print(f"accepted: {len(load.accepted)} messages, {len(load.calls)} calls")
    print(
        f"webhooks: {len(receiver.first)} events in {receiver.deliveries} deliveries, "
        f"{receiver.failed} refused on purpose"
    )
    for violation in found[:50]:
        print(f"WRONG: {violation}")
    print(f"{len(found)} violations in {seconds:.0f} s")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    os.environ.pop("PYTHONASYNCIODEBUG", None)
    main()
