"""The tables and the domain's values agree, field by field."""

from typing import Any

import pytest
from sqlalchemy import Table

from adapters.memory.billing_tables import ToldRow
from adapters.memory.persona_tables import BudgetRow
from adapters.memory.referral_tables import PayerRow
from adapters.memory.rows import MarkRow, PartnerRow, ProgressRow, SinkRow, StreakDayRow, TotalsRow
from adapters.postgres import tables
from adapters.postgres.achievements import AchievementRow, AwardRow
from adapters.postgres.codec import field_names
from adapters.postgres.kept_grants import KeptGrantsRow
from adapters.postgres.payment_rows import PaymentRow, ReportRow, SubscriptionRow
from adapters.postgres.persona_rows import (
    CompanionSessionRow,
    LatestSummaryRow,
    ObservationRow,
    OwnPersonaRow,
)
from adapters.postgres.quotes import QuoteRow
from adapters.postgres.referral_rows import REFERRAL_STATES
from adapters.postgres.streaks import StreakRow
from adapters.postgres.usage import ACCOUNT_FIELDS, SESSION_STATES
from adapters.postgres.video import STATES
from adapters.postgres.video_messages import STATES as VIDEO_MESSAGE_STATES
from application.achievements.ports import AwardBack
from application.billing.ports import PlanStanding
from application.referrals.ports import Trace
from application.shared.idempotency import KeptAnswer
from application.shared.jobs import StoredJob
from domain.achievements.awards import Award
from domain.achievements.definitions import Achievement
from domain.billing.account_credit import CreditAccount, CreditBooking, CreditLine
from domain.billing.entitlements import PersonGrants
from domain.billing.quotes import Quote
from domain.billing.refunds import Refund
from domain.conversations.conversations import Conversation
from domain.conversations.messages import Message
from domain.events.deliveries import Delivery
from domain.events.endpoints import WebhookEndpoint
from domain.identity.blocks import Block
from domain.identity.code_limits import Tally
from domain.identity.erasure import Erasure
from domain.identity.google import GoogleAttempt, GoogleLink
from domain.identity.learning import LearningPreferences
from domain.identity.persons import Person
from domain.identity.reports import Report
from domain.identity.service_keys import ServiceKey
from domain.identity.sessions import LoginSession
from domain.identity.sign_in_codes import SignInCode
from domain.personas.conversations import CompanionConversation
from domain.personas.growth import LatestSummary
from domain.personas.merge import Summary
from domain.personas.messages import CompanionMessage
from domain.personas.observations import Observation
from domain.personas.personas import OwnPersona, PersonaVersion
from domain.personas.sessions import EndedCompanionSession, OpenCompanionSession
from domain.referrals.codes import ReferralCode
from domain.referrals.milestones import Claim, MilestoneReward
from domain.usage.accounts import UsageAccount
from domain.usage.ledger import LedgerLine
from domain.usage.periods import ClosedPeriod, OpenPeriod
from domain.video.credits import CreditAccounts, CreditLot, LedgerEntry
from domain.video.history import VideoHistory
from domain.video.prompts import Prompt
from domain.video.reward_warnings import RewardNotes

STORED: list[tuple[Table, type[Any], set[str]]] = [
    (tables.persons, Person, {"email_key"}),
    (tables.blocks, Block, set()),
    (tables.reports, Report, set()),
    (tables.learning_preferences, LearningPreferences, set()),
    (tables.erasures, Erasure, set()),
    (tables.service_keys, ServiceKey, set()),
    (tables.code_tallies, Tally, set()),
    (tables.sign_in_codes, SignInCode, set()),
    (tables.login_sessions, LoginSession, set()),
    (tables.google_attempts, GoogleAttempt, set()),
    (tables.google_links, GoogleLink, set()),
    (tables.conversations, Conversation, set()),
    (tables.messages, Message, set()),
    (tables.conversation_metadata, VideoHistory, set()),
    (tables.video_wallets, CreditAccounts, set()),
    (tables.video_credit_lots, CreditLot, set()),
    (tables.video_credit_ledger, LedgerEntry, set()),
    (tables.smart_prompt_events, Prompt, set()),
    (tables.reward_status, RewardNotes, set()),
    (tables.kept_answers, KeptAnswer, {"owner", "key"}),
    (tables.webhook_endpoints, WebhookEndpoint, {"position", "claim", "claimed_until"}),
    (tables.webhook_deliveries, Delivery, set()),
    (tables.event_sinks, SinkRow, set()),
    (tables.streaks, StreakRow, set()),
    (tables.streak_days, StreakDayRow, set()),
    (tables.achievements, AchievementRow, set()),
    (tables.achievement_totals, TotalsRow, set()),
    (tables.achievement_partners, PartnerRow, set()),
    (tables.achievement_awards, AwardRow, set()),
    (tables.achievement_award_backs, AwardBack, set()),
    (tables.reaction_progress, ProgressRow, set()),
    (tables.reaction_marks, MarkRow, set()),
    (tables.usage_ledger, LedgerLine, set()),
    (tables.payments, PaymentRow, set()),
    (tables.payment_reports, ReportRow, set()),
    (tables.payment_refunds, Refund, set()),
    (tables.payment_notifications, ToldRow, set()),
    (tables.subscriptions, SubscriptionRow, set()),
    (tables.plan_standings, PlanStanding, set()),
    (tables.referral_codes, ReferralCode, set()),
    (tables.referral_payers, PayerRow, set()),
    (tables.referral_rewards, MilestoneReward, set()),
    (tables.referral_reward_claims, Claim, set()),
    (tables.quotes, QuoteRow, set()),
    (tables.kept_grants, KeptGrantsRow, set()),
    (tables.account_credits, CreditAccount, set()),
    (tables.account_credit_bookings, CreditBooking, set()),
    (tables.account_credit_ledger, CreditLine, set()),
    (tables.personas, OwnPersonaRow, set()),
    (tables.persona_versions, PersonaVersion, set()),
    (tables.companion_conversations, CompanionConversation, set()),
    (tables.companion_sessions, CompanionSessionRow, set()),
    (tables.companion_messages, CompanionMessage, set()),
    (tables.companion_observations, ObservationRow, set()),
    (tables.user_summary_latest, LatestSummaryRow, set()),
    (tables.model_budgets, BudgetRow, set()),
]


def test_achievements_and_awards_are_their_rows() -> None:
    assert field_names(AchievementRow) == field_names(Achievement)
    assert field_names(AwardRow) == field_names(Award)


def test_kept_grants_are_their_rows() -> None:
    assert field_names(KeptGrantsRow) == field_names(PersonGrants)


def test_a_quotes_row_holds_its_fields() -> None:
    assert set(field_names(QuoteRow)) ^ set(field_names(Quote)) == {"item", "item_key"}


def test_companions_are_their_rows() -> None:
    renamed = (set(field_names(OwnPersona)) - {"persona"}) | {"persona_prompt"}
    assert set(field_names(OwnPersonaRow)) == renamed
    known = {*field_names(Summary), "confidence_score"}
    latest = set(field_names(LatestSummary)) - {"summary", "confidence"}
    assert set(field_names(LatestSummaryRow)) == latest | known
    over = set(field_names(EndedCompanionSession)) - {"summary", "confidence"}
    assert set(field_names(CompanionSessionRow)) == over | known
    assert set(field_names(OpenCompanionSession)) <= over
    assert set(field_names(ObservationRow)) - {"person_id", "session_id"} == set(
        field_names(Observation)
    )


def columns(table: Table) -> set[str]:
    return {column.name for column in table.c}


@pytest.mark.parametrize(
    ("table", "cls", "extra"), STORED, ids=[str(table) for table, _, _ in STORED]
)
def test_columns_are_the_fields(table: Table, cls: type[Any], extra: set[str]) -> None:
    assert columns(table) == set(field_names(cls)) | extra


def test_a_calls_columns_are_the_fields_of_its_states() -> None:
    fields = {name for state in STATES.values() for name in field_names(state)}
    assert columns(tables.video_calls) == fields | {"state"}


def test_a_video_messages_columns_are_the_fields_of_its_states() -> None:
    fields = {name for state in VIDEO_MESSAGE_STATES.values() for name in field_names(state)}
    assert columns(tables.video_messages) == fields | {"state"}


def test_a_usage_sessions_columns_are_the_fields_of_its_states() -> None:
    fields = {name for state in SESSION_STATES.values() for name in field_names(state)}
    assert columns(tables.usage_sessions) == fields | {"state"}


def test_a_usage_periods_columns_are_the_fields_of_its_states() -> None:
    fields = {name for state in (OpenPeriod, ClosedPeriod) for name in field_names(state)}
    assert columns(tables.usage_periods) == fields


def test_a_usage_accounts_columns_are_its_fields_save_for_what_has_its_own_rows() -> None:
    rows = {"current", "closing", "sessions", "closed", "settled"}
    assert set(ACCOUNT_FIELDS) == set(field_names(UsageAccount)) - rows
    assert columns(tables.usage_accounts) == {*ACCOUNT_FIELDS, "period_ends_at"}


def test_a_referrals_columns_are_the_fields_of_its_states() -> None:
    fields = {name for state in REFERRAL_STATES.values() for name in field_names(state)}
    parts = {
        "purchase": {"payment_id", "settled_at", "paid_minor", "currency", "plan_seconds"},
        "review": {"review_verdict", "reviewed_by", "review_why", "reviewed_at"},
        "referrer_reward": {"referrer_reward_minor"},
        "referee_reward": {"referee_reward_minor"},
    }
    flat = fields.difference(parts).union(*parts.values())
    assert columns(tables.referrals) == flat | {"state", "due_at"}


def test_a_traces_columns_are_its_fields() -> None:
    assert columns(tables.referral_traces) == {"person_id", *field_names(Trace)}


def test_a_jobs_columns_are_its_fields() -> None:
    assert columns(tables.jobs) == set(field_names(StoredJob))


def test_every_table_but_the_ledgers_holds_a_value() -> None:
    ledgers = {
        tables.conversation_daily_messages,
        tables.read_markers,
        tables.video_call_presence,
        tables.outbox,
        tables.forgotten_events,
        tables.test_clock,
    }
    held = {table for table, _, _ in STORED} | {
        tables.video_calls,
        tables.video_messages,
        tables.jobs,
    }
    held |= {tables.usage_accounts, tables.usage_periods, tables.usage_sessions}
    held |= {tables.referrals, tables.referral_traces}
    assert set(tables.metadata.tables.values()) == held | ledgers
