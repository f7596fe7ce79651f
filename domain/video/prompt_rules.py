"""What each type of prompt takes, and why it is held back.

The numbers and their meaning are on rules page video.
"""

from datetime import date, datetime, timedelta

from attrs import frozen

from ..shared.calendar import next_midnight, start_of
from ..shared.decisions import Reason
from ..shared.ids import ConversationId
from .policy import VideoPolicy
from .prompt_events import PromptType
from .prompt_pace import cool_down
from .prompt_rewards import RewardNotice, reward_warning_reasons
from .prompts import Prompt
from .unlock import MessageAllowance, daily_limit

NONE_LEFT = 0


@frozen(kw_only=True)
class TalkState:
    """A conversation of the person's, as prompts look at it.

    Attributes:
        id: The conversation.
        pair: Whether the two can reach each other.
        allowance: The decision on one more message of the person's.
        without_call_since: The person's date of the latest completed call, or else that on
            which the conversation was opened.
        messages_since: Messages of the two since then, counted up to what the rule asks for.
        call_is_planned: A call of the two waits for its time.
    """

    id: ConversationId
    pair: Reason
    allowance: MessageAllowance
    without_call_since: date
    messages_since: int
    call_is_planned: bool


@frozen(kw_only=True)
class PromptState:
    """What prompts look at besides those before.

    Attributes:
        day: The person's counting date.
        timezone: Their zone, which ends that date.
        activity: Whether the person may act.
        in_call: A call of theirs rings or goes on.
        talk: The conversation they are in, if they are in one.
        reward: The notice on their reward that is due, if one is.
        draft_length: The characters of the text they are writing there.
    """

    day: date
    timezone: str
    activity: Reason
    in_call: bool
    talk: TalkState | None = None
    reward: RewardNotice | None = None
    draft_length: int = 0


@frozen(kw_only=True)
class Candidate:
    """A prompt that might be shown.

    Attributes:
        prompt_type: What it is about.
        reasons: What the rules on its type say.
        conversation_id: Where, if it is about one conversation.
        threshold: The messages or days left that it warns of, if it warns of any.
        lapses_on: The date on which the reward that it is about lapses, if it is about one.
    """

    prompt_type: PromptType
    reasons: tuple[Reason, ...]
    conversation_id: ConversationId | None = None
    threshold: int | None = None
    lapses_on: date | None = None

    @property
    def is_exempt_from_caps(self) -> bool:
        """Whether it may come however many came that day and week."""
        return self.prompt_type is PromptType.MESSAGE_COUNT_WARNING and self.threshold == NONE_LEFT


def candidates(
    past: tuple[Prompt, ...], state: PromptState, policy: VideoPolicy, now: datetime
) -> tuple[Candidate, ...]:
    """Give one candidate of each type, by priority.

    Args:
        past: The person's prompts, the newest first.
        state: What they look at besides.
        policy: The numbers.
        now: The instant.
    """
    talk = state.talk
    if talk is None:
        missing = (_no_conversation(),)
        count, scheduling, long = (
            Candidate(prompt_type=kind, reasons=missing)
            for kind in (
                PromptType.MESSAGE_COUNT_WARNING,
                PromptType.VIDEO_SCHEDULING,
                PromptType.LONG_MESSAGE,
            )
        )
    else:
        count = _message_count_warning(past, talk, policy)
        scheduling = _video_scheduling(past, state, talk, policy, now)
        long = _long_message(past, state, talk, policy, now)
    return (count, _reward_warning(past, state, policy, now), scheduling, long)


def _no_conversation() -> Reason:
    return Reason(
        rule="conversation_is_named",
        satisfied=False,
        detail="No conversation was named.",
        changed_by=("name_a_conversation",),
    )


def _message_count_warning(
    past: tuple[Prompt, ...], talk: TalkState, policy: VideoPolicy
) -> Candidate:
    few = policy.prompts.few_messages_left
    left, day = talk.allowance.remaining, talk.allowance.counting_on
    threshold = NONE_LEFT if left == NONE_LEFT else few
    warned = any(
        prompt.prompt_type is PromptType.MESSAGE_COUNT_WARNING
        and prompt.conversation_id == talk.id
        and prompt.threshold == threshold
        and prompt.shown_on == day
        for prompt in past
    )
    reasons = (
        talk.pair,
        Reason(
            rule="few_messages_left",
            satisfied=left <= few,
            detail=f"{left} of {talk.allowance.limit} messages are left for {day.isoformat()}.",
            inputs={"remaining": left, "limit": talk.allowance.limit},
            threshold=threshold,
            changed_by=tuple(unlocker.action for unlocker in talk.allowance.unlockers),
        ),
        Reason(
            rule="message_count_warning_once_a_day",
            satisfied=not warned,
            detail=(
                f"The warning at {threshold} left was "
                f"{'already' if warned else 'not'} shown here today."
            ),
            threshold=threshold,
            changes_at=talk.allowance.resets_at if warned else None,
        ),
    )
    return Candidate(
        prompt_type=PromptType.MESSAGE_COUNT_WARNING,
        reasons=reasons,
        conversation_id=talk.id,
        threshold=threshold,
    )


def _reward_warning(
    past: tuple[Prompt, ...], state: PromptState, policy: VideoPolicy, now: datetime
) -> Candidate:
    notice = state.reward
    return Candidate(
        prompt_type=PromptType.REWARD_WARNING,
        reasons=reward_warning_reasons(past, notice, policy.reward, now),
        threshold=None if notice is None else notice.days_before,
        lapses_on=None if notice is None else notice.lapses_on,
    )


def _video_scheduling(
    past: tuple[Prompt, ...],
    state: PromptState,
    talk: TalkState,
    policy: VideoPolicy,
    now: datetime,
) -> Candidate:
    kind = PromptType.VIDEO_SCHEDULING
    today = sum(prompt.prompt_type is kind and prompt.shown_on >= state.day for prompt in past)
    most = policy.prompts.scheduling_per_day
    reasons = (
        talk.pair,
        _call_is_worth_proposing(state, talk, policy),
        Reason(
            rule="no_call_is_planned",
            satisfied=not talk.call_is_planned,
            detail="A call is planned." if talk.call_is_planned else "No call is planned.",
        ),
        cool_down(kind, past, talk.id, policy.prompts, now),
        Reason(
            rule="video_scheduling_per_day",
            satisfied=today < most,
            detail=f"{today} of {most} proposals of a call were made on {state.day.isoformat()}.",
            inputs={"shown": today},
            threshold=most,
            changes_at=(
                next_midnight(state.day, state.timezone) if today >= most and most else None
            ),
        ),
    )
    return Candidate(prompt_type=kind, reasons=reasons, conversation_id=talk.id)


def _call_is_worth_proposing(state: PromptState, talk: TalkState, policy: VideoPolicy) -> Reason:
    numbers, day = policy.prompts, state.day
    days = max(0, (day - talk.without_call_since).days)
    written = talk.messages_since >= numbers.scheduling_messages
    decays_on = next_decay(talk.allowance)
    before = timedelta(days=numbers.scheduling_days_before_decay)
    near = decays_on is not None and day >= decays_on - before
    satisfied = near or (written and days >= numbers.scheduling_days)
    coming = [decays_on - before] if decays_on is not None else []
    if written:
        coming.append(talk.without_call_since + timedelta(days=numbers.scheduling_days))
    return Reason(
        rule="call_is_worth_proposing",
        satisfied=satisfied,
        detail=(
            f"{days} days and {talk.messages_since} messages without a completed call"
            + ("." if decays_on is None else f"; the bonus falls on {decays_on.isoformat()}.")
        ),
        inputs={
            "days_without_call": days,
            "messages_without_call": talk.messages_since,
            "days_needed": numbers.scheduling_days,
            "messages_needed": numbers.scheduling_messages,
            "days_before_decay": numbers.scheduling_days_before_decay,
            "decays_on": None if decays_on is None else decays_on.isoformat(),
        },
        changes_at=(start_of(min(coming), state.timezone) if coming and not satisfied else None),
    )


def next_decay(allowance: MessageAllowance) -> date | None:
    """Give the next date on which the bonus falls by the days since the call alone."""
    facts, policy = allowance.facts, allowance.policy
    called_on, days = facts.last_call_on, allowance.days_since_call
    if called_on is None or days is None:
        return None
    for step in policy.decay:
        later = step.until_day + 1
        day = called_on + timedelta(days=later)
        tier = facts.standing.on(day)
        if day > facts.day and daily_limit(tier, later, policy) < daily_limit(tier, days, policy):
            return day
    return None


def _long_message(
    past: tuple[Prompt, ...],
    state: PromptState,
    talk: TalkState,
    policy: VideoPolicy,
    now: datetime,
) -> Candidate:
    kind, long = PromptType.LONG_MESSAGE, policy.prompts.long_message_characters
    reasons = (
        talk.pair,
        Reason(
            rule="draft_is_long",
            satisfied=state.draft_length >= long,
            detail=f"The draft has {state.draft_length} characters; {long} or more are long.",
            inputs={"draft_length": state.draft_length},
            threshold=long,
        ),
        cool_down(kind, past, talk.id, policy.prompts, now),
    )
    return Candidate(prompt_type=kind, reasons=reasons, conversation_id=talk.id)
