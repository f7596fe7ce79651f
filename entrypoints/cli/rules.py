"""`kithkin rules`."""

import os
from pathlib import Path

import rich_click as click

from entrypoints.cli import options
from entrypoints.cli.output import write_json
from entrypoints.cli.terminal import say
from entrypoints.cli.toml_text import toml_text
from entrypoints.settings import read_settings
from entrypoints.wiring.rulebook import as_tables, effective_rulebook


@click.group("rules", epilog="Example: kithkin rules check rulebook.toml")
def command() -> None:
    """Show the rules in force, or check a rulebook file."""


@command.command("show", epilog="Example: kithkin rules show --rulebook rulebook.toml")
@options.rulebook
@options.as_json
def show(rulebook: str | None, *, as_json: bool) -> None:
    """Show every number of the rules, as a rulebook file would set it, and their version."""
    settings = read_settings(os.environ, rulebook=rulebook)
    effective = effective_rulebook(settings.rulebook)
    tables = as_tables(effective)
    if as_json:
        write_json({"version": effective.version, "policies": tables})
    else:
        click.echo(f"# version {effective.version}\n{toml_text(tables)}", nl=False)


@command.command("check", epilog="Example: kithkin rules check rulebook.toml")
@click.argument("file", type=click.Path(path_type=Path))
def check(file: Path) -> None:
    """Check a rulebook file: say what is wrong with it, or give the version it makes."""
    say("ok", f"{file} makes version {effective_rulebook(file).version}")
