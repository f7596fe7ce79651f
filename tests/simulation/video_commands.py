"""What can be done with video messages and credits in the simulation.

Video messages and purchases go by the number in which they were made, as all else does.
"""

from attrs import frozen


@frozen
class SendVideo:
    conversation: int
    sender: int
    others: tuple[int, ...]


@frozen
class CompleteVideo:
    conversation: int
    video: int


@frozen
class FailVideo:
    conversation: int
    video: int


@frozen
class WatchVideo:
    conversation: int
    video: int
    person: int


@frozen
class GrantCredits:
    person: int
    number: int


@frozen
class BuyCredits:
    person: int
    number: int


@frozen
class ChargeBack:
    person: int
    lot: int


@frozen
class AskCredits:
    person: int


@frozen
class AskVideoAllowance:
    person: int
    needed: int


VideoCommand = (
    SendVideo
    | CompleteVideo
    | FailVideo
    | WatchVideo
    | GrantCredits
    | BuyCredits
    | ChargeBack
    | AskCredits
    | AskVideoAllowance
)
