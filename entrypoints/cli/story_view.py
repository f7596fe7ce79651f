"""The demo's stories, drawn to be read."""

from collections.abc import Iterator
from itertools import groupby
from typing import Any

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from entrypoints.cli.story import TIERS, Story
from entrypoints.cli.story_month import PARTNERS, Month
from entrypoints.cli.terminal import counted


def told(story: Story) -> RenderableType:
    """Draw the story."""
    month = story.month
    return Group(*_happenings(story), _decay(story), *_month(month), _last_days(month))


def _happenings(story: Story) -> Iterator[Text]:
    call, after = story.call, story.after
    yield _step("Asha and Ben meet", f"Asha may send {story.before['limit']} messages today.")
    yield _step("Asha writes", f"{story.sent} messages are stored.")
    yield _step("One more", f"403 {story.refusal['code']}: {story.refusal['detail']}")
    yield _step("They talk", f"video call {call['outcome']}, {call['overlap_seconds']} s together.")
    yield _step(
        "Asha's new limit",
        f"{after['limit']} = {after['base']} + {after['bonus']}; {after['remaining']} remain.",
    )


def _step(what: str, text: str) -> Text:
    return Text.assemble((f"{what}: ", "bold"), text)


def _decay(story: Story) -> Table:
    table = Table(title="Messages a day, by days since the call", title_justify="left")
    table.add_column("days")
    table.add_column("from")
    for tier in TIERS:
        table.add_column(tier, justify="right")
    for limits, group in groupby(story.decay, key=lambda day: day.limits):
        days = list(group)
        first, last = days[0], days[-1]
        span = str(first.day) if first == last else f"{first.day}-{last.day}"
        table.add_row(span, first.date, *(str(limits[tier]) for tier in TIERS))
    return table


def _month(month: Month) -> Iterator[Text]:
    earned, carried = month.steps[-1], month.carried
    needed = ", ".join(str(step["needed"]) for step in month.steps)
    yield _step("Chitra's month", f"Chitra has video calls with {_listed(PARTNERS)}.")
    yield _step("Partners needed", f"after each of the calls {needed}.")
    yield _step(
        "Chitra's reward",
        f"{earned['status']}: {earned['discount_percent']} % off until {earned['valid_until']}; "
        f"{month.full['credits']} credits cost {_price(month.lower)} instead of "
        f"{_price(month.full)}.",
    )
    yield _step(
        "The next month",
        f"{carried['status']}: {counted(carried['partners_last_month'], 'partner')} last month, "
        f"{carried['partners_this_month']} this month; {carried['needed']} would earn it anew.",
    )


def _listed(names: tuple[str, ...]) -> str:
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _price(bundle: dict[str, Any]) -> str:
    # The demo runs on the rules' own numbers, and those sell in cents.
    price = bundle["prices"][0]
    return f"{price['currency']} {price['amount_minor'] / 100:.2f}"


def _last_days(month: Month) -> Table:
    table = Table(title="The end of Chitra's reward", title_justify="left")
    for name in ("days left", "on", "reward", "off", "event", "prompt"):
        table.add_column(name)
    for day in month.last_days:
        notice, prompt = day.notice, day.prompt
        table.add_row(
            str(day.days_left),
            day.date,
            day.status,
            f"{day.discount_percent} %",
            "" if notice is None else notice["type"],
            "" if prompt is None else f"{prompt['prompt_type']} {prompt['threshold']}",
        )
    return table
