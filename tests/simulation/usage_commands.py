"""What can be done with seconds in the simulation.

Usage sessions go by the number in which they were started, as all else does.
"""

from attrs import frozen


@frozen
class StartUsage:
    person: int
    mode: str
    conversation: int | None


@frozen
class BeatUsage:
    session: int


@frozen
class ExtendUsage:
    session: int


@frozen
class SettleUsage:
    session: int
    input_tokens: int | None


@frozen
class GrantSeconds:
    person: int
    seconds: int


@frozen
class AskUsage:
    person: int


@frozen
class AskPaywall:
    """Whether a session may start."""

    person: int


UsageCommand = (
    StartUsage | BeatUsage | ExtendUsage | SettleUsage | GrantSeconds | AskUsage | AskPaywall
)
