"""Reports of persons, and the messages that bear them out."""

from datetime import timedelta

import attrs
import pytest
from uuid_utils.compat import uuid7

from domain.identity.reports import Report
from domain.shared.ids import MessageId
from tests.contracts import given
from tests.contracts.stores import Stores
from tests.contracts.values import DAY, MINUTE, START, a_conversation, a_person, a_report, an_event


async def test_a_report_comes_back_as_given(stores: Stores) -> None:
    reporter, reported = await given.a_person(stores), await given.a_person(stores)
    evidence = (MessageId(uuid7()), MessageId(uuid7()))
    report = a_report(reporter, reported, evidence_message_ids=evidence)
    event = an_event(reported.id)

    await stores.reports.add(report, (event,))

    page = await stores.reports.page(reported.id, None, 5)
    assert page.items == (report,)
    assert page.last is None
    assert event in await stores.outbox()


async def test_only_those_who_exist_can_be_reported(stores: Stores) -> None:
    reporter, stranger = await given.a_person(stores), a_person()
    with pytest.raises(stores.constraint_error):
        await stores.reports.add(a_report(reporter, stranger), ())
    assert (await stores.reports.page(stranger.id, None, 5)).items == ()


async def test_the_newest_report_of_a_person_comes_first(stores: Stores) -> None:
    reporter, reported = await given.a_person(stores), await given.a_person(stores)
    await stores.reports.add(a_report(reported, reporter), ())
    reports = [
        a_report(reporter, reported, created_at=START + minutes * MINUTE)
        for minutes in (0, 1, 1, 1, 2)
    ]
    for report in (reports[2], reports[0], reports[4], reports[1], reports[3]):
        await stores.reports.add(report, ())

    first = await stores.reports.page(reported.id, None, 2)
    newer = attrs.evolve(reports[4], id=a_report(reporter, reported).id, created_at=START + DAY)
    await stores.reports.add(newer, ())
    second = await stores.reports.page(reported.id, first.last, 2)
    third = await stores.reports.page(reported.id, second.last, 2)

    assert first.items + second.items + third.items == tuple(reversed(reports))
    assert third.last is None


async def test_reports_of_all_are_listed_together(stores: Stores) -> None:
    one, two = await given.a_person(stores), await given.a_person(stores)
    reports = (a_report(one, two), a_report(two, one, created_at=START + timedelta(seconds=1)))
    for report in reports:
        await stores.reports.add(report, ())

    listed: list[Report] = []
    page = await stores.reports.page(None, None, 3)
    while True:
        listed += page.items
        if page.last is None:
            break
        page = await stores.reports.page(None, page.last, 3)

    assert [report for report in listed if report in reports] == [reports[1], reports[0]]


async def test_evidence_is_what_the_two_wrote_to_each_other(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    third = await given.a_person(stores)
    elsewhere = a_conversation(pair.a, third)
    await stores.conversations.add(elsewhere, ())
    by_a = await given.a_message(stores, pair.conversation, pair.a.id)
    by_b = await given.a_message(stores, pair.conversation, pair.b.id)
    to_third = await given.a_message(stores, elsewhere, pair.a.id)
    named = [by_a.id, by_b.id, to_third.id, MessageId(uuid7())]

    for one, two in ((pair.a, pair.b), (pair.b, pair.a)):
        found = await stores.reports.evidence_between(one.id, two.id, iter(named))
        assert found == {by_a.id, by_b.id}
    assert await stores.reports.evidence_between(pair.b.id, third.id, named) == frozenset()
    assert await stores.reports.evidence_between(pair.a.id, pair.b.id, ()) == frozenset()
