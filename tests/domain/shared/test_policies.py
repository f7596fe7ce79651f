"""Which numbers a business may choose, and which it gets without choosing."""

from collections.abc import Callable

import attrs
import pytest

from domain.conversations.policy import ConversationPolicy
from domain.identity.policy import IdentityPolicy
from domain.identity.sign_in_policy import SignInPolicy
from domain.personas.policy import PersonaPolicy
from domain.video.policy import CallPolicy, DecayStep, RewardPolicy, UnlockPolicy, VideoPolicy
from domain.video.prompt_policy import PromptPolicy
from domain.video.video_message_policy import VideoMessagePolicy

Policy = (
    IdentityPolicy
    | SignInPolicy
    | ConversationPolicy
    | CallPolicy
    | UnlockPolicy
    | RewardPolicy
    | VideoMessagePolicy
    | PromptPolicy
    | PersonaPolicy
)

ONE_DAY = 86_400

# The policy, the number, its least, what it is by default, and its most.
NUMBERS: list[tuple[type[Policy], str, int, int, int]] = [
    (IdentityPolicy, "display_name_max_characters", 1, 50, 50),
    (IdentityPolicy, "name_max_characters", 1, 200, 200),
    (IdentityPolicy, "report_max_characters", 1, 2000, 2000),
    (IdentityPolicy, "report_max_evidence", 0, 50, 50),
    (IdentityPolicy, "specific_goals_max", 0, 20, 20),
    (IdentityPolicy, "specific_goal_max_characters", 1, 200, 200),
    (SignInPolicy, "code_valid_seconds", 60, 600, 3600),
    (SignInPolicy, "code_tries", 1, 5, 5),
    (SignInPolicy, "address_short_seconds", 60, 900, ONE_DAY),
    (SignInPolicy, "address_short_codes", 1, 3, 100),
    (SignInPolicy, "address_long_seconds", 60, ONE_DAY, 7 * ONE_DAY),
    (SignInPolicy, "address_long_codes", 1, 10, 100),
    (SignInPolicy, "client_seconds", 60, 3600, ONE_DAY),
    (SignInPolicy, "client_codes", 1, 20, 1000),
    (SignInPolicy, "client_google_attempts", 1, 60, 1000),
    (SignInPolicy, "session_idle_seconds", 60, 14 * ONE_DAY, 90 * ONE_DAY),
    (SignInPolicy, "session_longest_seconds", 60, 30 * ONE_DAY, 365 * ONE_DAY),
    (SignInPolicy, "sessions_per_person", 1, 100, 1000),
    (SignInPolicy, "minted_token_seconds", 60, 3600, 30 * ONE_DAY),
    (SignInPolicy, "minted_token_longest_seconds", 60, ONE_DAY, 30 * ONE_DAY),
    (ConversationPolicy, "message_max_characters", 1, 4000, 4000),
    (ConversationPolicy, "edit_window_seconds", 0, 15 * 60, ONE_DAY),
    (CallPolicy, "answer_seconds", 1, 60, ONE_DAY),
    (CallPolicy, "reconnect_seconds", 1, 60, ONE_DAY),
    (CallPolicy, "completed_overlap_seconds", 1, 60, ONE_DAY),
    (CallPolicy, "longest_seconds", 60, 12 * 3600, 7 * ONE_DAY),
    (CallPolicy, "furthest_ahead_seconds", 60, 366 * ONE_DAY, 3660 * ONE_DAY),
    (CallPolicy, "open_calls_per_conversation", 1, 20, 1000),
    (CallPolicy, "presence_reports_per_call", 4, 1000, 100_000),
    (CallPolicy, "void_reason_max_characters", 1, 2000, 2000),
    (PromptPolicy, "few_messages_left", 1, 3, 1000),
    (PromptPolicy, "scheduling_days", 0, 3, 365),
    (PromptPolicy, "scheduling_messages", 1, 20, 1000),
    (PromptPolicy, "scheduling_days_before_decay", 0, 2, 365),
    (PromptPolicy, "scheduling_cool_down_seconds", 1, 3 * ONE_DAY, 365 * ONE_DAY),
    (PromptPolicy, "scheduling_per_day", 0, 1, 100),
    (PromptPolicy, "long_message_characters", 1, 280, 100_000),
    (PromptPolicy, "long_message_cool_down_seconds", 1, ONE_DAY, 365 * ONE_DAY),
    (PromptPolicy, "longest_cool_down_seconds", 1, 30 * ONE_DAY, 365 * ONE_DAY),
    (PromptPolicy, "spacing_seconds", 0, 30, ONE_DAY),
    (PromptPolicy, "per_day", 0, 4, 100),
    (PromptPolicy, "per_week", 0, 10, 100),
    (UnlockPolicy, "base_messages", 0, 10, 100_000),
    (VideoMessagePolicy, "free_per_day", 0, 3, 100_000),
    (VideoMessagePolicy, "most_recipients", 1, 20, 100),
    (VideoMessagePolicy, "largest_grant", 1, 1000, 100_000),
    (VideoMessagePolicy, "grant_reason_max_characters", 1, 2000, 2000),
    (RewardPolicy, "partners", 1, 3, 1000),
    (RewardPolicy, "discount_percent", 0, 20, 100),
    (RewardPolicy, "warning_gap_seconds", 0, 20 * 3600, 7 * ONE_DAY),
    (PersonaPolicy, "idle_seconds", 60, 30 * 60, ONE_DAY),
    (PersonaPolicy, "least_user_messages", 1, 6, 1000),
    (PersonaPolicy, "least_user_characters", 1, 200, 100_000),
    (PersonaPolicy, "least_call_seconds", 1, 60, ONE_DAY),
    (PersonaPolicy, "decay_percent", 0, 85, 99),
    (PersonaPolicy, "newcomer_percent", 0, 10, 100),
    (PersonaPolicy, "least_support", 0, 60, 100),
    (PersonaPolicy, "slider_moves", 0, 2, 5),
    (PersonaPolicy, "least_gain", 0, 500, 5000),
    (PersonaPolicy, "quality_gain", 0, 500, 5000),
    (PersonaPolicy, "full_messages", 1, 30, 1000),
    (PersonaPolicy, "counted_per_day", 0, 3, 100),
    (PersonaPolicy, "observations_per_session", 1, 20, 100),
    (PersonaPolicy, "evidence_per_observation", 1, 10, 50),
    (PersonaPolicy, "summary_tries", 1, 10, 20),
    (PersonaPolicy, "reply_seconds", 10, 120, 600),
    (PersonaPolicy, "transcript_messages", 2, 40, 200),
]


@pytest.mark.parametrize(("policy", "name", "least", "default", "most"), NUMBERS)
def test_a_number_has_a_default_and_stays_within_its_range(
    policy: Callable[..., Policy], name: str, least: int, default: int, most: int
) -> None:
    assert getattr(policy(), name) == default
    for sound in (least, most):
        assert getattr(policy(**{name: sound}), name) == sound
    for wrong in (least - 1, most + 1):
        with pytest.raises(ValueError, match=f"{name} is {wrong}"):
            policy(**{name: wrong})


def test_every_number_is_named_here() -> None:
    policies = (
        IdentityPolicy,
        SignInPolicy,
        ConversationPolicy,
        CallPolicy,
        RewardPolicy,
        VideoMessagePolicy,
        PromptPolicy,
        PersonaPolicy,
    )
    named = {(policy, name) for policy, name, *_ in NUMBERS if policy is not UnlockPolicy}
    assert named == {
        (policy, field.name)
        for policy in policies
        for field in attrs.fields(policy)
        if field.type is int
    }


@pytest.mark.parametrize(("name", "most"), [("until_day", 3650), ("percent", 100)])
def test_a_decay_step_stays_within_its_range(name: str, most: int) -> None:
    step = DecayStep(until_day=1, percent=1)
    for sound in (0, most):
        assert getattr(attrs.evolve(step, **{name: sound}), name) == sound
    for wrong in (-1, most + 1):
        with pytest.raises(ValueError, match=name):
            attrs.evolve(step, **{name: wrong})


def test_video_without_choices_has_all_defaults() -> None:
    assert VideoPolicy() == VideoPolicy(
        unlock=UnlockPolicy(), calls=CallPolicy(), reward=RewardPolicy(), prompts=PromptPolicy()
    )


@pytest.mark.parametrize("days", [(3, 7), (7, 7), (29,), (0,)])
def test_the_days_of_warnings_fall_and_lie_within_every_month(days: tuple[int, ...]) -> None:
    assert RewardPolicy(warning_days=(28, 1)).warning_days == (28, 1)
    with pytest.raises(ValueError, match="warning_days"):
        RewardPolicy(warning_days=days)
