"""Blocks between persons, and reports of them."""

from uuid import UUID

import pytest

from application.identity.file_report import FileReportRequest
from domain.identity.events import PersonBlocked, PersonReported, PersonUnblocked
from domain.shared.ids import PersonId
from tests.application.world import NO_MESSAGE, NOBODY, START, Pair, World


async def block(world: World, one: PersonId, two: PersonId) -> None:
    await world.kithkin.identity.block_person()(one, two)


async def unblock(world: World, one: PersonId, two: PersonId) -> None:
    await world.kithkin.identity.unblock_person()(one, two)


async def test_blocking_twice_is_blocking_once(world: World, pair: Pair) -> None:
    await block(world, pair.ana, pair.ben)
    await block(world, pair.ana, pair.ben)
    (event,) = [event for event in world.events if isinstance(event, PersonBlocked)]
    assert (event.person_id, event.blocked_id, event.at) == (pair.ana, pair.ben, START)


async def test_each_of_two_blocks_for_themself(world: World, pair: Pair) -> None:
    await block(world, pair.ana, pair.ben)
    await block(world, pair.ben, pair.ana)
    await unblock(world, pair.ana, pair.ben)
    with world.refused("pair_blocked"):
        await world.send(pair.talk, pair.ana)
    await unblock(world, pair.ben, pair.ana)
    assert (await world.sent(pair.talk, pair.ana)).created


async def test_unblocking_tells_only_of_a_block_that_was(world: World, pair: Pair) -> None:
    await unblock(world, pair.ana, pair.ben)
    await block(world, pair.ben, pair.ana)
    await unblock(world, pair.ana, pair.ben)
    assert not any(isinstance(event, PersonUnblocked) for event in world.events)
    await unblock(world, pair.ben, pair.ana)
    (event,) = [event for event in world.events if isinstance(event, PersonUnblocked)]
    assert (event.person_id, event.blocked_id) == (pair.ben, pair.ana)


async def test_nobody_blocks_themself(world: World, pair: Pair) -> None:
    with world.refused("invalid_value"):
        await block(world, pair.ana, pair.ana)


async def test_blocks_need_two_persons_who_exist(world: World, pair: Pair) -> None:
    for one, two in ((pair.ana, NOBODY), (NOBODY, pair.ana)):
        with world.refused("not_found"):
            await block(world, one, two)
        with world.refused("not_found"):
            await unblock(world, one, two)


async def test_a_report_is_kept_for_review(world: World, pair: Pair) -> None:
    shown = (await world.sent(pair.talk, pair.ben)).message.id
    report = await world.kithkin.identity.file_report()(
        FileReportRequest(
            reporter_id=pair.ana,
            reported_id=pair.ben,
            reason="Spam.",
            evidence_message_ids=(shown, shown),
        )
    )
    assert report.evidence_message_ids == (shown,)
    queries = world.kithkin.identity.queries()
    assert (await queries.all_reports(pair.ben, None, 10)).items == (report,)
    assert (await queries.all_reports(None, None, 10)).items == (report,)
    assert (await queries.all_reports(pair.ana, None, 10)).items == ()
    event = world.events[-1]
    assert isinstance(event, PersonReported)
    assert (event.person_id, event.reporter_id) == (pair.ben, pair.ana)
    assert event.report_id == report.id
    assert isinstance(report.id, UUID)


async def test_evidence_stands_in_a_conversation_of_the_two(world: World, pair: Pair) -> None:
    eve = await world.person(name="Eve")
    ana = await world.kithkin.identity.queries().person(pair.ana)
    elsewhere = await world.sent(await world.conversation(ana, eve), pair.ana)
    for evidence in (elsewhere.message.id, NO_MESSAGE):
        with world.refused("invalid_value"):
            await world.kithkin.identity.file_report()(
                FileReportRequest(
                    reporter_id=pair.ana,
                    reported_id=pair.ben,
                    reason="Spam.",
                    evidence_message_ids=(evidence,),
                )
            )
    assert (await world.kithkin.identity.queries().all_reports(None, None, 10)).items == ()


@pytest.mark.parametrize(
    ("code", "reporter", "reported", "reason"),
    [
        ("invalid_value", "ana", "ana", "Spam."),
        ("invalid_value", "ana", "ben", ""),
        ("not_found", "ana", "nobody", "Spam."),
        ("not_found", "nobody", "ben", "Spam."),
    ],
)
async def test_a_report_that_cannot_be_is_refused(
    world: World, pair: Pair, code: str, reporter: str, reported: str, reason: str
) -> None:
    persons = {"ana": pair.ana, "ben": pair.ben, "nobody": NOBODY}
    with world.refused(code):
        await world.kithkin.identity.file_report()(
            FileReportRequest(
                reporter_id=persons[reporter], reported_id=persons[reported], reason=reason
            )
        )
