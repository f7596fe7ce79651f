"""A year of everything at once: buying, referring and companions beside all the rest."""

import re
from typing import Any, get_args

import attrs
import pytest

from domain.billing.quotes import Quote, quoted
from tests.postgres import migrated_database
from tests.simulation import __main__ as command_line
from tests.simulation.agreement import compared
from tests.simulation.run import YEAR, simulate, simulate_years, whole_in_memory
from tests.simulation.whole_chance import WholeChance
from tests.simulation.whole_commands import WholeCommand

SEED, STEPS = 5, 2000
SEED_ON_POSTGRES, STEPS_ON_POSTGRES = 3, 200
RARE = {"ForgetMe", "GiveCredit", "DropCode", "Reconcile", "ChoosePersona"}


async def test_what_must_hold_holds_while_people_buy_refer_and_talk() -> None:
    run = await simulate(SEED, STEPS, whole_in_memory, WholeChance, YEAR)
    assert run.violation is None
    assert {kind.__name__ for kind in get_args(WholeCommand)} - set(run.kinds) <= RARE
    statuses = {str(answer["status"]) for answer in run.answers if "status" in answer}
    assert statuses >= {"pending", "success"}
    assert any("back" in answer for answer in run.answers)
    assert {str(answer["outcome"]) for answer in run.answers if "outcome" in answer} >= {
        "accepted",
        "rejected",
    }
    assert any(answer.get("partial") for answer in run.answers)
    assert run.refusals["payment_provider_away"]


async def test_the_same_on_memory_and_postgres_to_the_byte(database: str) -> None:
    url = await migrated_database(database)
    run, parting = await compared(SEED_ON_POSTGRES, STEPS_ON_POSTGRES, url)
    assert parting == []
    assert len(run.answers) == STEPS_ON_POSTGRES


async def test_a_planted_defect_is_named_by_its_shortest_prefix(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("application.billing.make_quote.quoted", one_too_much)
    assert await command_line.run(SEED, 200, whole_in_memory) == 1
    written = capsys.readouterr().out
    named = re.search(rf"the shortest failing prefix: --seed {SEED} --steps (\d+)\n", written)
    assert named is not None
    steps = int(named[1])
    assert f"\n{steps:6} Quote(" in written
    assert "the lines do not add up" in written
    shorter = await simulate_years(SEED, steps - 1, whole_in_memory, WholeChance)
    assert shorter.failing is None


def one_too_much(*given: Any) -> Quote:
    quote = quoted(*given)
    return attrs.evolve(quote, total_minor=quote.total_minor + 1)
