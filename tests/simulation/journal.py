"""What has happened in the simulation: facts are only ever added, and answers worked out anew."""

from datetime import UTC, date, datetime, timedelta

from attrs import define, field, frozen

from tests.simulation import rules
from tests.simulation.usage_facts import UsageFacts
from tests.simulation.video_facts import VideoFacts
from tests.simulation.whole_facts import WholeFacts, buys

START = datetime(2026, 3, 5, 9, tzinfo=UTC)
"""In the weeks after it, clocks are changed from Havana to Lord Howe, some of them at midnight."""


@define
class PersonLog:
    """A person: each list grows by one at every change.

    Attributes:
        counted: The date of everything that was counted.
        tiers: The date and the new tier of every change.
        erased_at: From when on nothing is left but what was counted.
    """

    profiles: list[dict[str, str | None]]
    registered_at: datetime
    counted: list[date] = field(factory=list)
    tiers: list[tuple[date, str]] = field(factory=list)
    suspended: list[bool] = field(factory=list)
    preferences: list[tuple[str, int | None]] = field(factory=list)
    erased_at: datetime | None = None

    @property
    def profile(self) -> dict[str, str | None]:
        return self.profiles[-1]

    @property
    def timezone(self) -> str:
        return str(self.profile["timezone"])

    @property
    def active(self) -> bool:
        return not self.erased and not (self.suspended and self.suspended[-1])

    @property
    def erased(self) -> bool:
        return self.erased_at is not None

    def counting_date(self, at: datetime) -> date:
        return max([rules.wall_date(at, self.timezone), *self.counted])


@define
class MessageLog:
    """A message; the first of its texts is the one it was sent with."""

    conversation: int
    sender: int
    client_message_id: str | None
    at: datetime
    counted_on: date
    number: int
    limit: int
    texts: list[str]
    edited_at: datetime | None = None
    deleted_at: datetime | None = None


@define
class ConversationLog:
    participants: tuple[int, int]
    at: datetime
    messages: list[int] = field(factory=list)
    calls: list[int] = field(factory=list)
    read: dict[int, list[int]] = field(factory=dict)


@frozen
class PresenceLog:
    """A connect or disconnect, and where the two were counted at that time.

    Attributes:
        whereabouts: For each participant their zone and the dates counted so far.
    """

    at: datetime
    person: int
    connected: bool
    whereabouts: dict[int, tuple[str, list[date]]]


@frozen
class EndLog:
    at: datetime
    declined: bool
    dates: dict[int, date]


@frozen
class CallFate:
    """How a call stands at some instant, as `call_log` reads it off what happened.

    Attributes:
        state: ringing, ongoing or ended.
        over_at: When it ended; None while it is open.
        outcome: How, once it has ended.
        overlap: How long both were connected, so far.
        dates: The date on which it counts for each, if it was completed.
    """

    state: str
    over_at: datetime | None
    outcome: str | None
    overlap: timedelta
    dates: dict[int, date]


@define
class CallLog:
    """A video call.

    Attributes:
        over: How it ended, once that is known: nothing changes it any more.
    """

    conversation: int
    initiator: int
    callee: int
    at: datetime
    rings_at: datetime
    scheduled: bool
    reports: list[PresenceLog] = field(factory=list)
    end: EndLog | None = None
    voided: bool = False
    over: CallFate | None = None


Told = dict[str, object]
"""An event in plain values."""


@define
class Journal:
    """All facts, and the time.

    Attributes:
        whole: Those of what is sold, referrals and companions, where there is any of it.
    """

    now: datetime = START
    persons: list[PersonLog] = field(factory=list)
    conversations: list[ConversationLog] = field(factory=list)
    messages: list[MessageLog] = field(factory=list)
    calls: list[CallLog] = field(factory=list)
    blocks: list[tuple[int, int, bool]] = field(factory=list)
    reports: int = 0
    video: VideoFacts = field(factory=VideoFacts)
    usage: UsageFacts = field(factory=UsageFacts)
    whole: WholeFacts | None = None
    told: list[Told] = field(factory=list)

    def tell(self, kind: str, person: int, **facts: object) -> None:
        self.told.append({"type": kind, "at": self.now, "person_id": person, **facts})

    def may_buy(self, person: int) -> bool:
        """Tell whether what a person may use does not only depend on what a service sets."""
        return self.whole is not None and buys(person)

    def knows(self, *persons: int) -> bool:
        return all(0 <= person < len(self.persons) for person in persons)

    def erased(self, person: int) -> bool:
        return self.knows(person) and self.persons[person].erased

    def has_blocked(self, blocker: int, blocked: int) -> bool:
        states = [on for one, two, on in self.blocks if (one, two) == (blocker, blocked)]
        return bool(states) and states[-1]

    def apart(self, one: int, two: int) -> bool:
        return self.has_blocked(one, two) or self.has_blocked(two, one)

    def conversation_of(self, one: int, two: int) -> int | None:
        for number, conversation in enumerate(self.conversations):
            if set(conversation.participants) == {one, two}:
                return number
        return None

    def takes_part(self, conversation: int, person: int) -> bool:
        return (
            0 <= conversation < len(self.conversations)
            and person in self.conversations[conversation].participants
        )

    def other(self, conversation: int, person: int) -> int:
        one, two = self.conversations[conversation].participants
        return two if person == one else one

    def forbidden(self, actor: int, other: int) -> str | None:
        """Give the code with which a person is kept from acting towards another."""
        if self.persons[actor].erased:
            return "person_deleted"
        if not self.persons[actor].active:
            return "person_suspended"
        if self.persons[other].erased:
            return "partner_deleted"
        return "pair_blocked" if self.apart(actor, other) else None
