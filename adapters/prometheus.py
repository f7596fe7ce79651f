"""Figures for operators, as Prometheus reads them."""

import errno
import os
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile

from attrs import define, field
from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    disable_created_metrics,
    generate_latest,
    start_http_server,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from domain.shared.decisions import Verdict

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""The variable by which the client library knows where processes add up their figures."""

MEDIA_TYPE = "text/plain; version=0.0.4"

disable_created_metrics()  # type: ignore[no-untyped-call]  # they would double the lines, and processes cannot add them up

_FILES = ("counter", "gauge", "histogram")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_REQUEST_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
_JOB_SECONDS = (0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900)


@define
class Figures:
    """Counts what this process does; read, it gives the sum of all processes that share a folder.

    A label's values are names that the code knows, never what a client sent. One per process
    at most writes to a shared folder, so only a process that serves makes one that is used.
    """

    _registry: CollectorRegistry = field(factory=CollectorRegistry, init=False)
    _requests: Counter = field(init=False)
    _seconds: Histogram = field(init=False)
    _decisions: Counter = field(init=False)
    _prompts: Counter = field(init=False)
    _connections: Gauge = field(init=False)
    _jobs: Counter = field(init=False)
    _job_seconds: Histogram = field(init=False)
    _jobs_waiting: Gauge = field(init=False)
    _relay_events: Gauge = field(init=False)
    _relay_seconds: Gauge = field(init=False)
    _model_calls: Counter = field(init=False)
    _model_seconds: Histogram = field(init=False)
    _model_tokens: Counter = field(init=False)
    _model_price: Counter = field(init=False)
    _durations: dict[tuple[str, str], Histogram] = field(factory=dict, init=False)
    _requested: defaultdict[tuple[str, str, int], int] = field(
        factory=lambda: defaultdict(int), init=False
    )
    _decided: defaultdict[tuple[Verdict, ...], int] = field(
        factory=lambda: defaultdict(int), init=False
    )

    def __attrs_post_init__(self) -> None:
        to = self._registry
        self._requests = Counter(
            "kithkin_http_requests",
            "Requests that were answered, by route and status.",
            ("method", "route", "status"),
            registry=to,
        )
        self._seconds = Histogram(
            "kithkin_http_request_seconds",
            "Seconds from a request's arrival to the end of its answer.",
            ("method", "route"),
            buckets=_REQUEST_SECONDS,
            registry=to,
        )
        self._decisions = Counter(
            "kithkin_decisions",
            "What each rule said in the decisions that were taken.",
            ("rule", "result"),
            registry=to,
        )
        self._prompts = Counter(
            "kithkin_prompts",
            "Prompts that were shown, and the actions taken on them.",
            ("prompt_type", "event"),
            registry=to,
        )
        self._connections = Gauge(
            "kithkin_database_connections",
            "Database connections that are free or lent, and requests that wait for one.",
            ("state",),
            multiprocess_mode="livesum",
            registry=to,
        )
        self._jobs = Counter(
            "kithkin_jobs",
            "Jobs that were run, by how they ended.",
            ("kind", "outcome"),
            registry=to,
        )
        self._job_seconds = Histogram(
            "kithkin_job_seconds",
            "Seconds that a job ran.",
            ("kind",),
            buckets=_JOB_SECONDS,
            registry=to,
        )
        self._jobs_waiting = _latest(
            "kithkin_jobs_waiting", "Jobs that are due and not done.", "kind", to
        )
        self._relay_events = _latest(
            "kithkin_relay_lag_events", "Events that a relay has still to deliver.", "relay", to
        )
        self._relay_seconds = _latest(
            "kithkin_relay_lag_seconds", "Age of the oldest of those events.", "relay", to
        )
        self._model_calls = Counter(
            "kithkin_model_calls",
            "Calls of the language model, by how they ended.",
            ("task", "outcome"),
            registry=to,
        )
        self._model_seconds = Histogram(
            "kithkin_model_call_seconds",
            "Seconds that a call took, with all its attempts.",
            ("task",),
            buckets=_JOB_SECONDS,
            registry=to,
        )
        self._model_tokens = Counter(
            "kithkin_model_tokens",
            "Tokens that were read (input) and written (output).",
            ("task", "direction"),
            registry=to,
        )
        self._model_price = Counter(
            "kithkin_model_price_micros",
            "What calls came to, in millionths of the currency of the settings.",
            ("task",),
            registry=to,
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request.

        Args:
            method: Its method.
            route: The template of the route that took it, or a fixed word.
            status: Of the answer; 0 where there was none.
            seconds: From its arrival to the end of the answer.
        """
        if method not in _METHODS:
            method = "OTHER"
        self._requested[method, route, status] += 1
        duration = self._durations.get((method, route))
        if duration is None:
            duration = self._durations[method, route] = self._seconds.labels(method, route)
        duration.observe(seconds)

    def __call__(self, verdicts: tuple[Verdict, ...]) -> None:
        """Count what each rule said in one decision."""
        self._decided[verdicts] += 1

    def prompt(self, prompt_type: str, event: str) -> None:
        """Count that a prompt was shown, or acted on."""
        self._prompts.labels(prompt_type, event).inc()

    def pour(self) -> None:
        """Hand over what was counted since the last time.

        To count in the library's own way costs several times as much, on each request. It
        belongs to the thread that counts.
        """
        requested, self._requested = self._requested, defaultdict(int)
        for (method, route, status), number in requested.items():
            self._requests.labels(method, route, str(status)).inc(number)
        decided, self._decided = self._decided, defaultdict(int)
        for verdicts, number in decided.items():
            for rule, satisfied in verdicts:
                result = "allowed" if satisfied else "refused"
                self._decisions.labels(rule, result).inc(number)

    def connections(self, *, free: int, lent: int, waiting: int) -> None:
        """Say how this process's database connections are used."""
        self._connections.labels("free").set(free)
        self._connections.labels("lent").set(lent)
        self._connections.labels("waiting").set(waiting)

    def job_ended(self, kind: str, *, outcome: str, seconds: float) -> None:
        """Count a job that was run, however it ended."""
        self._jobs.labels(kind, outcome).inc()
        self._job_seconds.labels(kind).observe(seconds)

    def jobs_waiting(self, kind: str, number: int) -> None:
        """Say how many jobs of a kind are due and not done."""
        self._jobs_waiting.labels(kind).set(number)

    def relay_lag(self, relay: str, *, events: int, seconds: float) -> None:
        """Say how far a relay of events is behind."""
        self._relay_events.labels(relay).set(events)
        self._relay_seconds.labels(relay).set(seconds)

    def model_call(
        self,
        task: str,
        *,
        outcome: str,
        seconds: float,
        input_tokens: int,
        output_tokens: int,
        price_micros: int,
    ) -> None:
        """Count a call of the language model, however it ended."""
        self._model_calls.labels(task, outcome).inc()
        self._model_seconds.labels(task).observe(seconds)
        self._model_tokens.labels(task, "input").inc(input_tokens)
        self._model_tokens.labels(task, "output").inc(output_tokens)
        self._model_price.labels(task).inc(price_micros)

    @contextmanager
    def served(self, host: str, port: int) -> Iterator[int]:
        """Show what this process counts over HTTP while the context lasts; give the port.

        Raises:
            OSError: The port cannot be taken.
        """
        server, thread = start_http_server(port, host, self._registry)
        try:
            yield server.server_port
        finally:
            server.shutdown()
            server.server_close()
            thread.join()

    def text(self) -> bytes:
        """Give all figures that were handed over, in Prometheus' text form; it may take a while."""
        if FOLDER not in os.environ:
            return generate_latest(self._registry)
        shared = CollectorRegistry()
        MultiProcessCollector(shared)  # type: ignore[no-untyped-call]
        return generate_latest(shared)


def _latest(name: str, meaning: str, label: str, to: CollectorRegistry) -> Gauge:
    """Make a gauge of which any process may know the value: the one said last holds."""
    return Gauge(name, meaning, (label,), multiprocess_mode="livemostrecent", registry=to)


def make_folder() -> None:
    """Make the folder where processes add up their figures, if one is named.

    Raises:
        OSError: It cannot be made, or nothing can be written there.
    """
    given = os.environ.get(FOLDER)
    if given is not None:
        if not given:
            raise FileNotFoundError(errno.ENOENT, "no folder is named")
        Path(given).mkdir(parents=True, exist_ok=True)
        with TemporaryFile(dir=given):
            pass


@contextmanager
def shared_figures(processes: int) -> Iterator[None]:
    """Let the processes that are started meanwhile add up their figures, from zero on.

    Args:
        processes: How many there will be; one alone needs no folder.
    """
    given = os.environ.get(FOLDER)
    if given is not None:
        make_folder()
        for kind in _FILES:
            for file in Path(given).glob(f"{kind}_*.db"):
                file.unlink(missing_ok=True)
        yield
    elif processes == 1:
        yield
    else:
        with TemporaryDirectory(prefix="kithkin-figures-") as folder:
            os.environ[FOLDER] = folder
            try:
                yield
            finally:
                del os.environ[FOLDER]


def forget_process(pid: int) -> None:
    """Take what a process that ended had open or waiting out of the sums; its counts stay."""
    if FOLDER in os.environ:
        mark_process_dead(pid)  # type: ignore[no-untyped-call]
