"""Who is in the story, and how its time passes."""

from datetime import datetime, time, timedelta
from typing import Any

from attrs import define

from domain.shared.calendar import month_after
from entrypoints.cli import output
from entrypoints.cli.api_client import Api
from entrypoints.wiring.payments import shown

_BEGINS_ON_DAY = 5
_BEGINS_AT = time(19)
"""In UTC: still that day in Lisbon, the next one in Kolkata."""
CALL_SECONDS = 60


@define
class Stage:
    """The two whom the story is about, and two more whom Asha talks with.

    Attributes:
        api: The server.
        now: The time that its test clock shows.
        asha: The id of Asha, in Kolkata.
        lena: The id of Lena, in Lisbon.
        others: The ids of Chitra, whom a service has set to plus, and of Dev, set to premium.
        token: Asha's own.
        rooms: Asha's conversations, by the id of the other.
    """

    api: Api
    now: datetime
    asha: str
    lena: str
    others: tuple[str, str]
    token: str
    rooms: dict[str, str]

    def let_pass(self, **time_: float) -> None:
        """Let time go by, in timedelta's words."""
        self.move_to(self.now + timedelta(**time_))

    def move_to(self, at: datetime) -> None:
        """Let it be another time, and all be done that is due by then."""
        self.now = datetime.fromisoformat(self.api.put("/v1/test-clock", now=at.isoformat())["now"])

    def of_asha(self, path: str, **query: str) -> dict[str, Any]:
        """Read something of Asha's."""
        return self.api.get(f"/v1/persons/{self.asha}/{path}", **query)

    def in_room(self, other: str) -> str:
        """Give the path of Asha's conversation with somebody."""
        return f"/v1/conversations/{self.rooms[other]}"

    def allowance(self, other: str, person: str) -> dict[str, Any]:
        """Read the decision on one more message of a person's in it."""
        return self.api.get(f"{self.in_room(other)}/allowance", person_id=person)

    def call(self, other: str) -> dict[str, Any]:
        """Let Asha and somebody talk by video for just long enough."""
        begun = self.api.post(f"{self.in_room(other)}/video-calls", initiator_id=self.asha)
        path = f"/v1/video-calls/{begun['id']}"
        for person in (self.asha, other):
            self.api.post(f"{path}/presence", person_id=person, event="connected")
        self.let_pass(seconds=CALL_SECONDS)
        return self.api.post(f"{path}/end")

    def buy(self, quote: dict[str, Any]) -> dict[str, Any]:
        """Pay for a quote on the sandbox's page, and give the payment."""
        payment = self.api.post("/v1/checkouts", quote_id=quote["id"])
        self.api.send_form(payment["page_url"], action="pay")
        return self.api.get(f"/v1/payments/{payment['id']}")


def set_stage(api: Api) -> Stage:
    """Let the story's persons register, on the evening of the next fifth of a month in UTC."""
    now = datetime.fromisoformat(api.get("/v1/test-clock")["now"])
    day = month_after(now.date()) + timedelta(days=_BEGINS_ON_DAY - 1)
    begins = datetime.combine(day, _BEGINS_AT, now.tzinfo)
    api.put("/v1/test-clock", now=begins.isoformat())
    asha = _registered(api, "Asha", "Asia/Kolkata", "hi-IN")
    lena = _registered(api, "Lena", "Europe/Lisbon", "pt-PT")
    chitra = _registered(api, "Chitra", "Asia/Kolkata", "hi-IN", "plus")
    dev = _registered(api, "Dev", "Asia/Kolkata", "hi-IN", "premium")
    return Stage(
        api=api,
        now=begins,
        asha=asha,
        lena=lena,
        others=(chitra, dev),
        token=new_token(api, asha),
        rooms={other: _opened(api, asha, other) for other in (lena, chitra, dev)},
    )


def new_token(api: Api, person: str) -> str:
    """Mint a token that acts for a person, who signs in by it."""
    return str(api.post(f"/v1/persons/{person}/tokens")["token"])


def money(amount: dict[str, Any]) -> str:
    """Write an amount to be read."""
    return shown(amount["amount_minor"], amount["currency"])


def instant(at: str) -> str:
    """Write an instant of an answer to be read."""
    return output.instant(datetime.fromisoformat(at))


def _registered(api: Api, name: str, zone: str, locale: str, tier: str | None = None) -> str:
    person = str(api.post("/v1/persons", name=name, timezone=zone, locale=locale)["id"])
    if tier is not None:
        api.put(f"/v1/persons/{person}/tier", tier=tier)
    return person


def _opened(api: Api, one: str, two: str) -> str:
    return str(api.post("/v1/conversations", kind="pair", participants=[one, two])["id"])
