"""The errors of the rules: each has a code that never changes."""

from typing import ClassVar

from .decisions import Reason


class DomainError(Exception):
    """A rule says no, or a value is not one the rules can work with.

    Attributes:
        code: Stable, snake_case; what a program tells errors apart by.
        detail: For a person: what is wrong and what to do about it.
    """

    code: ClassVar[str] = "domain_error"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail


class InvalidValueError(DomainError):
    """A value breaks a rule by itself, whatever the state.

    Attributes:
        field: The name of the input it came in by, as the caller knows it.
    """

    code = "invalid_value"

    def __init__(self, field: str, detail: str) -> None:
        super().__init__(detail)
        self.field = field


class NotFoundError(DomainError):
    """The thing does not exist, or the one who asks may not know that it does."""

    code = "not_found"


class ConflictError(DomainError):
    """The current state does not admit the command; another state would."""

    code = "conflict"


class RefusedError(DomainError):
    """A gate's decision is no.

    Attributes:
        reasons: Those of the decision, so that the refusal explains itself.
        decision: The whole decision, where the gate gives more than reasons.
    """

    code = "refused"

    def __init__(
        self, detail: str, reasons: tuple[Reason, ...] = (), decision: object | None = None
    ) -> None:
        super().__init__(detail)
        self.reasons = reasons
        self.decision = decision


class UnitsNeededError(RefusedError):
    """A gate's decision is no, because units are missing that can be bought."""

    code = "units_needed"


class TooFastError(DomainError):
    """The same was asked for too often; time alone lifts that.

    Attributes:
        retry_after_seconds: In how many seconds to ask again.
    """

    code = "too_fast"

    def __init__(self, detail: str, retry_after_seconds: int) -> None:
        super().__init__(detail)
        self.retry_after_seconds = retry_after_seconds


class UnavailableError(DomainError):
    """A service that is needed is away, or not set up."""

    code = "unavailable"
