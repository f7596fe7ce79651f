"""The demo's story, drawn to be read."""

from collections.abc import Iterator
from itertools import groupby

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from entrypoints.cli.story import TIERS, Story
from entrypoints.cli.terminal import counted


def told(story: Story) -> RenderableType:
    """Draw the story."""
    return Group(*_happenings(story), _decay(story), _month(story))


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


def _month(story: Story) -> Table:
    table = Table(title="The monthly reward, from the first partner on", title_justify="left")
    for name in ("on", "partners", "reward", "discount", "told"):
        table.add_column(name)
    for day in story.month:
        told = day.told or ""
        if day.days_left is not None:
            told = f"{told}, {counted(day.days_left, 'day')} left"
        discount = f"{day.discount_percent} %"
        table.add_row(day.date, str(day.partners), day.status, discount, told)
    return table
