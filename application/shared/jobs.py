"""Work that is to be done later, once."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID, uuid5

import attrs
from attrs import Attribute, field, frozen

from domain.shared.text import is_snake_case

KEY_MAX_CHARACTERS = 200
DATA_MAX_BYTES = 8192
PERIODIC_KEY = "periodic"

_KIND_MAX_CHARACTERS = 60
_PERIODIC_IDS = UUID("6f0a3c0e-5d0c-4f3e-9a57-1f2f4d6c7b80")
_MOMENT = timedelta(microseconds=1)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def _is_kind(_: object, __: "Attribute[str]", kind: str) -> None:
    if not is_snake_case(kind, _KIND_MAX_CHARACTERS):
        raise ValueError(f"{kind!r} is no kind of job: it is snake_case, of at most 60 characters")


def _is_key(_: object, __: "Attribute[str]", key: str) -> None:
    if not 1 <= len(key) <= KEY_MAX_CHARACTERS or not key.isprintable():
        raise ValueError("a job's key has 1 to 200 printable characters")


def _has_zone(_: object, __: "Attribute[datetime]", at: datetime) -> None:
    if at.tzinfo is None:
        raise ValueError("a job's time needs a zone")


def _is_small(_: object, __: "Attribute[Mapping[str, Any]]", data: Mapping[str, Any]) -> None:
    text = json.dumps(data, allow_nan=False, ensure_ascii=False)
    if r"\u0000" in text:
        raise ValueError("a job's data holds no NUL")
    # Encoding refuses unpaired surrogates.
    if len(text.encode()) > DATA_MAX_BYTES:
        raise ValueError(f"a job's data has at most {DATA_MAX_BYTES} bytes; give ids, not contents")


def _copied(data: Mapping[str, Any]) -> dict[str, Any]:
    return dict(data)


@frozen(kw_only=True)
class Job:
    """Work to be done.

    Attributes:
        kind: What is to be done; snake_case.
        key: Tells it from other jobs of its kind that wait.
        at: Not before this instant, by the clock that everything runs on.
        data: What the work needs to know: a small JSON object.
    """

    kind: str = field(validator=_is_kind)
    key: str = field(validator=_is_key)
    at: datetime = field(validator=_has_zone)
    data: Mapping[str, Any] = field(factory=dict, converter=_copied, validator=_is_small)


class Jobs(Protocol):
    """Where work for later is left."""

    async def enqueue(self, job: Job) -> None:
        """Leave a job, in the running transaction if there is one.

        Where one of its kind and key waits for its first try already, that one stands
        for both, at the earlier of the two times.
        """
        ...


class JobState(StrEnum):
    """Where a job is; what is done is gone.

    Attributes:
        WAITING: For its time.
        RETRYING: For the time of its next try.
        QUEUED: For a worker, or at work.
        FAILED: On the last-resort list: it is not tried again by itself.
    """

    WAITING = "waiting"
    RETRYING = "retrying"
    QUEUED = "queued"
    FAILED = "failed"


@frozen(kw_only=True)
class StoredJob:
    """A job as it is stored.

    Attributes:
        id: Its own, so that work for others can be told from a repeat of it.
        kind: As of the job.
        key: As of the job.
        at: When it is due next.
        data: As of the job.
        state: Where it is.
        turn: How often it was handed to the queue.
        tries: How often work on it began since it was due first.
        error: What the last failed try failed by.
        failed_at: Since when it is on the last-resort list.
    """

    id: UUID
    kind: str
    key: str
    at: datetime
    data: Mapping[str, Any]
    state: JobState
    turn: int
    tries: int
    error: str | None
    failed_at: datetime | None


Handler = Callable[[StoredJob], Awaitable[object]]
"""Does a job's work."""

Ahead = Callable[[datetime], Awaitable[datetime | None]]
"""Gives when there is work for the first time after an instant, as far as that is known."""


@frozen(kw_only=True)
class JobKind:
    """How jobs of a kind are worked on.

    Attributes:
        name: The kind.
        handle: Does the work.
        in_transaction: The work is done in one transaction with marking it done. Work
            that has effects elsewhere is not; it may be begun again after a crash, so
            it must do no more the second time, told by the job's id.
        every: Makes it periodic: once in so long, by all workers together.
        ahead: Tells when a periodic kind next finds work, so that a move of the test clock
            stops there; None where it does not matter when the work is done.
        tries: How often it is begun before it fails for good.
        first_delay: How long to wait after the first failed try; it doubles each time.
        longest_delay: The most to wait.
        longest_run: When to break a try off.
    """

    name: str = field(validator=_is_kind)
    handle: Handler
    in_transaction: bool = True
    every: timedelta | None = None
    ahead: Ahead | None = None
    tries: int = 10
    first_delay: timedelta = timedelta(seconds=10)
    longest_delay: timedelta = timedelta(hours=1)
    longest_run: timedelta = timedelta(minutes=5)

    def delay(self, tries: int, chance: float) -> timedelta:
        """Give how long to wait after so many tries.

        Args:
            tries: How many there were, at least one.
            chance: From 0 to 1: between half of the delay and all of it.
        """
        longest_doubling = 32
        doubled = 1 << min(tries - 1, longest_doubling)
        return min(self.first_delay * doubled, self.longest_delay) * (0.5 + chance / 2)

    def repeats(self, job: StoredJob) -> bool:
        """Tell whether a job is the periodic one, and not one that somebody left besides."""
        return self.every is not None and job.key == PERIODIC_KEY

    def next_slot(self, now: datetime) -> datetime:
        """Give when a periodic job is due next; what was missed is made up for by one run."""
        if self.every is None:
            raise ValueError(f"{self.name} is not periodic")
        return _EPOCH + ((now - _EPOCH) // self.every + 1) * self.every

    async def next_run(self, after: datetime) -> datetime | None:
        """Give when a periodic job first runs after an instant and is known to find work."""
        at = None if self.ahead is None else await self.ahead(after)
        return None if at is None else self.next_slot(at - _MOMENT)

    def planned(self, now: datetime) -> StoredJob:
        """Give the one job that a periodic kind has; it is due at once the first time."""
        job = Job(kind=self.name, key=PERIODIC_KEY, at=now)
        return first_state(job, uuid5(_PERIODIC_IDS, self.name))


@frozen
class JobKinds:
    """The kinds of jobs that this release can do.

    Attributes:
        by_name: The kinds.
    """

    by_name: Mapping[str, JobKind]

    @classmethod
    def of(cls, kinds: Iterable[JobKind]) -> "JobKinds":
        """Gather kinds, of which no two have the same name."""
        by_name: dict[str, JobKind] = {}
        for kind in kinds:
            if by_name.setdefault(kind.name, kind) is not kind:
                raise ValueError(f"two kinds of jobs are named {kind.name}")
        return cls(by_name)

    @property
    def names(self) -> tuple[str, ...]:
        """Their names."""
        return tuple(self.by_name)

    @property
    def periodic(self) -> tuple[JobKind, ...]:
        """Those that are done again and again."""
        return tuple(kind for kind in self.by_name.values() if kind.every is not None)


@frozen
class Ticket:
    """What goes through the queue for a job."""

    job_id: UUID
    kind: str
    turn: int


def ticket_of(job: StoredJob) -> Ticket:
    """Give the ticket of a job's turn."""
    return Ticket(job.id, job.kind, job.turn)


def first_state(job: Job, job_id: UUID) -> StoredJob:
    """Give a new job as it is stored."""
    return StoredJob(
        id=job_id,
        kind=job.kind,
        key=job.key,
        at=job.at,
        data=job.data,
        state=JobState.WAITING,
        turn=0,
        tries=0,
        error=None,
        failed_at=None,
    )


def tried_anew(job: StoredJob, now: datetime) -> StoredJob:
    """Give a job from the last-resort list as it waits again."""
    return attrs.evolve(job, state=JobState.RETRYING, at=now, tries=0, failed_at=None)
