"""Twenty sessions of a written conversation, and what is known after each of them."""

import asyncio
import random
import tomllib
from pathlib import Path
from typing import Any

import pytest
from attrs import define

from adapters.llm.offline import OfflineModel
from application.personas.grow_summary import learned
from application.personas.language_model import (
    Observed,
    ObserveRequest,
)
from domain.personas.conversations import CompanionConversation
from domain.personas.events import Growth
from domain.personas.merge import merged
from domain.personas.personas import Slider, Sliders
from domain.personas.sessions import EndedCompanionSession
from domain.shared.ids import PersonId
from tests.contracts.companions import (
    Companions,
    Scripted,
    few_free,
    growth_job,
)
from tests.contracts.stores import Stores
from tests.contracts.values import DAY, MINUTE, START

HERE = Path(__file__).parent
WRITTEN = tomllib.loads((HERE / "twenty_sessions.toml").read_text(encoding="utf-8"))
TWENTY: list[dict[str, Any]] = WRITTEN["sessions"]
HEADER = (
    "What is known after each session: confidence in percent | warmth, playfulness, directness,"
    " pace, depth | traits valued | partner | to work on | next time | love language | fit"
)
TABLE = (HERE / "twenty_sessions.txt").read_text(encoding="utf-8")


async def a_year(companions: Companions, *, grow_each: bool, chance: random.Random) -> str:
    """Hold the twenty sessions, and give the table of what was known after each."""
    conversation = await companions.opened()
    person_id = conversation.person_id
    sessions = []
    for number, written in enumerate(TWENTY):
        at = START + written["day"] * DAY + number * MINUTE
        await companions.stores.clock.move_to(at)
        sessions.append(await _held(companions, conversation, written))
        if grow_each:
            await companions.summarised(person_id)
    if not grow_each:
        jobs = [growth_job(person_id) for _ in range(3 * len(sessions))]
        while jobs:
            batch = [jobs.pop() for _ in range(min(len(jobs), chance.randrange(1, 5)))]
            await asyncio.gather(*(companions.grow(job) for job in batch))
    return await _table(companions, person_id, [await companions.session(one) for one in sessions])


async def _held(
    companions: Companions, conversation: CompanionConversation, written: dict[str, Any]
) -> EndedCompanionSession:
    for number, text in enumerate(written["said"]):
        if isinstance(companions.model, Written):
            companions.model.pieces = (written["answers"][number % len(written["answers"])],)
        await companions.said(conversation, text)
    return await companions.end(conversation.id, None)


async def _table(
    companions: Companions, person_id: PersonId, sessions: list[EndedCompanionSession]
) -> str:
    history = (await companions.queries.persona(person_id, None, 200)).history.items
    moved = {one.session_id: one.sliders for one in history if one.session_id is not None}
    lines, sliders = [HEADER], Sliders()
    for number, session in enumerate(sessions, start=1):
        sliders = moved.get(session.id, sliders)
        places = " ".join(f"{sliders.place(slider):+d}" for slider in Slider)
        if session.growth is not Growth.SUMMARISED:
            lines.append(f"{number:2} {session.growth}")
            continue
        known = session.summary
        confidence = f"{session.confidence // 100}.{session.confidence % 100:02}"
        lines.append(
            f"{number:2} {session.growth:10} {confidence:>6} | {places} | "
            f"{', '.join(known.top_3_traits_you_value)} | {known.partner_type_one_liner} | "
            f"{', '.join(known.what_you_might_work_on)} | {', '.join(known.next_time_focus)} | "
            f"{known.love_language_guess} | {known.communication_fit}"
        )
    return "\n".join(lines) + "\n"


@define
class Written(Scripted):
    """Answers as it is written, and observes as the offline model does."""

    async def observe(self, request: ObserveRequest) -> Observed:
        """Give what the person's words show."""
        return await OfflineModel().observe(request)


async def test_twenty_written_sessions_come_to_what_is_written_down(stores: Stores) -> None:
    companions = Companions(stores, Written(), few_free(messages=1000))
    assert await a_year(companions, grow_each=True, chance=random.Random(0)) == TABLE


@pytest.mark.parametrize("seed", [1, 2])
async def test_they_come_to_the_same_whatever_the_order_of_the_jobs(
    stores: Stores, seed: int
) -> None:
    companions = Companions(stores, Written(), few_free(messages=1000))
    assert await a_year(companions, grow_each=False, chance=random.Random(seed)) == TABLE


async def test_the_merge_of_what_was_observed_knows_no_order(stores: Stores) -> None:
    companions = Companions(stores, Written(), few_free(messages=1000))
    conversation = await companions.opened()
    for number, written in enumerate(TWENTY):
        await stores.clock.move_to(START + written["day"] * DAY + number * MINUTE)
        await _held(companions, conversation, written)
        await companions.summarised(conversation.person_id)
    sessions = await stores.growth_records.summarised(conversation.person_id)
    said = await stores.observations.of_person(conversation.person_id)
    told = list(learned(sessions, said))
    policy = companions.keep.policy
    once = merged(told, policy)
    random.Random(3).shuffle(told)
    assert merged(told, policy) == once
    assert once[-1].summary == sessions[-1].summary
