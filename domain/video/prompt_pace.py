"""How often a person is prompted: caps for all prompts, cool-downs for some types.

The numbers and their meaning are on rules page video.
"""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from attrs import frozen

from ..shared.calendar import next_midnight
from ..shared.decisions import Reason
from ..shared.ids import ConversationId
from .prompt_events import PromptAction, PromptType
from .prompt_policy import PromptPolicy
from .prompts import Prompt

WEEK = timedelta(days=7)
_DECISIVE = {
    PromptAction.DISMISSED,
    PromptAction.PURCHASED_CREDITS,
    PromptAction.SCHEDULED_VIDEO,
}
COOLING = (PromptType.VIDEO_SCHEDULING, PromptType.LONG_MESSAGE)
"""The types that have a cool-down, which dismissals double."""
_NOTICES_OF_A_REWARD = 4


@frozen
class Showing:
    """That a prompt was shown, whatever it was about.

    Attributes:
        at: When.
        on: The person's counting date then.
    """

    at: datetime
    on: date


@frozen
class Pace:
    """What all prompts are held to.

    Attributes:
        spacing: The time since the last prompt.
        caps: The caps of the day and of the week, from which the notice at 0 left is exempt.
    """

    spacing: Reason
    caps: tuple[Reason, ...]


@frozen(kw_only=True)
class Reach:
    """How far back prompts can matter under a policy, as numbers of them, the newest first.

    Attributes:
        recent: Prompts of the person.
        of_a_type: Prompts of each type, of the person and of the person in a conversation.
        decisive: Prompts with an action that moves the cool-down, of a type in a conversation.
    """

    recent: int
    of_a_type: int
    decisive: int


def reach(policy: PromptPolicy) -> Reach:
    """Give how far back prompts can matter: a bound on what is read, whatever was shown."""
    shortest = min(_base_seconds(kind, policy) for kind in COOLING)
    doublings = (policy.longest_cool_down_seconds // shortest).bit_length()
    return Reach(
        recent=max(1, policy.per_day, policy.per_week),
        of_a_type=max(_NOTICES_OF_A_REWARD, policy.scheduling_per_day),
        decisive=doublings,
    )


def that_matter(
    past: Iterable[Prompt], conversation_id: ConversationId | None, within: Reach
) -> tuple[Prompt, ...]:
    """Give those of a person's prompts on which the next one can depend, the newest first."""
    newest = newest_first(past)
    found = set(newest[: within.recent])
    for kind in PromptType:
        same = [prompt for prompt in newest if prompt.prompt_type is kind]
        here = [prompt for prompt in same if prompt.conversation_id == conversation_id]
        found.update(same[: within.of_a_type], here[: within.of_a_type])
        if kind in COOLING:
            found.update(_decisive(here)[: within.decisive])
    return newest_first(found)


def newest_first(prompts: Iterable[Prompt]) -> tuple[Prompt, ...]:
    """Give prompts by when they were shown."""
    return tuple(sorted(prompts, key=lambda prompt: (prompt.shown_at, prompt.id), reverse=True))


def showings(past: tuple[Prompt, ...]) -> tuple[Showing, ...]:
    """Give when prompts were shown, in their order."""
    return tuple(Showing(prompt.shown_at, prompt.shown_on) for prompt in past)


def pace(
    past: tuple[Showing, ...], day: date, timezone: str, policy: PromptPolicy, now: datetime
) -> Pace:
    """Say what the caps for all prompts come to.

    Args:
        past: When the person was prompted, the newest first.
        day: Their counting date.
        timezone: Their zone, which ends that date.
        policy: The numbers.
        now: The instant.
    """
    return Pace(
        _spacing(past, policy, now),
        (_day_cap(past, day, timezone, policy), _week_cap(past, policy, now)),
    )


def _spacing(past: tuple[Showing, ...], policy: PromptPolicy, now: datetime) -> Reason:
    over_at = past[0].at + timedelta(seconds=policy.spacing_seconds) if past else None
    over = over_at is None or now >= over_at
    return Reason(
        rule="prompt_spacing",
        satisfied=over,
        detail=(
            "No prompt was shown just before."
            if over
            else f"The last prompt was shown less than {policy.spacing_seconds} s ago."
        ),
        threshold=policy.spacing_seconds,
        changes_at=None if over else over_at,
    )


def _day_cap(past: tuple[Showing, ...], day: date, timezone: str, policy: PromptPolicy) -> Reason:
    number = sum(showing.on >= day for showing in past[: policy.per_day])
    within = number < policy.per_day
    return Reason(
        rule="prompts_per_day",
        satisfied=within,
        detail=f"{number} of {policy.per_day} prompts were shown on {day.isoformat()}.",
        inputs={"shown": number},
        threshold=policy.per_day,
        changes_at=next_midnight(day, timezone) if number and not within else None,
    )


def _week_cap(past: tuple[Showing, ...], policy: PromptPolicy, now: datetime) -> Reason:
    newest = past[: policy.per_week]
    number = sum(showing.at > now - WEEK for showing in newest)
    within = number < policy.per_week
    return Reason(
        rule="prompts_per_week",
        satisfied=within,
        detail=f"{number} of {policy.per_week} prompts were shown within the last 7 days.",
        inputs={"shown": number},
        threshold=policy.per_week,
        changes_at=newest[-1].at + WEEK if number and not within else None,
    )


def cool_down(
    kind: PromptType,
    past: tuple[Prompt, ...],
    conversation_id: ConversationId,
    policy: PromptPolicy,
    now: datetime,
) -> Reason:
    """Say whether a type of prompt may come again in a conversation.

    Args:
        kind: A type that has a cool-down.
        past: The person's prompts, the newest first.
        conversation_id: Where.
        policy: The numbers.
        now: The instant.
    """
    here = [
        prompt
        for prompt in past
        if prompt.prompt_type is kind and prompt.conversation_id == conversation_id
    ]
    dismissals = _dismissals_in_a_row(here, reach(policy).decisive)
    seconds = cool_down_seconds(kind, dismissals, policy)
    over_at = here[0].shown_at + timedelta(seconds=seconds) if here else None
    over = over_at is None or now >= over_at
    return Reason(
        rule=f"{kind.value}_cool_down",
        satisfied=over,
        detail=(
            "Such a prompt was not shown here lately."
            if over
            else f"Such a prompt was shown here less than {seconds} s ago."
        ),
        inputs={"dismissals_in_a_row": dismissals},
        threshold=seconds,
        changes_at=None if over else over_at,
    )


def cool_down_seconds(kind: PromptType, dismissals: int, policy: PromptPolicy) -> int:
    """Give the least time from one prompt to the next of its type, in a conversation.

    Args:
        kind: A type that has a cool-down.
        dismissals: How often in a row it was dismissed.
        policy: The numbers.
    """
    base = _base_seconds(kind, policy)
    longest = max(base, policy.longest_cool_down_seconds)
    # So many doublings exceed any cool-down that a policy can name.
    return min(base << min(dismissals, longest.bit_length()), longest)


def _base_seconds(kind: PromptType, policy: PromptPolicy) -> int:
    if kind is PromptType.VIDEO_SCHEDULING:
        return policy.scheduling_cool_down_seconds
    return policy.long_message_cool_down_seconds


def _dismissals_in_a_row(prompts: Iterable[Prompt], most: int) -> int:
    number = 0
    for prompt in _decisive(prompts)[:most]:
        if prompt.action_taken is not PromptAction.DISMISSED:
            break
        number += 1
    return number


def _decisive(prompts: Iterable[Prompt]) -> list[Prompt]:
    """Give the prompts with an action that moves a cool-down, the action taken last first."""
    acted = [
        (prompt.acted_at, prompt.id, prompt)
        for prompt in prompts
        if prompt.acted_at is not None and prompt.action_taken in _DECISIVE
    ]
    return [prompt for _, _, prompt in sorted(acted, key=lambda one: one[:2], reverse=True)]
