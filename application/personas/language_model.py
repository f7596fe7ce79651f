"""What the companions need of a language model: replies, and observations with evidence."""

from collections.abc import AsyncGenerator, Mapping
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from attrs import field, frozen

from domain.shared.errors import DomainError, UnavailableError
from domain.shared.ids import MessageId, PersonId

_MILLION = 1_000_000


class Speaker(StrEnum):
    """Who said a line; named as the roles of messages are."""

    USER = "user"
    ASSISTANT = "assistant"


@frozen(kw_only=True)
class Line:
    """One message of a transcript.

    Attributes:
        message_id: Which message.
        role: Who said it.
        text: What was said, as stored; whoever asks a model takes out what may not leave.
    """

    message_id: MessageId
    role: Speaker
    text: str


@frozen(kw_only=True)
class Manner:
    """How the persona talks, for a model that reads no prompt.

    Attributes:
        baseline: The name of the persona's baseline.
        sliders: Each slider's name and place, from -2 to 2; one that is missing is at 0.
    """

    baseline: str
    sliders: Mapping[str, int] = field(factory=dict, hash=False)


@frozen(kw_only=True)
class ObservationForm:
    """A kind of observation that is asked for, and what its value may be.

    Attributes:
        kind: The kind's name.
        meaning: What is to be observed, told to the model.
        values: The only values there are; empty where the value is free text.
        max_characters: How long free text may be.
    """

    kind: str
    meaning: str
    values: tuple[str, ...] = ()
    max_characters: int = 60


@frozen(kw_only=True)
class ModelRequest:
    """What every call of a model tells.

    Attributes:
        person_id: Whose budget pays; never told to the model.
        local_day: The person's day that it is paid from.
        system_prompt: The persona, rendered from its enums and sliders only.
        manner: The same persona's enums and sliders.
        transcript: What was said, the earliest first.
        nonce: Fresh and random for this call, 16 letters and digits or more; it fences the
            transcript off.
        day_ends_at: When the person's day ends, for the refusal of a budget that is spent.
    """

    person_id: PersonId
    local_day: date
    system_prompt: str
    manner: Manner
    transcript: tuple[Line, ...]
    nonce: str = field(repr=False)
    day_ends_at: datetime | None = None


@frozen(kw_only=True)
class ReplyRequest(ModelRequest):
    """Asks for the companion's next message; the transcript ends with the person's last."""


@frozen(kw_only=True)
class ObserveRequest(ModelRequest):
    """Asks what a session's transcript says of the person.

    Attributes:
        forms: The kinds of observations there are; nothing else comes back.
    """

    forms: tuple[ObservationForm, ...]


@frozen(kw_only=True)
class ModelUsage:
    """What a call came to, with all its attempts.

    Attributes:
        input_tokens: Tokens read.
        output_tokens: Tokens written.
        price_micros: Its price in millionths of the currency of the settings, rounded up.
    """

    input_tokens: int = 0
    output_tokens: int = 0
    price_micros: int = 0

    def __add__(self, other: "ModelUsage") -> "ModelUsage":
        """Give what both came to."""
        return ModelUsage(
            input_tokens=self.input_tokens + other.input_tokens,
            output_tokens=self.output_tokens + other.output_tokens,
            price_micros=self.price_micros + other.price_micros,
        )


NOTHING_USED = ModelUsage()


@frozen(kw_only=True)
class ModelPrices:
    """What a model's tokens cost, in millionths of a currency for a million of them.

    Attributes:
        input_micros: A million tokens read; 3 dollars are 3 000 000.
        output_micros: A million tokens written.
    """

    input_micros: int = 0
    output_micros: int = 0

    def usage(self, input_tokens: int, output_tokens: int) -> ModelUsage:
        """Give what so many tokens come to."""
        product = input_tokens * self.input_micros + output_tokens * self.output_micros
        return ModelUsage(
            input_tokens=input_tokens,
            output_tokens=output_tokens,
            price_micros=-(-product // _MILLION),
        )


@frozen(kw_only=True)
class Candidate:
    """An observation as the model gives it, in a form that was asked for.

    Whether its evidence is the person's own words is for the rules to say: see "After a session"
    in the rules page `personas`.

    Attributes:
        kind: One of the kinds asked for.
        value: One of the kind's values, or one line of text within its length.
        evidence_message_ids: Messages of the transcript, without repeats; may be empty.
        support: How well the evidence carries it, from 0 to 100.
    """

    kind: str
    value: str
    evidence_message_ids: tuple[MessageId, ...]
    support: int


@frozen(kw_only=True)
class Observed:
    """What a model observed.

    Attributes:
        candidates: The observations, in the model's order; may be none.
        left_out: How many more there were whose text was too long, or held an address, a contact,
            or what reads as instructions.
        usage: What the call came to.
    """

    candidates: tuple[Candidate, ...]
    left_out: int = 0
    usage: ModelUsage = NOTHING_USED


@frozen(kw_only=True)
class Delta:
    """The next piece of a reply.

    Attributes:
        text: To be put after what came before; never empty.
    """

    text: str


@frozen(kw_only=True)
class Finished:
    """The end of a reply that is whole; nothing comes after it.

    Attributes:
        usage: What the call came to.
    """

    usage: ModelUsage = NOTHING_USED


ReplyPart = Delta | Finished


class ModelUnavailableError(UnavailableError):
    """The model does not answer, or stopped in the middle of a reply.

    Attributes:
        usage: What was used all the same, estimated where the provider did not say.
    """

    code = "model_unavailable"

    def __init__(self, detail: str, usage: ModelUsage = NOTHING_USED) -> None:
        super().__init__(detail)
        self.usage = usage


class InsufficientDataError(DomainError):
    """The person said nothing, or the model gave nothing of the form asked for, twice.

    Attributes:
        usage: What the attempts came to.
    """

    code = "insufficient_data"

    def __init__(self, detail: str, usage: ModelUsage = NOTHING_USED) -> None:
        super().__init__(detail)
        self.usage = usage


class LanguageModel(Protocol):
    """A model that talks and observes. Never to be called inside a transaction."""

    async def observe(self, request: ObserveRequest) -> Observed:
        """Give what the transcript says of the person.

        Raises:
            InsufficientDataError: The person said nothing, or its output was invalid twice.
            ModelUnavailableError: It does not answer.
            ModelBudgetSpentError: The person's day has no money left for the call.
        """
        ...

    def reply(self, request: ReplyRequest) -> AsyncGenerator[ReplyPart, None]:
        """Stream the companion's next message: pieces, then `Finished` once it is whole.

        Close the stream (`contextlib.aclosing`) where it is left before its end, so that the
        provider is let go and the budget settled.

        Raises:
            ModelUnavailableError: It does not answer, or the reply broke off; what came before is
                no whole reply.
            ModelBudgetSpentError: The person's day has no money left for the call.
        """
        ...
