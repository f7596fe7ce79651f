"""What can be done in the simulation.

Persons, conversations, messages and calls go by the number in which they were made, so that a
command means the same to every Kithkin it is put to. `NOBODY` stands for one that was never made.
"""

from attrs import frozen

from tests.simulation.usage_commands import UsageCommand
from tests.simulation.video_commands import VideoCommand
from tests.simulation.whole_commands import WholeCommand

NOBODY = -1


@frozen
class Register:
    name: str
    timezone: str
    email: str | None


@frozen
class ChangeProfile:
    person: int
    field: str
    value: str | None


@frozen
class SetTier:
    person: int
    tier: str


@frozen
class Suspend:
    person: int
    reason: str


@frozen
class Reinstate:
    person: int


@frozen
class Block:
    blocker: int
    blocked: int


@frozen
class Unblock:
    blocker: int
    blocked: int


@frozen
class Report:
    reporter: int
    reported: int
    reason: str
    evidence: tuple[int, ...]


@frozen
class Prefer:
    person: int
    target_language: str
    speaking_level: int | None


@frozen
class Erase:
    person: int


@frozen
class Open:
    opener: int
    partner: int


@frozen
class Send:
    conversation: int
    sender: int
    text: str
    client_message_id: str | None


@frozen
class Edit:
    conversation: int
    message: int
    editor: int
    text: str


@frozen
class Delete:
    conversation: int
    message: int
    deleter: int


@frozen
class MarkRead:
    conversation: int
    person: int
    message: int


@frozen
class StartCall:
    """A call in so many seconds, or at once."""

    conversation: int
    initiator: int
    ahead: int | None


@frozen
class Connect:
    call: int
    person: int


@frozen
class Leave:
    call: int
    person: int


@frozen
class Decline:
    call: int
    person: int


@frozen
class EndCall:
    call: int
    person: int | None


@frozen
class AskAllowance:
    conversation: int
    person: int


@frozen
class AskSummary:
    conversation: int
    person: int


@frozen
class AskMessages:
    conversation: int
    reader: int | None


@frozen
class AskHistory:
    conversation: int


@frozen
class AskCall:
    call: int


@frozen
class VoidCall:
    call: int
    reason: str


@frozen
class AskReward:
    person: int


@frozen
class Wait:
    microseconds: int


IdentityCommand = (
    Register | ChangeProfile | SetTier | Suspend | Reinstate | Block | Unblock | Report
)
PersonalCommand = Prefer | Erase
TalkCommand = Open | Send | Edit | Delete | MarkRead | AskAllowance | AskSummary | AskMessages
CallCommand = StartCall | Connect | Leave | Decline | EndCall | AskCall | AskHistory
RewardCommand = VoidCall | AskReward
Command = (
    IdentityCommand
    | PersonalCommand
    | TalkCommand
    | CallCommand
    | VideoCommand
    | RewardCommand
    | UsageCommand
    | WholeCommand
    | Wait
)

Answer = dict[str, object]
"""What a command gives, in plain values; `error` is the code of a refusal."""
