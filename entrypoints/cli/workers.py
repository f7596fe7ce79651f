"""The API on a socket, by several processes."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import resource_tracker
from socket import socket

from uvicorn import Config
from uvicorn.supervisors.multiprocess import Multiprocess, Process

from entrypoints.cli.server_config import DRAIN_SECONDS, did_not_start, server_config
from entrypoints.cli.terminal import tell_problem
from entrypoints.settings import Settings
from entrypoints.wiring.figures import forget_process

_CLOSE_SECONDS = 4
_ANSWER_SECONDS = 0.1
_LOOK_SECONDS = 0.02


def serve_by_workers(settings: Settings, listener: socket, on_ready: Callable[[], None]) -> None:
    """Serve until this process is told to stop; a worker that dies is replaced.

    The workers read their settings from the environment.

    Raises:
        ClickException: The first of them did not start.
    """
    config = server_config(
        "entrypoints.http.asgi:create",
        factory=True,
        workers=settings.workers,
    )
    on_hangup = signal.getsignal(signal.SIGHUP)
    crew = _Crew(config, [listener], on_ready)
    signal.signal(signal.SIGHUP, on_hangup)  # the base class would renew the workers at it
    crew.run()
    if crew.failed:
        raise did_not_start()


class _Crew(Multiprocess):
    def __init__(self, config: Config, sockets: list[socket], on_ready: Callable[[], None]) -> None:
        super().__init__(config, sockets)
        self._on_ready = on_ready
        self.failed = False

    def init_processes(self) -> None:
        with _kept_from_children(signal.SIGINT, signal.SIGHUP):
            super().init_processes()
        while not all(process.is_ready(_ANSWER_SECONDS) for process in self.processes):
            ended = any(process.exitcode is not None for process in self.processes)
            self.handle_signals()
            if self.should_exit.wait(_LOOK_SECONDS):
                return
            if ended:
                self.failed = True
                self.should_exit.set()
                return
        self._on_ready()

    def keep_subprocess_alive(self) -> None:
        # The base class ends all workers where a new one fails to start. A database that is away
        # for a while makes one fail, and is no reason to end those that wait for it.
        if self.should_exit.is_set():
            return
        for index, process in enumerate(self.processes):
            if process.is_alive(self.config.timeout_worker_healthcheck):
                continue
            process.kill()
            process.process.join()
            if process.pid is not None:
                forget_process(process.pid)
            tell_problem(f"Worker {process.pid} ended; another takes its place.")
            with _kept_from_children(signal.SIGINT, signal.SIGHUP):
                self.processes[index] = Process(self.config, self.sockets)
                self.processes[index].start()

    def join_all(self) -> None:
        deadline = time.monotonic() + DRAIN_SECONDS + _CLOSE_SECONDS
        for process in self.processes:
            process.process.join(max(0.0, deadline - time.monotonic()))
            if process.exitcode is None:
                process.kill()
                process.process.join()


@contextmanager
def _kept_from_children(*signals: signal.Signals) -> Iterator[None]:
    """Let children start with signals blocked.

    The terminal sends Ctrl-C to all its processes, and who answers it is the supervisor.
    """
    resource_tracker.ensure_running()  # its start would lift the block
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
