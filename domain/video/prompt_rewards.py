"""What prompts tell of the monthly reward: that it is about to lapse, or that it has.

The numbers and their meaning are on rules page video.
"""

from datetime import date, datetime, timedelta

from attrs import frozen

from ..shared.calendar import local_date, month_after, month_of
from ..shared.decisions import Reason
from .events import RewardStatus
from .policy import RewardPolicy
from .prompt_events import PromptType
from .prompts import Prompt
from .reward import Reward
from .reward_warnings import RewardNotes

LAPSED = 0
_FIRST_ZONE = "Pacific/Kiritimati"


@frozen(kw_only=True)
class RewardNotice:
    """A warning that a carried reward will lapse, or the notice that it has.

    Attributes:
        lapses_on: The first date without it.
        days_before: Which warning it is: the one of so many dates before; 0 once it has lapsed.
        since: When it was first told, by an event.
    """

    lapses_on: date
    days_before: int
    since: datetime


def notice_due(notes: RewardNotes | None, reward: Reward) -> RewardNotice | None:
    """Give what a person is to be prompted about: the latest notice, while it is still true.

    A warning stands until the next one, and the notice of a lapse until its month is over.

    Args:
        notes: What the person was told.
        reward: The reward as it is now.
    """
    if notes is None:
        return None
    month = reward.facts.month
    warned_at, lapsed_at = notes.last_warning_shown_at, notes.last_lapse_shown_at
    if reward.status is RewardStatus.CARRIED:
        if notes.month != month or notes.warned_days is None or warned_at is None:
            return None
        return RewardNotice(
            lapses_on=month_after(month), days_before=notes.warned_days, since=warned_at
        )
    if reward.status is RewardStatus.EARNED or lapsed_at is None:
        return None
    # Whoever moved west since was told on an earlier date by their own clock now, but not by that
    # of the zone which is first to begin a month.
    if month_of(local_date(lapsed_at, _FIRST_ZONE)) != month:
        return None
    return RewardNotice(lapses_on=month, days_before=LAPSED, since=lapsed_at)


def reward_warning_reasons(
    past: tuple[Prompt, ...], notice: RewardNotice | None, policy: RewardPolicy, now: datetime
) -> tuple[Reason, ...]:
    """Say whether a person is prompted about their reward.

    Args:
        past: The person's prompts, the newest first.
        notice: What is due to be told, if anything is.
        policy: The numbers.
        now: The instant.
    """
    if notice is None:
        nothing = "No reward is about to lapse."
        return (Reason(rule="reward_warning_due", satisfied=False, detail=nothing),)
    earlier = [prompt for prompt in past if prompt.prompt_type is PromptType.REWARD_WARNING]
    told = any(
        prompt.threshold == notice.days_before and prompt.shown_at >= notice.since
        for prompt in earlier
    )
    over_at = (
        earlier[0].shown_at + timedelta(seconds=policy.warning_gap_seconds) if earlier else None
    )
    over = over_at is None or now >= over_at
    verb = "has lapsed" if notice.days_before == LAPSED else "lapses"
    return (
        Reason(
            rule="reward_warning_due",
            satisfied=True,
            detail=f"The reward {verb} on {notice.lapses_on.isoformat()}.",
            inputs={
                "days_before": notice.days_before,
                "lapses_on": notice.lapses_on.isoformat(),
            },
            changed_by=("complete_video_calls_with_new_partners",),
        ),
        Reason(
            rule="reward_warning_once",
            satisfied=not told,
            detail=f"This was {'shown' if told else 'not shown'} before.",
            threshold=notice.days_before,
        ),
        Reason(
            rule="reward_warning_gap",
            satisfied=over,
            detail=(
                "No such prompt was shown lately."
                if over
                else f"Such a prompt was shown less than {policy.warning_gap_seconds} s ago."
            ),
            threshold=policy.warning_gap_seconds,
            changes_at=None if over else over_at,
        ),
    )
