"""The command line as a whole."""

from importlib import import_module

import pytest
import rich_click as click

from entrypoints.cli.main import COMMANDS
from tests.cli.conftest import RunCommand
from tests.cli.served import run_command


def all_commands() -> list[tuple[str, click.Command]]:
    found = []
    for name in COMMANDS:
        command = import_module(f"entrypoints.cli.{name}").command
        found.append((name, command))
        if isinstance(command, click.Group):
            found += [(f"{name} {inner}", each) for inner, each in command.commands.items()]
    return found


@pytest.mark.parametrize(("name", "command"), all_commands())
def test_every_command_has_help_and_an_example(name: str, command: click.Command) -> None:
    assert command.help
    assert command.epilog
    assert command.epilog.startswith(f"Example: kithkin {name}")


def test_the_list_names_every_command(kithkin: RunCommand) -> None:
    result = kithkin("--help")
    assert result.status == 0
    assert all(f" {name} " in result.out for name in COMMANDS)


def test_the_installed_command_tells_its_version() -> None:
    result = run_command("--version")
    assert (result.returncode, result.stdout, result.stderr) == (0, "kithkin 0.1.0\n", "")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["keys", "create"], "read, write, admin. See `kithkin keys create --help`."),
        (["nope"], "No such command 'nope'. See `kithkin --help`."),
        (["keys", "create"], "'--scope'"),
        (["keys", "create", "--scope", "all"], "'all' is not one of"),
        (["keys", "revoke", "x"], "'x' is not a valid UUID. See `kithkin keys revoke --help`."),
        (["allowance", "x", "y"], "is not a valid UUID"),
        (["rules", "check"], "FILE"),
        (["serve", "--nope"], "--nope"),
        (["migrate", "--database-url", "host"], "postgresql://user:password@host:5432/name"),
    ],
)
def test_wrong_use_is_one_line(kithkin: RunCommand, arguments: list[str], told: str) -> None:
    result = kithkin(*arguments)
    assert result.status == 2
    assert result.out == ""
    assert len(result.problems) == 1
    assert told in result.err


@pytest.mark.parametrize("command", [["keys", "list"], ["migrate"]])
def test_a_database_that_is_away_is_one_line(kithkin: RunCommand, command: list[str]) -> None:
    result = kithkin(*command, "--database-url", "postgresql://me@127.0.0.1:1/app")
    assert result.status == 1
    assert len(result.problems) == 1
    assert result.err.startswith("Error: The database cannot be used: ")
    assert "`kithkin doctor`" in result.err
