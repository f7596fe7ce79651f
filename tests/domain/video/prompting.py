"""A person who is prompted, and what is asked about them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import attrs
from attrs import define, field

from domain.shared.calendar import local_date
from domain.shared.ids import ConversationId, PersonId, PromptId
from domain.shared.standing import activity_reason, pair_reason
from domain.shared.tiers import TierStanding
from domain.video.policy import VideoPolicy
from domain.video.prompt_choice import PromptDecision, next_prompt
from domain.video.prompt_events import PromptAction, PromptType
from domain.video.prompt_rules import PromptState, TalkState
from domain.video.prompts import Prompt, act, acted_on, shown
from domain.video.unlock import UnlockFacts, allowance

POLICY = VideoPolicy()
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
TODAY = NOON.date()
HERE, THERE = ConversationId(UUID(int=1)), ConversationId(UUID(int=2))
ANA = PersonId(UUID(int=7))
COUNT, REWARD, SCHEDULING, LONG = PromptType
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
MOMENT = timedelta(microseconds=1)
LONG_DRAFT = 280


def a_talk(day: date = TODAY, **changes: Any) -> TalkState:
    """A conversation without anything to prompt about, unless changed."""
    known: dict[str, Any] = {
        "id": HERE,
        "left": 10,
        "timezone": "UTC",
        "last_call_on": None,
        "blocked": False,
        "messages_since": 0,
        "call_is_planned": False,
        **changes,
    }
    facts = UnlockFacts(
        day=day,
        timezone=known.pop("timezone"),
        sent=0,
        standing=TierStanding(),
        last_call_on=known.pop("last_call_on"),
    )
    whole = allowance(facts, POLICY.unlock, "v1")
    sent = whole.limit - known.pop("left")
    known.setdefault("without_call_since", facts.last_call_on or day)
    return TalkState(
        pair=pair_reason(blocked=known.pop("blocked"), partner_deleted=False),
        allowance=allowance(attrs.evolve(facts, sent=sent), POLICY.unlock, "v1"),
        **known,
    )


def a_state(talk: TalkState | None = None, **changes: Any) -> PromptState:
    state = PromptState(
        day=TODAY if talk is None else talk.allowance.counting_on,
        timezone="UTC" if talk is None else talk.allowance.facts.timezone,
        activity=activity_reason(active=True),
        in_call=False,
        talk=talk,
    )
    return attrs.evolve(state, **changes)


@define
class Prompted:
    """Ana, and all prompts that she was shown."""

    policy: VideoPolicy = POLICY
    now: datetime = NOON
    timezone: str = "UTC"
    past: list[Prompt] = field(factory=list)
    told_at: datetime = NOON - 30 * DAY

    @property
    def day(self) -> date:
        return max([local_date(self.now, self.timezone), *(one.shown_on for one in self.past)])

    def after(self, time: timedelta) -> "Prompted":
        self.now += time
        return self

    def talk(self, **changes: Any) -> TalkState:
        return a_talk(self.day, timezone=self.timezone, **changes)

    def decide(self, state: PromptState) -> PromptDecision:
        return next_prompt(tuple(self.past), state, self.policy, "v1", self.now)

    def ask(self, **changes: Any) -> PromptDecision:
        """Ask in a conversation, of which some things are said, or by `state` anything."""
        known = {
            name: changes.pop(name)
            for name in ("draft_length", "reward", "in_call", "activity")
            if name in changes
        }
        return self.decide(a_state(self.talk(**changes), **known))

    def show(self, **changes: Any) -> Prompt:
        """Ask, and keep what is shown, which something is."""
        decision = self.ask(**changes)
        return self.keep(decision)

    def keep(self, decision: PromptDecision) -> Prompt:
        event = decision.showing(ANA, PromptId(UUID(int=len(self.past) + 1)), self.now)
        assert event is not None, decision.held_back
        self.past.append(shown(event))
        return self.past[-1]

    def act(self, action: PromptAction, number: int = -1) -> None:
        """Answer one of the prompts, the last one if none is named."""
        (event,) = act(self.past[number], action, "v1", self.now)
        self.past[number] = acted_on(self.past[number], event)


def rules(decision: PromptDecision, kind: PromptType) -> set[str]:
    """The rules that hold a type back."""
    (held,) = (held for held in decision.held_back if held.prompt_type is kind)
    assert not any(reason.satisfied for reason in held.reasons)
    return {reason.rule for reason in held.reasons}


def may_come_at(decision: PromptDecision, kind: PromptType) -> datetime | None:
    (held,) = (held for held in decision.held_back if held.prompt_type is kind)
    return held.may_come_at


def kind_of(decision: PromptDecision) -> PromptType | None:
    return None if decision.chosen is None else decision.chosen.prompt_type
