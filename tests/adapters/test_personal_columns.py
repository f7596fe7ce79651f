"""Every column that could hold a word about a person is known to the erasure, or can hold none.

Whoever adds such a column decides here: it is erased, by an adapter of `PersonalData` or by the
use case itself, or it says nothing about anybody.
"""

from sqlalchemy import ARRAY, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from adapters.postgres import tables
from adapters.postgres.codec import field_names
from domain.identity.profile import Profile

ERASED = {
    *(f"persons.{name}" for name in field_names(Profile) if name != "social_sharing_enabled"),
    "persons.email_key",
    "persons.suspension_reason",
    "learning_preferences.target_language",
    "learning_preferences.learning_goal",
    "learning_preferences.challenge_preference",
    "learning_preferences.correction_style",
    "learning_preferences.specific_goals",
    "reports.reason",
    "code_tallies.subject",
    "code_tallies.times",
    "sign_in_codes.address",
    "sign_in_codes.nonce_digest",
    "sign_in_codes.code_digest",
    "google_links.issuer",
    "google_links.subject",
    "login_sessions.digest",
    "login_sessions.origin",
    "messages.text",
    "messages.client_message_id",
    "messages.first_text_digest",
    "video_messages.upload_ref",
    "video_credit_ledger.reason",
    "video_calls.void_reason",
    "outbox.data",
    "kept_answers.fingerprint",
    "kept_answers.body",
    "streaks.kind",
    "streaks.last_timezone",
    "streaks.freezes",
    "streaks.paused_on",
    "streak_days.kind",
    "streak_days.state",
    "achievement_totals.counted",
    "achievement_awards.key",
    "achievement_awards.category",
    "achievement_awards.inputs",
    "achievement_awards.policy_version",
    "achievement_awards.social_context",
    "achievement_awards.related_entity_type",
    "usage_accounts.timezone",
    "usage_periods.timezone",
    "usage_sessions.language",
    "usage_ledger.reason",
    *(
        f"{table.name}.{column.name}"
        for table in (
            tables.personas,
            tables.persona_versions,
            tables.companion_sessions,
            tables.companion_messages,
            tables.companion_observations,
            tables.user_summary_latest,
        )
        for column in table.c
        if isinstance(column.type, Text | JSONB | ARRAY) and column.name != "evidence_message_ids"
    ),
}
OF_NOBODY = {
    "persons.status",
    "persons.tier",
    "persons.tier_peak",
    "erasures.email_hash",
    "google_attempts.state_digest",
    "google_attempts.nonce_digest",
    "service_keys.digest",
    "service_keys.scope",
    "conversations.kind",
    "messages.role",
    "messages.tag",
    "messages.policy_version",
    "video_calls.state",
    "video_calls.policy_version",
    "video_calls.outcome",
    "video_call_presence.presence",
    "video_messages.state",
    "video_messages.source",
    "video_messages.policy_version",
    "video_credit_lots.kind",
    "video_credit_ledger.account",
    "video_credit_ledger.move",
    "video_credit_ledger.policy_version",
    "reward_status.status",
    "smart_prompt_events.prompt_type",
    "smart_prompt_events.action_taken",
    "smart_prompt_events.policy_version",
    "outbox.type",
    "outbox.policy_version",
    "kept_answers.owner",
    "kept_answers.key",
    "usage_accounts.tier",
    "usage_periods.period",
    "usage_periods.first_tier",
    "usage_periods.tier",
    "usage_sessions.state",
    "usage_sessions.mode",
    "usage_sessions.period",
    "usage_sessions.policy_version",
    "usage_sessions.settled_by",
    "usage_ledger.period",
    "usage_ledger.kind",
    "usage_ledger.policy_version",
    # What operators write, and what was sent where; its content is in the outbox.
    "webhook_endpoints.url",
    "webhook_endpoints.description",
    "webhook_endpoints.event_types",
    "webhook_endpoints.secret",
    "webhook_endpoints.previous_secrets",
    "webhook_endpoints.status",
    "webhook_endpoints.disabled_reason",
    "webhook_deliveries.event_type",
    "webhook_deliveries.state",
    "webhook_deliveries.last_error",
    "event_sinks.name",
    # Positions in the outbox.
    "reaction_progress.name",
    "reaction_marks.name",
    "reaction_marks.ahead",
    # What operators write, and how far it was awarded.
    "achievements.key",
    "achievements.name",
    "achievements.description",
    "achievements.category",
    "achievements.icon_url",
    "achievements.requirements",
    "achievements.achievement_type",
    "achievements.badge",
    "achievements.special_reward",
    "achievement_award_backs.key",
    # A job's data are ids.
    "jobs.kind",
    "jobs.key",
    "jobs.data",
    "jobs.state",
    "jobs.error",
}


def holds_words(kind: object) -> bool:
    if isinstance(kind, ARRAY):
        return not isinstance(kind.item_type, Uuid)
    return isinstance(kind, Text | LargeBinary | JSONB)


def test_every_column_that_can_hold_words_is_decided_on() -> None:
    found = {
        f"{table}.{column.name}"
        for table in tables.metadata.tables.values()
        for column in table.c
        if holds_words(column.type)
    }
    assert found == ERASED | OF_NOBODY
    assert not ERASED & OF_NOBODY
