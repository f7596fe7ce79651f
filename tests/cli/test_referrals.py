"""`kithkin referrals`, beside a database that runs."""

import asyncio
import json
from pathlib import Path
from uuid import UUID

import pytest

from adapters.postgres.embedded import running_url
from application.referrals.judge_redemption import RedeemRequest
from application.referrals.read_tree import MOST_LEVELS, Branch, Tree
from domain.identity.profile import Profile
from domain.shared.ids import PersonId
from entrypoints.cli.referrals import draw
from entrypoints.settings import Settings
from entrypoints.wiring.kithkin import Kithkin, on_postgres
from tests.cli.conftest import RunCommand


@pytest.fixture(scope="module")
def persons(data: Path) -> list[UUID]:
    """Four persons: two came by the first, and one by the second."""
    url = running_url(data)
    assert url
    return asyncio.run(_persons(url))


async def _persons(url: str) -> list[UUID]:
    kithkin = on_postgres(Settings(pepper="p" * 32), url)
    await kithkin.open()
    register = kithkin.identity.register_person()
    first, second, third, fourth = [(await register(Profile(name="Asha"))).id for _ in range(4)]
    for referee, referrer in ((second, first), (third, first), (fourth, second)):
        await _comes_by(kithkin, referee, referrer)
    await kithkin.close()
    return [first, second, third, fourth]


async def _comes_by(kithkin: Kithkin, referee: PersonId, referrer: PersonId) -> None:
    code, _ = await kithkin.referrals.make_code()(referrer)
    request = RedeemRequest(person_id=referee, code=code.code)
    redeemed = await kithkin.referrals.redeem_referral()(request)
    assert redeemed.referral is not None


def test_the_tree_is_drawn(kithkin: RunCommand, data: Path, persons: list[UUID]) -> None:
    result = kithkin("referrals", "tree", persons[0], "--data", data)
    assert (result.status, result.err) == (0, "")
    lines = result.out.splitlines()
    assert str(persons[0]) in lines[0]
    [second, fourth] = [
        next(line for line in lines if str(person) in line) for person in (persons[1], persons[3])
    ]
    assert fourth.index(str(persons[3])) > second.index(str(persons[1])) > 0
    assert "signed_up" in second
    assert "3 persons below" in lines[-1]


def test_the_tree_is_written_as_json(kithkin: RunCommand, data: Path, persons: list[UUID]) -> None:
    result = kithkin("referrals", "tree", persons[0], "--data", data, "--json")
    tree = json.loads(result.out)
    assert (tree["persons"], tree["whole"]) == (3, True)
    below = {branch["person_id"]: branch for branch in tree["root"]["branches"]}
    assert set(below) == {str(persons[1]), str(persons[2])}
    [last] = below[str(persons[1])]["branches"]
    assert (last["person_id"], last["state"], last["branches"]) == (
        str(persons[3]),
        "signed_up",
        [],
    )


def test_a_large_tree_is_cut(kithkin: RunCommand, data: Path, persons: list[UUID]) -> None:
    result = kithkin("referrals", "tree", persons[0], "--data", data, "--most", "2")
    assert "2 persons below; more are not shown: see --most" in result.out
    assert str(persons[3]) not in result.out


def test_a_stranger_is_told_to_check_the_id(kithkin: RunCommand, data: Path) -> None:
    result = kithkin("referrals", "tree", UUID(int=7), "--data", data)
    assert (result.status, "check the id" in result.err) == (1, True)


def test_a_deep_tree_is_drawn_with_whole_ids_and_written(
    capsys: pytest.CaptureFixture[str],
) -> None:
    ids = [UUID(int=number) for number in range(MOST_LEVELS + 1)]
    root = place = Branch(PersonId(ids[0]))
    for number in ids[1:]:
        place.branches = [Branch(PersonId(number))]
        place = place.branches[0]
    draw(Tree(root, MOST_LEVELS, whole=True), as_json=False)
    lines = capsys.readouterr().out.splitlines()
    assert all(str(known) in line for known, line in zip(ids, lines, strict=False))
    draw(Tree(root, MOST_LEVELS, whole=True), as_json=True)
    assert json.loads(capsys.readouterr().out)["persons"] == MOST_LEVELS
