"""An export holds all that is stored of a person, and nothing that is another's."""

from datetime import timedelta
from typing import Any

import attrs
import pytest
from uuid_utils.compat import uuid7

from adapters.memory import exported_records as in_memory
from adapters.postgres import record_pages as on_postgres
from application.identity.exported_records import (
    OwnBlock,
    OwnCall,
    OwnConversation,
    OwnDailyCount,
    OwnGoogleAccount,
    OwnMessage,
    OwnPresence,
    OwnPrompt,
    OwnReadMarker,
    OwnReport,
    OwnReward,
    OwnSession,
)
from application.usage.start_session import StartUsageRequest
from application.video.show_prompt import ShowPromptRequest
from domain.identity.blocks import block
from domain.identity.events import PersonReported
from domain.identity.learning import LearningPreferences
from domain.shared.errors import NotFoundError
from domain.shared.ids import PersonId
from domain.video.events import CallOutcome, Presence, RewardStatus
from domain.video.prompt_events import PromptAction
from domain.video.reward_warnings import RewardNotes
from domain.video.void_call import void
from tests.contracts import given, usage, values
from tests.contracts.referrals import Programme
from tests.contracts.stores import Stores
from tests.contracts.use_cases import answer_prompt, export_person, show_prompt
from tests.contracts.values import MINUTE, START, TODAY, an_event

NAMES = (
    "conversations",
    "messages",
    "daily_counts",
    "read_markers",
    "video_calls",
    "presence",
    "video_messages",
    "video_credits",
    "video_credit_lots",
    "video_credit_ledger",
    "prompts",
    "reward",
    "blocks",
    "reports",
    "google_accounts",
    "sessions",
    "streaks",
    "streak_days",
    "achievements",
    "achievement_totals",
    "usage_periods",
    "usage_sessions",
    "usage_ledger",
    "quotes",
    "account_credit",
    "account_credit_ledger",
    "payments",
    "payment_reports",
    "payment_refunds",
    "subscriptions",
    "plan_standing",
    "referral_codes",
    "referrals",
    "referred_by",
    "referral_rewards",
    "first_payment",
    "companions",
    "persona_versions",
    "companion_sessions",
    "companion_messages",
    "companion_observations",
    "companion_summary",
    "events",
)


async def exported(stores: Stores, person_id: PersonId) -> dict[str, list[Any]]:
    export = await export_person(stores)(person_id)
    assert tuple(export.records) == NAMES
    return {
        name: [record async for page in pages for record in page]
        for name, pages in export.records.items()
    }


async def test_a_newcomer_has_a_profile_alone(stores: Stores) -> None:
    person = await given.a_person(stores)
    export = await export_person(stores)(person.id)
    assert export.person == person
    assert export.learning_preferences is None
    assert export.exported_at == await stores.clock.now()
    assert await exported(stores, person.id) == {name: [] for name in NAMES}


async def test_nobody_is_no_export(stores: Stores) -> None:
    with pytest.raises(NotFoundError):
        await export_person(stores)(values.a_person().id)


async def test_preferences_are_part_of_it(stores: Stores) -> None:
    person = await given.a_person(stores)
    preferences = LearningPreferences(person_id=person.id, target_language="ja")
    await stores.preferences.save(preferences, ())
    assert (await export_person(stores)(person.id)).learning_preferences == preferences


async def test_each_side_gets_their_own_of_a_conversation(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    mine = await given.a_message(stores, pair.conversation, pair.a.id, text="Mine")
    theirs = await given.a_message(stores, pair.conversation, pair.b.id, text="Theirs")
    await stores.messages.mark_read(pair.conversation.id, pair.a.id, theirs.id)
    await stores.messages.mark_read(pair.conversation.id, pair.b.id, mine.id)
    talk = pair.conversation.id

    for person, other, sent, read in (
        (pair.a, pair.b, mine, theirs),
        (pair.b, pair.a, theirs, mine),
    ):
        found = await exported(stores, person.id)
        assert found["conversations"] == [
            OwnConversation(id=talk, kind="pair", other_id=other.id, started_at=START)
        ]
        [message] = found["messages"]
        assert message == OwnMessage(
            **{name: getattr(sent, name) for name in attrs.fields_dict(OwnMessage)}
        )
        assert found["daily_counts"] == [
            OwnDailyCount(conversation_id=talk, date=TODAY, messages_sent=1)
        ]
        assert found["read_markers"] == [
            OwnReadMarker(
                conversation_id=talk, message_id=read.id, message_created_at=read.created_at
            )
        ]


async def test_each_side_gets_their_own_of_calls(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    over = await given.a_completed_call(stores, pair.conversation, START)
    open_one = await given.an_answered_call(stores, pair.conversation, START + MINUTE)
    missed = await given.a_call(stores, pair.conversation, created_at=START + 2 * MINUTE)
    await stores.calls.record(
        missed, values.outgoing(values.ended(missed, START + 3 * MINUTE, CallOutcome.MISSED))
    )

    for person, counted_on in ((pair.a, TODAY), (pair.b, TODAY + values.DAY)):
        found = await exported(stores, person.id)
        calls = found["video_calls"]
        assert all(isinstance(call, OwnCall) for call in calls)
        assert [call.id for call in calls] == [over.id, open_one.id, missed.id]
        assert [call.counted_on for call in calls] == [counted_on, None, None]
        assert [call.outcome for call in calls] == ["completed", None, "missed"]
        assert [call.ended_at for call in calls] == [START, None, START + 3 * MINUTE]
        assert found["presence"] == [
            OwnPresence(call_id=over.id, presence=Presence.CONNECTED, at=START - MINUTE),
            OwnPresence(call_id=open_one.id, presence=Presence.CONNECTED, at=START + MINUTE),
        ]


async def test_what_they_were_told_of_their_reward_and_which_calls_were_voided(
    stores: Stores,
) -> None:
    pair = await given.a_pair(stores)
    call = await given.a_completed_call(stores, pair.conversation)
    voiding = void(call, "What somebody else said.", policy_version="v", now=START)
    await stores.calls.save(call, voiding.call, ())
    notes = RewardNotes(
        person_id=pair.a.id,
        month=TODAY.replace(day=1),
        status=RewardStatus.CARRIED,
        warned_days=3,
        last_warning_shown_at=START,
    )
    await stores.rewards.note(notes, ())
    found = await exported(stores, pair.a.id)
    assert found["reward"] == [
        OwnReward(**{name: getattr(notes, name) for name in attrs.fields_dict(OwnReward)})
    ]
    assert [record.voided_at for record in found["video_calls"]] == [START]
    assert "somebody else" not in repr(found)
    assert (await exported(stores, pair.b.id))["reward"] == []


async def test_only_what_the_person_did_to_others_is_theirs(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    for one, two in ((pair.a, pair.b), (pair.b, pair.a)):
        await stores.blocks.add(block(one.id, two.id, START), ())
    report = values.a_report(pair.a, pair.b, evidence_message_ids=(uuid7(),))
    about = values.a_report(pair.b, pair.a)
    told = PersonReported(
        at=START, person_id=pair.a.id, policy_version="v", report_id=about.id, reporter_id=pair.b.id
    )
    await stores.reports.add(report, ())
    await stores.reports.add(about, values.outgoing(told))

    found = await exported(stores, pair.a.id)

    assert found["blocks"] == [OwnBlock(blocked_id=pair.b.id, created_at=START)]
    assert found["reports"] == [
        OwnReport(**{name: getattr(report, name) for name in attrs.fields_dict(OwnReport)})
    ]
    assert found["events"] == []


async def test_sessions_come_without_a_trace_of_their_tokens(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    over = values.a_session(pair.a)
    over = attrs.evolve(over, created_at=START - values.DAY, idle_ends_at=START)
    for session in (lives := values.a_session(pair.a), over, values.a_session(pair.b)):
        await stores.sessions.add(session, ())
    found = (await exported(stores, pair.a.id))["sessions"]
    assert [session.id for session in found] == [over.id, lives.id]
    assert found[1] == OwnSession(
        **{name: getattr(lives, name) for name in attrs.fields_dict(OwnSession)}
    )
    assert "digest" not in repr(found)


async def test_use_is_counted_for_the_person_alone(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    for person in (pair.a, pair.b):
        request = StartUsageRequest(person_id=person.id, language="ja")
        session = await usage.start_usage(stores)(request)
        await stores.clock.move_to(session.started_at + MINUTE / 2)
        settled = await usage.settle_usage(stores)(session.id, None, 7)
        found = await exported(stores, person.id)
        assert [
            (one.id, one.language, one.seconds_consumed, one.input_tokens)
            for one in found["usage_sessions"]
        ] == [(settled.id, "ja", 30, 7)]
        assert [(one.kind, one.monthly) for one in found["usage_ledger"]] == [
            ("monthly_granted", 900),
            ("used", -30),
        ]
        [month] = found["usage_periods"]
        assert (month.monthly_seconds, month.seconds_used) == (900, 30)


async def test_referrals_are_each_sides_own(stores: Stores) -> None:
    programme = Programme(stores)
    referrer = await given.a_person(stores)
    code = await programme.code_of(referrer)
    referee = await programme.a_referee(code)
    payment_id = await programme.pays(referee, at=START + MINUTE)
    await programme.drain(referee.id)
    theirs = await exported(stores, referrer.id)
    assert [one.code for one in theirs["referral_codes"]] == [code.code]
    [made] = theirs["referrals"]
    assert (made.referee_id, made.state, made.metadata) == (referee.id, "qualified", {})
    assert (theirs["referred_by"], theirs["first_payment"]) == ([], [])
    own = await exported(stores, referee.id)
    [came] = own["referred_by"]
    assert (came.referrer_id, came.payment_id, came.paid_minor) == (
        referrer.id,
        payment_id,
        49_900,
    )
    assert [one.first_paid_at for one in own["first_payment"]] == [START + MINUTE]
    assert own["referrals"] == []
    # What was found of the referee is not told to the referrer.
    assert not any({"score", "signs"} & set(one.data) for one in theirs["events"])


async def test_google_accounts_are_those_that_sign_the_person_in(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    mine, theirs = values.a_google_link(pair.a), values.a_google_link(pair.b)
    for link in (mine, theirs):
        await stores.google_links.add(link)
    assert (await exported(stores, pair.a.id))["google_accounts"] == [
        OwnGoogleAccount(issuer=mine.issuer, subject=mine.subject, linked_at=START)
    ]


async def test_events_come_in_their_order_without_the_dates_of_others(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    first = an_event(pair.a.id)
    await stores.reports.add(values.a_report(pair.b, pair.a), (first,))
    call = await given.a_completed_call(stores, pair.conversation, START)

    events = (await exported(stores, pair.a.id))["events"]

    assert [event.type for event in events] == [
        "person_reinstated",
        "presence_reported",
        "video_call_ended",
    ]
    assert (events[0].id, events[0].data) == (first.id, {})
    assert events[2].data == {
        "call_id": str(call.id),
        "conversation_id": str(pair.conversation.id),
        "callee_id": str(pair.b.id),
        "outcome": "completed",
        "overlap_seconds": 60,
    }


async def test_a_large_account_comes_in_pages_each_record_once(
    stores: Stores, monkeypatch: pytest.MonkeyPatch
) -> None:
    for adapter in (in_memory, on_postgres):
        monkeypatch.setattr(adapter, "PAGE_ROWS", 2)
    person = await given.a_person(stores)
    sent, read = [], []
    for number in range(5):
        other = await given.a_person(stores)
        conversation = values.a_conversation(person, other)
        await stores.conversations.add(conversation, ())
        for later in range(number + 1):
            at = START + timedelta(days=later // 2)
            sent.append(await given.a_message(stores, conversation, person.id, at))
        theirs = await given.a_message(stores, conversation, other.id)
        await stores.messages.mark_read(conversation.id, person.id, theirs.id)
        read.append(theirs.id)
        await stores.blocks.add(block(person.id, other.id, START), values.outgoing())
        await stores.reports.add(values.a_report(person, other), (an_event(person.id),))
        await stores.google_links.add(values.a_google_link(person))
        await stores.sessions.add(values.a_session(person), ())

    export = await export_person(stores)(person.id)
    sizes = {name: [len(page) async for page in pages] for name, pages in export.records.items()}
    found = await exported(stores, person.id)

    assert all(0 < size <= 2 for pages in sizes.values() for size in pages)
    assert [message.id for message in found["messages"]] == [message.id for message in sent]
    assert [marker.message_id for marker in found["read_markers"]] == read
    counted = [count.messages_sent for count in found["daily_counts"]]
    # Once a day was opened, nothing counts on the day before it.
    assert counted == [1, 2, 2, 1, 4, 4, 1]
    for name in ("conversations", "blocks", "reports", "google_accounts", "sessions"):
        assert len({repr(record) for record in found[name]}) == len(found[name]) == 5
    assert len({event.id for event in found["events"]}) == len(found["events"]) == 20


async def test_the_prompts_they_were_shown_are_part_of_it(stores: Stores) -> None:
    pair = await given.a_pair(stores)
    request = ShowPromptRequest(
        person_id=pair.a.id, conversation_id=pair.conversation.id, draft_length=300
    )
    prompt = (await show_prompt(stores)(request)).prompt
    assert prompt is not None
    acted = await answer_prompt(stores)(prompt.id, PromptAction.DISMISSED)
    own = {name: getattr(acted, name) for name in attrs.fields_dict(OwnPrompt)}
    assert (await exported(stores, pair.a.id))["prompts"] == [OwnPrompt(**own)]
    assert (await exported(stores, pair.b.id))["prompts"] == []
