"""How a running command is told to stop."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType


class StopSignals:
    """Turns Ctrl-C, SIGTERM or the end of the terminal into one KeyboardInterrupt.

    Only the first one: what is unwound after it is not to be cut short.
    """

    def __init__(self) -> None:
        self._held = False
        self._noted = False
        self._answered = False

    def install(self) -> None:
        """Take the signals from now on."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._take)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
            # Passed on, so that whoever takes SIGTERM later is told of this too.
            signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Answer a signal only at the end of the context; the second one breaks it off."""
        self._held = True
        try:
            yield
        except Exception:
            # The terminal sends Ctrl-C to child processes too, and what they were to do fails.
            if not self._noted:
                raise
        finally:
            self._held = False
        if self._noted:
            self._answer()

    def _take(self, _: int, __: FrameType | None) -> None:
        if self._answered:
            return
        if self._held and not self._noted:
            self._noted = True
        else:
            self._answer()

    def _answer(self) -> None:
        self._answered = True
        raise KeyboardInterrupt
