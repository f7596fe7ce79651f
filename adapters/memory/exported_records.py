"""What an export holds, read a page at a time, in memory."""

from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from typing import Any

import attrs
import msgspec
from attrs import frozen

from adapters.memory import exported_companions, exported_referrals
from adapters.memory.exported_billing import BILLING_RECORDS
from adapters.memory.own_part import own_part
from adapters.memory.store import MemoryStore
from application.events.told_to_person import UNTOLD_EVENTS, UNTOLD_FIELDS
from application.identity.exported_records import (
    OwnAward,
    OwnBlock,
    OwnCall,
    OwnConversation,
    OwnCreditLot,
    OwnCreditMove,
    OwnCredits,
    OwnDailyCount,
    OwnEvent,
    OwnGoogleAccount,
    OwnMessage,
    OwnPresence,
    OwnPrompt,
    OwnReadMarker,
    OwnReport,
    OwnReward,
    OwnSession,
    OwnStreak,
    OwnStreakDay,
    OwnTotals,
    OwnUsageLine,
    OwnUsagePeriod,
    OwnUsageSession,
    OwnVideoMessage,
)
from application.shared.outbox import event_type
from domain.conversations.conversations import Conversation
from domain.shared.events import Event
from domain.shared.ids import PersonId
from domain.video.calls import Ended, Ongoing, Ringing

PAGE_ROWS = 500

Find = Callable[[MemoryStore, PersonId], Iterable[object]]


@frozen
class MemoryRecords:
    """Records of one kind."""

    _store: MemoryStore
    _find: Find

    async def pages(self, person_id: PersonId) -> AsyncIterator[tuple[object, ...]]:
        """Give what is stored of a person, some at a time."""
        async with self._store.access():
            found = tuple(self._find(self._store, person_id))
        for start in range(0, len(found), PAGE_ROWS):
            yield found[start : start + PAGE_ROWS]


def memory_records(store: MemoryStore) -> dict[str, Any]:
    """Give all kinds of records by their names in the export, in its order."""
    finds: dict[str, Find] = {
        "conversations": _conversations,
        "messages": _messages,
        "daily_counts": _daily_counts,
        "read_markers": _read_markers,
        "video_calls": _video_calls,
        "presence": _presence,
        "video_messages": _video_messages,
        "video_credits": _video_credits,
        "video_credit_lots": _credit_lots,
        "video_credit_ledger": _credit_moves,
        "prompts": _prompts,
        "reward": _reward,
        "blocks": _blocks,
        "reports": _reports,
        "google_accounts": _google_accounts,
        "sessions": _sessions,
        "streaks": _streaks,
        "streak_days": _streak_days,
        "achievements": _awards,
        "achievement_totals": _totals,
        "usage_periods": _usage_periods,
        "usage_sessions": _usage_sessions,
        "usage_ledger": _usage_ledger,
        **BILLING_RECORDS,
        "referral_codes": exported_referrals.referral_codes,
        "referrals": exported_referrals.referrals,
        "referred_by": exported_referrals.welcomes,
        "referral_rewards": exported_referrals.referral_rewards,
        "first_payment": exported_referrals.first_payments,
        "companions": exported_companions.companions,
        "persona_versions": exported_companions.persona_versions,
        "companion_sessions": exported_companions.sessions,
        "companion_messages": exported_companions.messages,
        "companion_observations": exported_companions.observations,
        "companion_summary": exported_companions.summaries,
        "events": _events,
    }
    return {name: MemoryRecords(store, find) for name, find in finds.items()}


def _talks(store: MemoryStore, person_id: PersonId) -> list[Conversation]:
    found = store.conversations.group("participant", person_id)
    return sorted(found, key=lambda conversation: conversation.id)


def _conversations(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    for talk in _talks(store, person_id):
        yield own_part(OwnConversation, talk, other_id=talk.other(person_id))


def _messages(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    for talk in _talks(store, person_id):
        messages = store.messages.group("conversation", talk.id)
        for message in sorted(messages, key=lambda message: (message.created_at, message.id)):
            if message.sender_id == person_id:
                yield own_part(OwnMessage, message)


def _daily_counts(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    for talk in _talks(store, person_id):
        counts = store.counts.group("sender", (talk.id, person_id))
        for count in sorted(counts, key=lambda count: count.counted_on):
            yield OwnDailyCount(
                conversation_id=talk.id, date=count.counted_on, messages_sent=count.sent
            )


def _read_markers(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    for talk in _talks(store, person_id):
        marker = store.read_markers.get((talk.id, person_id))
        if marker is not None:
            yield own_part(OwnReadMarker, marker)


def _calls_in(store: MemoryStore, talk: Conversation) -> list[Ringing | Ongoing | Ended]:
    calls = store.calls.group("conversation", talk.id)
    return sorted(calls, key=lambda call: (call.created_at, call.id))


def _video_calls(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    for talk in _talks(store, person_id):
        for call in _calls_in(store, talk):
            counted_on = None
            if isinstance(call, Ended):
                initiated = call.initiator_id == person_id
                counted_on = call.counts_on_initiator if initiated else call.counts_on_callee
            more = {name: getattr(call, name, None) for name in _LATER}
            yield own_part(OwnCall, call, **more, counted_on=counted_on)


_LATER = ("answered_at", "ended_at", "outcome", "overlap_seconds", "voided_at")
"""What a call does not have in every state."""


def _presence(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    for talk in _talks(store, person_id):
        calls = {call.id for call in _calls_in(store, talk)}
        rows = [
            row for row in store.presence if row.call_id in calls and row.person_id == person_id
        ]
        for row in sorted(rows, key=lambda row: (row.call_id, row.at)):
            yield own_part(OwnPresence, row)


def _video_messages(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    messages = store.video_messages.where(lambda one: one.sender_id == person_id)
    for message in sorted(messages, key=lambda message: (message.created_at, message.id)):
        more = {name: getattr(message, name, None) for name in _ONCE_REPORTED}
        yield own_part(OwnVideoMessage, message, **more)


_ONCE_REPORTED = ("uploaded_at", "failed_at", "given_back")
"""What a video message does not have in every state."""


def _video_credits(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    accounts = store.wallets.get(person_id)
    if accounts is not None:
        yield own_part(OwnCredits, accounts)


def _credit_lots(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    lots = store.credit_lots.group("person", person_id)
    for lot in sorted(lots, key=lambda lot: lot.number):
        yield own_part(OwnCreditLot, lot)


def _credit_moves(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    rows = store.credit_ledger.group("person", person_id)
    for entry in sorted(rows, key=lambda entry: entry.number):
        yield own_part(OwnCreditMove, entry)


def _prompts(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    prompts = store.prompts.group("person", person_id)
    for prompt in sorted(prompts, key=lambda prompt: (prompt.shown_at, prompt.id)):
        yield own_part(OwnPrompt, prompt)


def _reward(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    notes = store.reward_notes.get(person_id)
    if notes is not None:
        yield own_part(OwnReward, notes)


def _blocks(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    blocks = store.blocks.where(lambda block: block.blocker_id == person_id)
    for block in sorted(blocks, key=lambda block: block.blocked_id):
        yield own_part(OwnBlock, block)


def _reports(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    reports = store.reports.where(lambda report: report.reporter_id == person_id)
    for report in sorted(reports, key=lambda report: (report.created_at, report.id)):
        yield own_part(OwnReport, report)


def _google_accounts(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    links = store.google_links.group("person", person_id)
    for link in sorted(links, key=lambda link: (link.issuer, link.subject)):
        yield own_part(OwnGoogleAccount, link)


def _sessions(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    sessions = store.sessions.group("person", person_id)
    for session in sorted(sessions, key=lambda session: (session.created_at, session.id)):
        yield own_part(OwnSession, session)


def _streaks(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    for streak in sorted(store.streaks.group("person", person_id), key=lambda one: one.kind):
        last, broken = streak.last, streak.broken
        yield own_part(
            OwnStreak,
            streak,
            kind=streak.kind.value,
            last_on=None if last is None else last.on,
            last_at=None if last is None else last.at,
            last_timezone=None if last is None else last.timezone,
            broken_length=None if broken is None else broken.length,
            broken_at=None if broken is None else broken.at,
        )


def _streak_days(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    days = store.streak_days.group("person", person_id)
    for row in sorted(days, key=lambda row: (row.kind, row.date)):
        yield own_part(OwnStreakDay, row, kind=row.kind.value, state=row.state.value)


def _awards(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    for award in sorted(
        store.achievement_awards.group("person", person_id), key=lambda award: award.key
    ):
        inputs = [attrs.asdict(one) for one in award.inputs]
        yield own_part(OwnAward, award, category=award.category.value, inputs=inputs)


def _totals(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    row = store.achievement_totals.get(person_id)
    if row is not None:
        yield own_part(OwnTotals, row)


def _usage_periods(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    periods = store.usage_periods.group("person", person_id)
    for period in sorted(periods, key=lambda period: period.period):
        yield own_part(OwnUsagePeriod, period)


def _usage_sessions(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    sessions = store.usage_sessions.group("person", person_id)
    for session in sorted(sessions, key=lambda session: (session.started_at, session.id)):
        more = {name: getattr(session, name, None) for name in _ONCE_SETTLED}
        yield own_part(OwnUsageSession, session, **more)


_ONCE_SETTLED = ("ended_at", "duration_seconds", "seconds_consumed", "input_tokens")


def _usage_ledger(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    for line in sorted(store.usage_ledger.group("person", person_id), key=lambda line: line.number):
        yield own_part(OwnUsageLine, line)


_LEFT_OUT = {*(field.name for field in attrs.fields(Event)), *UNTOLD_FIELDS}


def _events(store: MemoryStore, person_id: PersonId) -> Iterator[object]:
    for _, outgoing in store.events_of([person_id], after=0):
        event, kind = outgoing.event, event_type(outgoing.event)
        if kind not in UNTOLD_EVENTS:
            told = msgspec.json.decode(msgspec.json.encode(event))
            data = {name: value for name, value in told.items() if name not in _LEFT_OUT}
            yield OwnEvent(
                id=outgoing.id,
                type=kind,
                at=event.at,
                policy_version=event.policy_version,
                data=data,
            )
