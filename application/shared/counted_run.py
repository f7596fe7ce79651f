"""Count the turns of jobs, whoever takes them."""

from collections.abc import Callable

from attrs import frozen

from application.shared.jobs import JobKinds, Ticket
from application.shared.run_job import JobRun, TakesTurns
from application.shared.tally import BackgroundFigures


@frozen
class CountedRun:
    """Takes turns, and counts each with the time it took.

    Attributes:
        run: Takes them.
        figures: Where they are counted.
        seconds: The time by a watch.
    """

    run: TakesTurns
    figures: BackgroundFigures
    seconds: Callable[[], float]

    @property
    def kinds(self) -> JobKinds:
        """The kinds whose turns it can take."""
        return self.run.kinds

    async def __call__(self, ticket: Ticket) -> JobRun:
        """Take a turn; one that is left to another worker is not counted.

        Raises:
            JobElsewhereError: Another worker is at work on it.
            StoreUnavailableError: The store went away; the turn is to be taken again.
        """
        began = self.seconds()
        turn = await self.run(ticket)
        took = self.seconds() - began
        self.figures.job_ended(ticket.kind, outcome=turn.result.value, seconds=took)
        return turn
