"""The story that the demo plays: two persons meet, and a video call changes what they may send.

Every number in it is one that the API answered.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from entrypoints.cli.api_client import Api
from entrypoints.cli.stage import Room, a_person, a_room, now, set_clock, talk
from entrypoints.cli.story_month import Month, play_month

_MESSAGES = (
    "Hello, Ben!",
    "How was the concert?",
    "I heard they played for three hours.",
    "Did you stay to the end?",
    "I would have loved to come.",
    "Next time, perhaps?",
    "My sister is learning the violin.",
    "She practises at night.",
    "We may have to move.",
    "Shall we talk tomorrow?",
)
_ONE_TOO_MANY = "One more thing..."
_LAST_DAY = 31
TIERS = ("free", "plus", "premium")


@frozen(kw_only=True)
class DecayDay:
    """The limits of one day after the call.

    Attributes:
        day: Days since the call.
        date: The local date.
        limits: Messages a day, by tier.
    """

    day: int
    date: str
    limits: dict[str, int]


@frozen(kw_only=True)
class Story:
    """What the API answered.

    Attributes:
        before: The decision before the first message.
        sent: Messages counted when all were sent.
        refusal: The problem that one more of them met.
        call: The video call, once it was over.
        after: The decision after the call.
        decay: The limits of the days from the call on.
        month: The story of another person, in the months that follow.
    """

    before: dict[str, Any]
    sent: int
    refusal: dict[str, Any]
    call: dict[str, Any]
    after: dict[str, Any]
    decay: tuple[DecayDay, ...]
    month: Month


def play(api: Api) -> Story:
    """Play the story on an empty server with a test clock."""
    _set_to_noon_of_tomorrow(api)
    ben = a_person(api, "Ben")
    rooms = {tier: a_room(api, a_person(api, f"Asha, {tier}", tier), ben) for tier in TIERS}
    free = rooms["free"]
    before = free.decision()
    path = f"/v1/conversations/{free.id}/messages"
    for text in _MESSAGES:
        api.post(path, sender_id=free.sender, text=text)
    sent = free.decision()["sent"]
    refusal = api.refused(path, sender_id=free.sender, text=_ONE_TOO_MANY)
    ended = dict(zip(TIERS, talk(api, rooms.values()), strict=True))
    return Story(
        before=before,
        sent=sent,
        refusal=refusal,
        call=ended["free"],
        after=free.decision(),
        decay=tuple(_decay(api, rooms, now(api))),
        month=play_month(api),
    )


def _decay(api: Api, rooms: dict[str, Room], since: datetime) -> Iterator[DecayDay]:
    for day in range(_LAST_DAY + 1):
        set_clock(api, since + timedelta(days=day))
        decisions = {tier: room.decision() for tier, room in rooms.items()}
        free = decisions["free"]
        yield DecayDay(
            day=free["days_since_call"],
            date=free["counting_on"],
            limits={tier: decision["limit"] for tier, decision in decisions.items()},
        )


def _set_to_noon_of_tomorrow(api: Api) -> None:
    """Keep the story clear of midnight."""
    noon = now(api).replace(hour=12, minute=0, second=0, microsecond=0)
    set_clock(api, noon + timedelta(days=1))
