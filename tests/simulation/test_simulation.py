"""Weeks of many people's doings: Kithkin and a model written apart from it agree on every step."""

import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from pathlib import Path
from typing import get_args

import pytest
from attrs import define

from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import on_postgres
from tests.postgres import migrated_database
from tests.simulation import rules
from tests.simulation.agreement import on_executor
from tests.simulation.chance import ChanceOfUse
from tests.simulation.commands import Answer, Command, Send
from tests.simulation.journal import START
from tests.simulation.kithkin import Simulated
from tests.simulation.run import NewKithkin, Run, kithkin_in_memory, shortest_failing, simulate
from tests.simulation.usage_commands import UsageCommand
from tests.simulation.whole_commands import WholeCommand

SEED, STEPS = 1, 5600
SEEDS_ON_POSTGRES, STEPS_ON_POSTGRES = (16, 18), 450
REPOSITORY = Path(__file__).parents[2]

SEED_OF_USE, STEPS_OF_USE = 2, 3000

REFUSALS_OF_USE = {
    *("seconds_missing", "usage_limit_reached", "usage_session_settled"),
    *("invalid_value", "not_found", "person_deleted", "person_suspended"),
}
REFUSALS = {
    *("client_message_id_reused", "daily_message_limit_reached", "edit_window_closed"),
    *("email_taken", "invalid_value", "message_deleted", "not_found", "not_the_callee"),
    *("pair_blocked", "person_suspended", "video_call_answered", "video_call_ended"),
    *("video_credits_needed", "video_message_pending", "video_message_uploaded"),
    *("video_message_failed",),
    *("video_call_in_progress", "person_deleted", "partner_deleted"),
}


async def test_memory_answers_as_the_rules_say() -> None:
    run = await simulate(SEED, STEPS, kithkin_in_memory)
    assert run.violation is None
    assert len(run.answers) == STEPS
    assert set(run.kinds) == {
        kind.__name__ for kind in {*get_args(Command)} - {*get_args(WholeCommand)}
    }
    assert set(run.refusals) >= REFUSALS
    assert table_cells(run) == set(product(rules.TIERS, (100, 75, 50, 25, 0)))
    rewards = {answer["status"] for answer in run.answers if "discount_percent" in answer}
    assert rewards == {"earned", "carried", "inactive"}


async def test_memory_counts_seconds_as_the_rules_say() -> None:
    run = await simulate(SEED_OF_USE, STEPS_OF_USE, kithkin_in_memory, ChanceOfUse)
    assert run.violation is None
    assert set(run.kinds) >= {kind.__name__ for kind in get_args(UsageCommand)}
    assert set(run.refusals) >= REFUSALS_OF_USE
    ends = {answer["by"] for answer in run.answers if "by" in answer}
    assert ends >= {"request", "silence", "hold_used_up"}
    months = [answer for answer in run.answers if "bank" in answer]
    assert {month["tier"] for month in months} == set(rules.TIERS)
    sources = Counter[str]()
    for month in months:
        used = month["used"]
        assert isinstance(used, dict)
        sources.update(used)
    assert all(sources[source] for source in ("banked", "monthly", "purchased"))


def table_cells(run: Run) -> set[tuple[object, object]]:
    """Give the tiers and percents of the decay table that decisions were made by."""
    return {
        (answer["tier"], answer["percent"])
        for answer in run.answers
        if answer.get("days_since_call") is not None
    }


@pytest.mark.parametrize("seed", SEEDS_ON_POSTGRES)
async def test_postgres_answers_as_memory_does(database: str, seed: int) -> None:
    run = await simulate(seed, STEPS_ON_POSTGRES, on(await migrated_database(database)))
    assert run.violation is None
    in_memory = await simulate(seed, STEPS_ON_POSTGRES, kithkin_in_memory)
    assert run.commands == in_memory.commands
    assert run.answers == in_memory.answers


async def test_postgres_counts_seconds_as_memory_does(database: str) -> None:
    on_postgres = on(await migrated_database(database))
    run = await simulate(SEED_OF_USE, STEPS_ON_POSTGRES, on_postgres, ChanceOfUse)
    assert run.violation is None
    in_memory = await simulate(SEED_OF_USE, STEPS_ON_POSTGRES, kithkin_in_memory, ChanceOfUse)
    assert run.answers == in_memory.answers


def on(url: str) -> NewKithkin:
    @asynccontextmanager
    async def kithkin_on_postgres() -> AsyncIterator[Simulated]:
        kithkin = on_postgres(
            Settings(test_clock=True, pepper="p" * 32, event_retention_days=3660), url
        )
        await kithkin.ports.connection().open()
        await kithkin.ports.test_clock().start(START)
        yield on_executor(kithkin)
        await kithkin.close()

    return kithkin_on_postgres


@define
class Forgetful(Simulated):
    """Answers wrongly to the fortieth message, or loses the event of it."""

    loses_event: bool = False
    sent: int = 0

    async def put(self, command: Command) -> Answer:
        answer = await super().put(command)
        if isinstance(command, Send) and answer.get("created"):
            self.sent += 1
            if self.sent == 40 and not self.loses_event:
                return {**answer, "created": False}
        return answer

    async def told(self) -> list[Answer]:
        told = await super().told()
        sends = [event for event in told if event["type"] == "message_sent"]
        if self.loses_event and len(sends) >= 40:
            told.remove(sends[39])
        return told


@pytest.mark.parametrize("loses_event", [False, True])
async def test_a_violation_is_found_and_cut_to_the_step_that_makes_it(loses_event: bool) -> None:
    @asynccontextmanager
    async def forgetful() -> AsyncIterator[Simulated]:
        async with kithkin_in_memory() as sound:
            yield Forgetful(sound.kithkin, sound.outbox, sound.since, loses_event=loses_event)

    run = await simulate(SEED, 1000, forgetful)
    assert run.violation is not None
    shortest = await shortest_failing(run, forgetful)
    assert isinstance(shortest.commands[-1], Send)
    shorter = await simulate(SEED, len(shortest.commands) - 1, forgetful)
    assert shorter.violation is None


def test_it_runs_from_the_command_line() -> None:
    done = subprocess.run(
        (sys.executable, "-m", "tests.simulation", "--seed", "7", "--steps", "60"),
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith("seed 7, 60 steps")
    assert done.stdout.endswith("0 violations\n")
