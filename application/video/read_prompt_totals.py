"""Read how prompts fared over some dates."""

from collections.abc import Mapping
from datetime import date

from attrs import frozen

from application.video.prompt_ports import PromptTotals
from domain.shared.calendar import require_span
from domain.video.prompt_events import PromptType
from domain.video.prompt_totals import PromptFigures, figures_by_type, figures_of

MOST_DATES = 366


@frozen(kw_only=True)
class PromptReport:
    """How prompts fared.

    Attributes:
        first: The first date.
        last: The last date.
        total: All types together.
        by_type: Each type.
    """

    first: date
    last: date
    total: PromptFigures
    by_type: Mapping[PromptType, PromptFigures]


@frozen
class ReadPromptTotals:
    """Adds up the prompts that were shown on some dates, by type and action."""

    totals: PromptTotals

    async def __call__(self, first: date, last: date) -> PromptReport:
        """Give the figures of the dates from the first to the last.

        Raises:
            InvalidValueError: The last comes before the first, or the dates are too many.
        """
        require_span(first, last, most_dates=MOST_DATES)
        found = await self.totals.between(first, last)
        return PromptReport(
            first=first, last=last, total=figures_of(found), by_type=figures_by_type(found)
        )
