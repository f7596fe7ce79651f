"""The invariants of smart prompts, for any history that a person may have."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

from attrs import frozen
from hypothesis import given
from hypothesis import strategies as st

from domain.shared.ids import ConversationId
from domain.video.policy import VideoPolicy
from domain.video.prompt_events import PromptAction, PromptType
from domain.video.prompt_pace import cool_down_seconds, reach, that_matter
from domain.video.prompt_policy import PromptPolicy
from domain.video.prompt_rewards import RewardNotice
from domain.video.prompt_rules import PromptState
from domain.video.prompts import Prompt
from tests.domain.strategies import ZONES, one_of_each
from tests.domain.video.prompting import (
    COUNT,
    LONG,
    POLICY,
    REWARD,
    SCHEDULING,
    Prompted,
    a_state,
    kind_of,
)

WEEK = timedelta(days=7)
SPACING = timedelta(seconds=30)
MONTH = timedelta(days=30)
GAP = timedelta(hours=20)
LAPSES_ON = date(2026, 4, 1)
BASE = {SCHEDULING: timedelta(hours=72), LONG: timedelta(hours=24)}
CONVERSATIONS = [ConversationId(UUID(int=number)) for number in (1, 2, 3)]
RESETS = {PromptAction.PURCHASED_CREDITS, PromptAction.SCHEDULED_VIDEO}


@frozen(kw_only=True)
class Step:
    """Time goes by, the person asks, and does something about what they are shown."""

    wait: timedelta
    zone: str | None
    where: ConversationId
    left: int
    draft_length: int
    days_without: int
    messages_since: int
    planned: bool
    notice: int | None
    told_hours_ago: int
    in_call: bool
    action: PromptAction | None


WAITS = [
    *(timedelta(seconds=seconds) for seconds in range(61)),
    *(timedelta(hours=hours) for hours in range(1, 49)),
    *(timedelta(days=days) for days in range(1, 41)),
]
steps = one_of_each(
    Step,
    wait=WAITS,
    zone=[*[None] * 2 * len(ZONES), *ZONES],
    where=CONVERSATIONS,
    left=[0, 0, 1, 3, 4, 10],
    draft_length=[0, 279, 280, 500],
    days_without=range(6),
    messages_since=[0, 19, 20],
    planned=[False, False, False, True],
    notice=[*[None] * 4, 7, 3, 1, 0],
    told_hours_ago=[0, 1, 30, 240],
    in_call=[False, False, False, False, True],
    action=[*[None] * len(PromptAction), *PromptAction],
)
histories = st.lists(steps, max_size=50)
policies = st.just(POLICY) | st.builds(
    VideoPolicy,
    prompts=st.builds(
        PromptPolicy,
        spacing_seconds=st.integers(0, 120),
        per_day=st.integers(0, 6),
        per_week=st.integers(0, 12),
        scheduling_per_day=st.integers(0, 3),
        scheduling_cool_down_seconds=st.integers(1, 10**6),
        long_message_cool_down_seconds=st.integers(1, 10**6),
        longest_cool_down_seconds=st.integers(1, 10**7),
    ),
)


def state_of(ana: Prompted, step: Step) -> PromptState:
    talk = ana.talk(
        id=step.where,
        left=step.left,
        messages_since=step.messages_since,
        without_call_since=ana.day - timedelta(days=step.days_without),
        call_is_planned=step.planned,
    )
    return a_state(
        talk, draft_length=step.draft_length, reward=notice_of(ana, step), in_call=step.in_call
    )


def notice_of(ana: Prompted, step: Step) -> RewardNotice | None:
    """A notice that was told after those before, as all are."""
    if step.notice is None:
        return None
    told_at = ana.now - timedelta(hours=step.told_hours_ago)
    ana.told_at = max(ana.told_at, told_at)
    return RewardNotice(lapses_on=LAPSES_ON, days_before=step.notice, since=ana.told_at)


def lived(history: list[Step], policy: VideoPolicy = POLICY) -> Iterator[tuple[Prompted, Step]]:
    """Give the person before each step is taken, and take it."""
    ana = Prompted(policy=policy)
    for step in history:
        ana.after(step.wait)
        ana.timezone = step.zone or ana.timezone
        yield ana, step
        decision = ana.decide(state_of(ana, step))
        if decision.chosen is not None:
            ana.keep(decision)
            if step.action is not None:
                ana.act(step.action)


def at_last(history: list[Step]) -> Prompted:
    """Give the person after all steps."""
    ana = Prompted()
    for then, _ in lived(history):
        ana = then
    return ana


def all_shown(history: list[Step]) -> list[Prompt]:
    return at_last(history).past


def is_told_that_none_is_left(prompt: Prompt) -> bool:
    return prompt.prompt_type is COUNT and prompt.threshold == 0


@given(histories)
def test_no_cap_is_exceeded_in_any_history(history: list[Step]) -> None:
    past = all_shown(history)
    assert all(later.shown_at - earlier.shown_at >= SPACING for earlier, later in pairwise(past))
    for number, prompt in enumerate(past):
        before = past[:number]
        if not is_told_that_none_is_left(prompt):
            assert sum(one.shown_on == prompt.shown_on for one in before) < 4
            assert sum(one.shown_at > prompt.shown_at - WEEK for one in before) < 10
    dates = [prompt.shown_on for prompt in past]
    assert dates == sorted(dates)


@given(histories)
def test_nothing_is_told_twice(history: list[Step]) -> None:
    past = all_shown(history)
    warned = Counter(
        (one.conversation_id, one.shown_on, one.threshold)
        for one in past
        if one.prompt_type is COUNT
    )
    noticed = [one.shown_at for one in past if one.prompt_type is REWARD]
    assert all(later - earlier >= GAP for earlier, later in pairwise(noticed))
    proposed = Counter(one.shown_on for one in past if one.prompt_type is SCHEDULING)
    assert {*warned.values(), *proposed.values()} <= {1}


@given(histories)
def test_a_cool_down_doubles_with_each_dismissal_up_to_30_days(history: list[Step]) -> None:
    past = all_shown(history)
    for kind, base in BASE.items():
        for where in CONVERSATIONS:
            here = [one for one in past if (one.prompt_type, one.conversation_id) == (kind, where)]
            run = 0
            for one, following in pairwise(here):
                run = 0 if one.action_taken in RESETS else run
                run += one.action_taken is PromptAction.DISMISSED
                assert following.shown_at - one.shown_at >= min(base * 2**run, MONTH)


@given(policies, st.sampled_from([SCHEDULING, LONG]), st.integers(0, 100))
def test_a_cool_down_is_bounded(policy: VideoPolicy, kind: PromptType, dismissals: int) -> None:
    seconds, more = (
        cool_down_seconds(kind, number, policy.prompts) for number in (dismissals, dismissals + 1)
    )
    base = cool_down_seconds(kind, 0, policy.prompts)
    longest = max(base, policy.prompts.longest_cool_down_seconds)
    assert base <= seconds <= more <= longest
    assert more == min(2 * seconds, longest)


def plain(ana: Prompted, step: Step) -> tuple[Any, ...] | None:
    """What comes by the rules page, said again in the plainest way."""
    past, day, now = ana.past, ana.day, ana.now
    if step.in_call or (past and now - past[-1].shown_at < SPACING):
        return None
    full = (
        sum(one.shown_on == day for one in past) >= 4
        or sum(one.shown_at > now - WEEK for one in past) >= 10
    )
    for wanted in (plain_count(ana, step), plain_reward(ana, step), *plain_cooling(ana, step)):
        if wanted is not None and (not full or wanted == (COUNT, 0)):
            return wanted
    return None


def plain_count(ana: Prompted, step: Step) -> tuple[Any, ...] | None:
    threshold = 3 if step.left else 0
    told = any(
        (one.prompt_type, one.conversation_id, one.threshold, one.shown_on)
        == (COUNT, step.where, threshold, ana.day)
        for one in ana.past
    )
    return (COUNT, threshold) if step.left <= 3 and not told else None


def plain_reward(ana: Prompted, step: Step) -> tuple[Any, ...] | None:
    rewards = [one for one in ana.past if one.prompt_type is REWARD]
    told = any(one.threshold == step.notice and one.shown_at >= ana.told_at for one in rewards)
    over = not rewards or ana.now - rewards[-1].shown_at >= GAP
    return (REWARD, step.notice) if step.notice is not None and over and not told else None


def plain_cooling(ana: Prompted, step: Step) -> Iterator[tuple[Any, ...] | None]:
    proposed = any((one.prompt_type, one.shown_on) == (SCHEDULING, ana.day) for one in ana.past)
    worth = step.days_without >= 3 and step.messages_since >= 20
    comes = worth and not step.planned and not proposed and has_cooled(ana, step, SCHEDULING)
    yield (SCHEDULING, None) if comes else None
    yield (LONG, None) if step.draft_length >= 280 and has_cooled(ana, step, LONG) else None


def has_cooled(ana: Prompted, step: Step, kind: PromptType) -> bool:
    here = [one for one in ana.past if (one.prompt_type, one.conversation_id) == (kind, step.where)]
    run = 0
    for one in here:
        run = 0 if one.action_taken in RESETS else run
        run += one.action_taken is PromptAction.DISMISSED
    return not here or ana.now - here[-1].shown_at >= min(BASE[kind] * 2**run, MONTH)


@given(histories)
def test_what_comes_is_what_the_rules_page_says(history: list[Step]) -> None:
    for ana, step in lived(history):
        decision = ana.decide(state_of(ana, step))
        chosen = decision.chosen
        came = None if chosen is None else (chosen.prompt_type, chosen.threshold)
        assert came == plain(ana, step)


@given(histories, steps, st.randoms(use_true_random=False))
def test_the_same_past_gives_the_same_answer_in_whatever_order_it_is_told(
    history: list[Step], step: Step, chance: Random
) -> None:
    ana = at_last(history)
    state = state_of(ana, step)
    answer = ana.decide(state)
    assert ana.decide(state) == answer
    chance.shuffle(ana.past)
    assert ana.decide(state) == answer


@given(histories, steps, policies)
def test_what_is_read_is_bounded_and_enough(
    history: list[Step], step: Step, policy: VideoPolicy
) -> None:
    within = reach(policy.prompts)
    most = within.recent + 8 * within.of_a_type + 2 * within.decisive
    for ana, later in lived([*history, step], policy):
        state = state_of(ana, later)
        whole = ana.decide(state)
        part = Prompted(policy, ana.now, ana.timezone, told_at=ana.told_at)
        part.past = list(that_matter(ana.past, later.where, within))
        assert len(part.past) <= most
        assert part.decide(state) == whole


@given(histories, steps)
def test_one_or_none_comes_and_the_others_say_why_not(history: list[Step], step: Step) -> None:
    for ana, later in lived([*history, step]):
        decision = ana.decide(state_of(ana, later))
        held = [one.prompt_type for one in decision.held_back]
        assert sorted([*held, *filter(None, [kind_of(decision)])]) == sorted(PromptType)
        assert all(one.reasons for one in decision.held_back)
        assert not any(reason.satisfied for one in decision.held_back for reason in one.reasons)
        if decision.chosen is not None:
            assert all(reason.satisfied for reason in decision.reasons)
        for one in decision.held_back:
            assert one.may_come_at is None or one.may_come_at >= ana.now


@given(histories, steps, st.integers(0, 100))
def test_time_alone_brings_none_before_it_may_come(
    history: list[Step], step: Step, percent: int
) -> None:
    ana = at_last(history)
    decision = ana.decide(state_of(ana, step))
    if decision.chosen is not None:
        ana.keep(decision)
    since = ana.day - timedelta(days=step.days_without)
    now, notice = ana.now, notice_of(ana, step)
    for held in decision.held_back:
        if held.may_come_at is None or held.prompt_type is COUNT:
            continue
        ana.now = now + (held.may_come_at - now - timedelta(microseconds=1)) * percent // 100
        if ana.now < now:
            continue
        talk = ana.talk(
            id=step.where,
            messages_since=step.messages_since,
            without_call_since=since,
            call_is_planned=step.planned,
        )
        later = a_state(talk, draft_length=step.draft_length, reward=notice)
        assert held.prompt_type in {one.prompt_type for one in ana.decide(later).held_back}
