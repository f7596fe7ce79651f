"""Erasure and its records, in memory."""

from datetime import datetime

import attrs
from attrs import frozen

from adapters.memory.store import Answered, MemoryStore
from domain.billing.events import PaymentSettled
from domain.conversations.messages import erased
from domain.identity.erasure import NOTHING, Erasure
from domain.identity.events import PersonRegistered
from domain.shared.events import Event
from domain.shared.ids import PersonId
from domain.streaks.events import StreakCredited
from domain.usage.events import UsageAccountOpened, UsageSessionStarted, UsageZoneChanged
from domain.video.calls import Ended


@frozen
class MemoryErasures:
    """The records of erasures."""

    _store: MemoryStore

    async def get(self, person_id: PersonId) -> Erasure | None:
        """Give the record of a person's erasure, if they were erased."""
        async with self._store.access():
            return self._store.erasures.get(person_id)

    async def add(self, erasure: Erasure) -> None:
        """Add a record."""
        async with self._store.access():
            self._store.erasures.insert(erasure)

    async def of_email(self, email_hash: bytes) -> tuple[Erasure, ...]:
        """Give the erasures of those who had this address, the first one first."""
        async with self._store.access():
            found = self._store.erasures.group("email", email_hash)
        return tuple(sorted(found, key=lambda erasure: (erasure.erased_at, erasure.person_id)))


@frozen
class MemoryPersonalData:
    """What persons wrote or said of themselves, save for their profile."""

    _store: MemoryStore

    async def erase(self, person_id: PersonId, at: datetime) -> None:
        """Erase it for a locked person."""
        async with self._store.access():
            self._erase_conversations(person_id, at)
            store = self._store
            store.preferences.delete(person_id)
            store.reward_notes.delete(person_id)
            for block in store.blocks.all():
                if block.blocker_id == person_id:
                    store.blocks.delete((block.blocker_id, block.blocked_id))
            for link in store.google_links.group("person", person_id):
                store.google_links.delete((link.issuer, link.subject))
            for report in store.reports.all():
                if report.reporter_id == person_id:
                    store.reports.put(attrs.evolve(report, reason=""))
            for answered in store.answers.group("person", person_id):
                kept = attrs.evolve(answered.kept, body=b"", fingerprint=b"")
                store.answers.put(Answered(answered.owner, answered.key, kept))
            self._erase_videos(person_id)
            self._erase_streaks(person_id)
            self._erase_achievements(person_id)
            self._erase_usage(person_id)
            self._erase_billing(person_id)
            self._erase_companion(person_id)
            store.rewrite(person_id, _without_whereabouts)

    def _erase_achievements(self, person_id: PersonId) -> None:
        store = self._store
        store.achievement_totals.delete(person_id)
        for met in store.achievement_partners.group("person", person_id):
            store.achievement_partners.delete((person_id, met.partner_id))
        for award in store.achievement_awards.group("person", person_id):
            store.achievement_awards.delete((person_id, award.key))

    def _erase_usage(self, person_id: PersonId) -> None:
        store = self._store
        account = store.usage_accounts.get(person_id)
        if account is not None:
            store.usage_accounts.put(attrs.evolve(account, timezone=NOTHING.timezone))
        for period in store.usage_periods.group("person", person_id):
            store.usage_periods.put(attrs.evolve(period, timezone=NOTHING.timezone))
        for session in store.usage_sessions.group("person", person_id):
            store.usage_sessions.put(attrs.evolve(session, language=None, conversation_id=None))
        for line in store.usage_ledger.group("person", person_id):
            store.usage_ledger.put(attrs.evolve(line, reason=None))

    def _erase_billing(self, person_id: PersonId) -> None:
        store = self._store
        for quote in store.quotes.group("person", person_id):
            store.quotes.delete(quote.id)
        store.kept_grants.delete(person_id)
        for payment in store.payments.group("person", person_id):
            reports = (attrs.evolve(it, fingerprint=None) for it in payment.reports)
            store.payments.put(
                attrs.evolve(payment, page_url=None, client_token=None, reports=tuple(reports))
            )
            for refund in store.payment_refunds.group("payment", payment.id):
                store.payment_refunds.put(attrs.evolve(refund, reason=""))
        for known in store.subscriptions.group("person", person_id):
            refs = attrs.evolve(known.refs, customer_id=None)
            store.subscriptions.put(attrs.evolve(known, refs=refs))
        for line in store.account_credit_ledger.group("person", person_id):
            store.account_credit_ledger.put(attrs.evolve(line, reason=None))

    def _erase_companion(self, person_id: PersonId) -> None:
        store = self._store
        for row in store.companion_observations.group("person", person_id):
            store.companion_observations.delete(row.observation.id)
        conversation = store.companion_conversations.by("person", person_id)
        if conversation is not None:
            for message in store.companion_messages.group("conversation", conversation.id):
                store.companion_messages.delete(message.id)
            for session in store.companion_sessions.group("person", person_id):
                store.companion_sessions.delete(session.id)
            store.companion_conversations.delete(conversation.id)
        for version in store.persona_versions.group("person", person_id):
            store.persona_versions.delete((person_id, version.version))
        for spent in store.model_budgets.group("person", person_id):
            store.model_budgets.delete((person_id, spent.day))
        store.summaries.delete(person_id)
        store.personas.delete(person_id)

    def _erase_conversations(self, person_id: PersonId, at: datetime) -> None:
        store = self._store
        for conversation in store.conversations.group("participant", person_id):
            store.conversations.revise(conversation.version, conversation)
            for message in store.messages.group("conversation", conversation.id):
                if message.sender_id == person_id:
                    store.messages.put(erased(message, at))
            for call in store.calls.group("conversation", conversation.id):
                if isinstance(call, Ended) and call.void_reason is not None:
                    store.calls.put(attrs.evolve(call, void_reason=""))

    def _erase_videos(self, person_id: PersonId) -> None:
        store = self._store
        for message in store.video_messages.all():
            if message.sender_id == person_id:
                store.video_messages.put(attrs.evolve(message, upload_ref=""))
        for entry in store.credit_ledger.group("person", person_id):
            store.credit_ledger.put(attrs.evolve(entry, reason=None))

    def _erase_streaks(self, person_id: PersonId) -> None:
        store = self._store
        for streak in store.streaks.group("person", person_id):
            store.streaks.delete((person_id, streak.kind))
        for row in store.streak_days.group("person", person_id):
            store.streak_days.delete((person_id, row.kind, row.date))


def _without_whereabouts(event: Event) -> Event:
    if isinstance(event, PersonRegistered):
        return attrs.evolve(event, timezone=NOTHING.timezone, locale=NOTHING.locale)
    if isinstance(event, StreakCredited):
        return attrs.evolve(event, timezone=NOTHING.timezone)
    if isinstance(event, UsageAccountOpened | UsageZoneChanged):
        return attrs.evolve(event, timezone=NOTHING.timezone)
    if isinstance(event, PaymentSettled):
        return attrs.evolve(event, fingerprint=None)
    if isinstance(event, UsageSessionStarted):
        return attrs.evolve(event, language=None, conversation_id=None)
    return event
