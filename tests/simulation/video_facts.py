"""What has happened with video messages and credits in the simulation."""

from datetime import date, datetime

from attrs import define, field

HERE, SPENT, GONE = "here", "spent", "gone"


@define
class Credit:
    lot: int
    state: str = HERE


@define
class LotLog:
    person: int
    bought: bool
    charged_back: bool = False


@define
class VideoLog:
    send: int
    conversation: int
    sender: int
    recipient: int
    credit: Credit | None
    counted_on: date
    at: datetime
    state: str = "pending"
    given_back: bool | None = None


@define
class VideoFacts:
    """All facts about video messages and credits.

    Attributes:
        credits: By person, in the order in which they came.
        owed: By person, what chargebacks could not take.
    """

    lots: list[LotLog] = field(factory=list)
    videos: list[VideoLog] = field(factory=list)
    credits: dict[int, list[Credit]] = field(factory=dict)
    owed: dict[int, int] = field(factory=dict)
    sends: int = 0

    def of(self, person: int, state: str) -> list[Credit]:
        return [credit for credit in self.credits.get(person, []) if credit.state == state]

    def free_used(self, person: int, day: date) -> int:
        return sum(
            video.sender == person
            and video.credit is None
            and video.counted_on == day
            and not video.given_back
            for video in self.videos
        )
