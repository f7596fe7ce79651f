"""`kithkin doctor`."""

import asyncio
import os
from collections.abc import AsyncIterator, Mapping

import attrs
import rich_click as click
from rich.console import Console
from rich.table import Table
from rich.text import Text

from entrypoints.cli import options
from entrypoints.cli.checks import (
    Check,
    Verdict,
    check_disk,
    check_machine,
    check_port,
    check_rulebook,
    check_settings,
)
from entrypoints.cli.database_checks import check_database, check_folder
from entrypoints.cli.llm_check import check_llm
from entrypoints.cli.mail_check import check_mail
from entrypoints.cli.output import write_json
from entrypoints.cli.payments_check import check_payments
from entrypoints.cli.pepper_check import check_pepper

_STYLES = {Verdict.OK: "green", Verdict.PROBLEM: "bold red", Verdict.SKIPPED: "dim"}


@click.command("doctor", epilog="Example: kithkin doctor --data /var/lib/kithkin")
@options.database
@click.option("--host", metavar="HOST", help="Address of the API. [127.0.0.1]")
@click.option("--port", metavar="PORT", help="Port of the API. [8000]")
@options.rulebook
@options.as_json
def command(*, as_json: bool, **flags: str | None) -> None:
    """Find what is wrong with this installation, and how to mend it.

    The exit status is 1 if anything is.
    """
    checks = asyncio.run(_checks(flags))
    if as_json:
        write_json([attrs.asdict(check) for check in checks])
    else:
        Console(highlight=False).print(_table(checks))
    if any(check.verdict is Verdict.PROBLEM for check in checks):
        raise SystemExit(1)


async def _checks(flags: Mapping[str, str | None]) -> list[Check]:
    return [check async for check in _all_checks(flags)]


async def _all_checks(flags: Mapping[str, str | None]) -> AsyncIterator[Check]:
    for check in check_machine():
        yield check
    check, settings = check_settings(os.environ, flags)
    yield check
    if settings is None:
        return
    yield check_rulebook(settings)
    for check in check_folder(settings):
        yield check
    async for check in check_database(settings):
        yield check
    yield check_pepper(settings)
    yield await check_mail(settings)
    yield check_payments(settings)
    yield await check_llm(settings)
    yield check_disk(settings)
    yield check_port(settings)


def _table(checks: list[Check]) -> Table:
    table = Table("check", "", "found", "to mend it", show_lines=False)
    for check in checks:
        table.add_row(
            check.name,
            Text(check.verdict.value, style=_STYLES[check.verdict]),
            Text(check.detail),
            Text(check.mend or ""),
        )
    return table
