"""Persons who write and call, whatever happens, until each act has an answer."""

import asyncio
import random
from collections import Counter
from itertools import count
from typing import Any

import httpx
from attrs import define, field, frozen

_TIMEOUT_SECONDS = 5.0
_PAUSE_SECONDS = 0.05
_TOLD_TO_WAIT = {503}


@frozen
class Accepted:
    """A message that a server said is stored."""

    conversation_id: str
    client_message_id: str
    message_id: str


@define
class Load:
    """What was asked of the servers, and what they said.

    Attributes:
        ports: The servers; each try takes any of them.
        key: A service key.
        chance: Chooses.
        attempted: All messages that were tried: conversation and client_message_id.
        accepted: Those with an answer.
        calls: Ids of calls with an answer.
        answers: How often each status was given; 0 stands for none.
    """

    ports: tuple[int, ...]
    key: str
    chance: random.Random
    attempted: set[tuple[str, str]] = field(factory=set, init=False)
    accepted: list[Accepted] = field(factory=list, init=False)
    calls: list[str] = field(factory=list, init=False)
    answers: Counter[int] = field(factory=Counter, init=False)

    async def write(
        self, client: httpx.AsyncClient, conversation: str, person: str, stop: asyncio.Event
    ) -> None:
        """Send one message after another until told to stop; the last one is brought to its end."""
        for number in count():
            if stop.is_set():
                return
            name = f"{person}-{number}"
            self.attempted.add((conversation, name))
            answer = await self._until_answered(
                client,
                f"/v1/conversations/{conversation}/messages",
                name,
                {"sender_id": person, "text": f"Message {number}", "client_message_id": name},
            )
            self.accepted.append(Accepted(conversation, name, answer["message"]["id"]))

    async def call(
        self,
        client: httpx.AsyncClient,
        conversation: str,
        pair: tuple[str, str],
        stop: asyncio.Event,
    ) -> None:
        """Start calls, connect to some, and end none: time alone does."""
        for number in count():
            if stop.is_set():
                return
            name = f"{conversation}-{number}"
            call = await self._until_answered(
                client,
                f"/v1/conversations/{conversation}/video-calls",
                name,
                {"initiator_id": pair[0]},
                or_conflict=True,
            )
            if call is not None:
                self.calls.append(call["id"])
                for person in pair if self.chance.random() < 0.5 else pair[:1]:
                    await self._until_answered(
                        client,
                        f"/v1/video-calls/{call['id']}/presence",
                        f"{name}-{person}",
                        {"person_id": person, "event": "connected"},
                        or_conflict=True,
                    )
            await asyncio.sleep(1 + self.chance.random())

    async def _until_answered(
        self,
        client: httpx.AsyncClient,
        path: str,
        name: str,
        body: dict[str, str],
        *,
        or_conflict: bool = False,
    ) -> Any:  # noqa: ANN401 - JSON
        """Ask again, of any server, with the same key, until the answer is final."""
        while True:
            port = self.chance.choice(self.ports)
            try:
                answer = await client.post(
                    f"http://127.0.0.1:{port}{path}",
                    json=body,
                    headers={"Authorization": f"Bearer {self.key}", "Idempotency-Key": name},
                    timeout=_TIMEOUT_SECONDS,
                )
            except httpx.HTTPError:
                self.answers[0] += 1
                await asyncio.sleep(_PAUSE_SECONDS)
                continue
            self.answers[answer.status_code] += 1
            if answer.is_success:
                return answer.json()
            conflict = answer.status_code == httpx.codes.CONFLICT
            if conflict and or_conflict and answer.json()["code"] != "request_in_progress":
                return None
            if answer.status_code not in _TOLD_TO_WAIT and not conflict:
                raise AssertionError(f"{path} answered {answer.status_code}: {answer.text}")
            await asyncio.sleep(_PAUSE_SECONDS)
