"""The pictures of states show the states there are: each one of them, and no other."""

import re
from collections.abc import Iterable
from enum import StrEnum

import attrs
import pytest

from application.shared.outbox import event_type
from domain.achievements.awards import Award
from domain.billing.payments import PaymentStatus
from domain.billing.subscriptions import SubscriptionStatus
from domain.conversations.events import MessageDeleted, MessageEdited, MessageSent
from domain.events.deliveries import DeliveryState
from domain.identity.persons import PersonStatus
from domain.personas.events import Growth
from domain.referrals.views import ReferralState
from domain.shared.events import Event
from domain.streaks.standing import StreakStatus
from domain.usage.sessions import OpenSession, SettledSession
from domain.video import video_messages
from domain.video.calls import Ongoing, Ringing
from domain.video.credits import CreditAccounts
from domain.video.events import CallOutcome, RewardStatus
from domain.video.policy import UnlockPolicy
from domain.video.prompt_events import PromptAction, PromptShown
from tests.docs.test_examples import blocks, links_below, of

MOVE = re.compile(r"^ +(\S+) --> (\S+?)(?:: .+)?$")
END = "[*]"


def of_enumeration(states: type[StrEnum]) -> set[str]:
    return {state.value for state in states}


def of_classes(*states: type, without: str = "") -> set[str]:
    return {state.__name__.removesuffix(without).lower() for state in states}


def of_events(subject: str, *events: type[Event]) -> set[str]:
    """What a thing has become by events: `sent` by the event `message_sent`."""
    types = (event_type(event.__new__(event)) for event in events)
    return {name.removeprefix(f"{subject}_") for name in types}


def of_times(record: type[attrs.AttrsInstance]) -> set[str]:
    """What a record notes the time of."""
    names = (field.name for field in attrs.fields(record))
    return {name.removesuffix("_at") for name in names if name.endswith("_at")}


def of_figures(record: type, *names: str) -> set[str]:
    known = {*attrs.fields_dict(record), *vars(record)}
    return {name for name in names if name in known}


def of_percents(policy: UnlockPolicy) -> set[str]:
    return {f"p_{percent}" for percent in (0, *(step.percent for step in policy.decay))}


PICTURES: dict[str, list[set[str]]] = {
    "identity.md": [of_enumeration(PersonStatus)],
    "conversations.md": [of_events("message", MessageSent, MessageEdited, MessageDeleted)],
    "video.md": [
        of_classes(Ringing, Ongoing) | of_enumeration(CallOutcome),
        of_percents(UnlockPolicy()),
        of_enumeration(RewardStatus),
    ],
    "video-messages.md": [
        of_classes(
            video_messages.Pending,
            video_messages.Uploaded,
            video_messages.Viewed,
            video_messages.Failed,
        ),
        of_figures(CreditAccounts, "remaining", "spent", "refunded", "debt"),
    ],
    "prompts.md": [of_events("prompt", PromptShown) | of_enumeration(PromptAction)],
    "streaks.md": [of_enumeration(StreakStatus)],
    "achievements.md": [of_times(Award)],
    "usage.md": [of_classes(OpenSession, SettledSession, without="Session")],
    "referrals.md": [of_enumeration(ReferralState)],
    "billing.md": [of_enumeration(PaymentStatus), of_enumeration(SubscriptionStatus)],
    "personas.md": [{"open"} | of_enumeration(Growth)],
    "events.md": [of_enumeration(DeliveryState)],
}


def moves(picture: str) -> list[tuple[str, str]]:
    first, *rest = picture.splitlines()
    assert first == "stateDiagram-v2"
    found = [MOVE.match(line) for line in rest]
    assert None not in found, picture
    return [(move[1], move[2]) for move in found if move]


def reached(steps: Iterable[tuple[str, str]]) -> set[str]:
    """The states that a way leads to from the beginning."""
    found = {END}
    for _ in steps:
        found |= {after for before, after in steps if before in found}
    return found


def test_every_context_has_a_picture_of_its_states() -> None:
    assert [page for page in links_below("The rules, by context") if page not in PICTURES] == []


@pytest.mark.parametrize("page", PICTURES)
def test_pictures_show_exactly_the_states_there_are(page: str) -> None:
    pictures = [moves(block.content) for block in blocks(of(f"docs/{page}"), "mermaid")]
    shown = [{state for step in steps for state in step} - {END} for steps in pictures]
    assert shown == PICTURES[page]


@pytest.mark.parametrize("page", PICTURES)
def test_every_state_of_a_picture_can_be_reached(page: str) -> None:
    for block in blocks(of(f"docs/{page}"), "mermaid"):
        steps = moves(block.content)
        assert {before for before, _ in steps} <= reached(steps)
