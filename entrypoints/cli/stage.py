"""What the demo's stories are played on: persons, their conversations and calls, and the clock."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from attrs import frozen

from entrypoints.cli.api_client import Api

_ZONE = "Asia/Kolkata"
_CALL_SECONDS = 60


@frozen
class Room:
    """A conversation, and the one in it whose limit is looked at."""

    api: Api
    id: str
    sender: str
    partner: str

    def decision(self) -> dict[str, Any]:
        """Read the decision on the sender's next message."""
        return self.api.get(f"/v1/conversations/{self.id}/allowance", person_id=self.sender)

    def begin_call(self) -> str:
        """Have the sender call the partner, and both connect; give the call's id."""
        call = self.api.post(f"/v1/conversations/{self.id}/video-calls", initiator_id=self.sender)
        for person in (self.sender, self.partner):
            self.api.post(
                f"/v1/video-calls/{call['id']}/presence", person_id=person, event="connected"
            )
        return str(call["id"])


def a_person(api: Api, name: str, tier: str = "free") -> str:
    """Register a person, and give their id."""
    person = api.post("/v1/persons", name=name, timezone=_ZONE)
    api.put(f"/v1/persons/{person['id']}/tier", tier=tier)
    return str(person["id"])


def a_room(api: Api, sender: str, partner: str) -> Room:
    """Open the conversation of two persons."""
    room = api.post("/v1/conversations", kind="pair", participants=[sender, partner])
    return Room(api, str(room["id"]), sender, partner)


def talk(api: Api, rooms: Iterable[Room]) -> Iterable[dict[str, Any]]:
    """Call in all rooms at once, and end one call after the other, as it is asked for."""
    calls = [room.begin_call() for room in rooms]
    set_clock(api, now(api) + timedelta(seconds=_CALL_SECONDS))
    return (api.post(f"/v1/video-calls/{call}/end") for call in calls)


def now(api: Api) -> datetime:
    """Read the clock."""
    return datetime.fromisoformat(api.get("/v1/test-clock")["now"])


def set_clock(api: Api, at: datetime) -> None:
    """Move the clock."""
    api.put("/v1/test-clock", now=at.isoformat())
