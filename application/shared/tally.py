"""Counting what the rules decide, and what works in the background."""

from typing import Protocol

from domain.shared.decisions import Verdict


class Tally(Protocol):
    """Where decisions are counted, each once it is taken and not when it is only asked for."""

    def __call__(self, verdicts: tuple[Verdict, ...], /) -> None:
        """Count what each rule said in one decision."""
        ...


class PromptTally(Protocol):
    """Where prompts are counted."""

    def prompt(self, prompt_type: str, event: str) -> None:
        """Count that a prompt was shown, or acted on.

        Args:
            prompt_type: What it is about; one of a few names that the rules know.
            event: `shown`, or the action; as few.
        """
        ...


class BackgroundFigures(Protocol):
    """Where those who work in the background say how far they are."""

    def job_ended(self, kind: str, *, outcome: str, seconds: float) -> None:
        """Count a job that was run, however it ended.

        Args:
            kind: Which work it is; one of a few names that the code knows.
            outcome: How it ended, such as `done` or `put_off`; as few.
            seconds: How long it ran.
        """
        ...

    def jobs_waiting(self, kind: str, number: int) -> None:
        """Say how many jobs of a kind are due and not done."""
        ...

    def relay_lag(self, relay: str, *, events: int, seconds: float) -> None:
        """Say how far a relay of events is behind.

        Args:
            relay: Which one; one of a few names that the code knows.
            events: How many it has still to deliver.
            seconds: How old the oldest of them is; 0 where there is none.
        """
        ...


class ModelFigures(Protocol):
    """Where calls of a language model are counted."""

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
        """Count a call, however it ended.

        Args:
            task: What it was for; one of a few names that the code knows.
            outcome: How it ended; as few.
            seconds: How long it took, with all its attempts.
            input_tokens: Tokens read.
            output_tokens: Tokens written.
            price_micros: Its price in millionths of the currency of the settings.
        """
        ...


def uncounted(_: tuple[Verdict, ...]) -> None:
    """Count nothing, where nobody asks for figures."""


class _UncountedPrompts:
    def prompt(self, prompt_type: str, event: str) -> None:
        pass


uncounted_prompts: PromptTally = _UncountedPrompts()
"""Counts nothing, where nobody asks for figures."""
