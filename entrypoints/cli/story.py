"""The story that the demo plays: two persons meet, and a video call changes what they may send.

Every number in it is one that the API answered.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from entrypoints.cli.api_client import Api
from entrypoints.cli.month_story import RewardDay, play_month

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
_ZONE = "Asia/Kolkata"
_CALL_SECONDS = 60
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
        month: The days of a reward, from its first partner to its end.
    """

    before: dict[str, Any]
    sent: int
    refusal: dict[str, Any]
    call: dict[str, Any]
    after: dict[str, Any]
    decay: tuple[DecayDay, ...]
    month: tuple[RewardDay, ...]


@frozen
class _Room:
    """A conversation, and the one in it whose limit is looked at."""

    api: Api
    id: str
    sender: str
    partner: str

    def decision(self) -> dict[str, Any]:
        return self.api.get(f"/v1/conversations/{self.id}/allowance", person_id=self.sender)

    def begin_call(self) -> str:
        call = self.api.post(f"/v1/conversations/{self.id}/video-calls", initiator_id=self.sender)
        for person in (self.sender, self.partner):
            self.api.post(
                f"/v1/video-calls/{call['id']}/presence", person_id=person, event="connected"
            )
        return str(call["id"])


def play(api: Api) -> Story:
    """Play the story on an empty server with a test clock."""
    noon = _at_noon_of_tomorrow(api)
    ben = _person(api, "Ben", "free")
    rooms = {tier: _room(api, _person(api, f"Asha, {tier}", tier), ben) for tier in TIERS}
    free = rooms["free"]
    before = free.decision()
    path = f"/v1/conversations/{free.id}/messages"
    for text in _MESSAGES:
        api.post(path, sender_id=free.sender, text=text)
    sent = free.decision()["sent"]
    refusal = api.refused(path, sender_id=free.sender, text=_ONE_TOO_MANY)
    calls = {tier: room.begin_call() for tier, room in rooms.items()}
    talked = noon + timedelta(seconds=_CALL_SECONDS)
    _set_clock(api, talked)
    ended = {tier: api.post(f"/v1/video-calls/{call}/end") for tier, call in calls.items()}
    return Story(
        before=before,
        sent=sent,
        refusal=refusal,
        call=ended["free"],
        after=free.decision(),
        decay=tuple(_decay(api, rooms, talked)),
        month=play_month(api),
    )


def _decay(api: Api, rooms: dict[str, _Room], since: datetime) -> Iterator[DecayDay]:
    for day in range(_LAST_DAY + 1):
        _set_clock(api, since + timedelta(days=day))
        decisions = {tier: room.decision() for tier, room in rooms.items()}
        free = decisions["free"]
        yield DecayDay(
            day=free["days_since_call"],
            date=free["counting_on"],
            limits={tier: decision["limit"] for tier, decision in decisions.items()},
        )


def _at_noon_of_tomorrow(api: Api) -> datetime:
    """Keep the story clear of midnight."""
    now = datetime.fromisoformat(api.get("/v1/test-clock")["now"])
    noon = now.replace(hour=12, minute=0, second=0, microsecond=0) + timedelta(days=1)
    _set_clock(api, noon)
    return noon


def _set_clock(api: Api, at: datetime) -> None:
    api.put("/v1/test-clock", now=at.isoformat())


def _person(api: Api, name: str, tier: str) -> str:
    person = api.post("/v1/persons", name=name, timezone=_ZONE)
    api.put(f"/v1/persons/{person['id']}/tier", tier=tier)
    return str(person["id"])


def _room(api: Api, sender: str, partner: str) -> _Room:
    room = api.post("/v1/conversations", kind="pair", participants=[sender, partner])
    return _Room(api, str(room["id"]), sender, partner)
