"""The command `kithkin`."""

import signal
import sys
from importlib import import_module

import rich_click as click

from application.shared.transaction import StoreUnavailableError
from domain.shared.errors import DomainError
from entrypoints.cli.terminal import tell_problem, tell_problems_as, write_any_character
from entrypoints.settings import SettingsError

COMMANDS = {
    "serve": "Run the API and its database.",
    "worker": "Work on jobs, beside a server and other workers.",
    "migrate": "Make or change the database's tables, as this release needs them.",
    "keys": "Make, list and revoke service keys.",
    "jobs": "List jobs, work that is done later; retry or discard those that failed.",
    "webhooks": "Manage the endpoints that events are sent to, and see what was delivered.",
    "rules": "Show the rules in force, or check a rulebook file.",
    "allowance": "Show what a person may still send in a conversation, and why.",
    "credits": "Give a person video credits, or show their balance and its ledger.",
    "reward": "Show whether a person's prices are lower this month, until when, and why.",
    "streak": "Show the streaks of a person, day by day.",
    "achievements": "Award an achievement to those who met it before it was there.",
    "usage": "Show what a person may use this month, by its sources.",
    "payments": "Compare payments with what their providers say.",
    "billing": "Show what a person pays for and may use, and their account credit.",
    "referrals": "Show whom a person referred, and whom those referred.",
    "chat": "Talk with a companion, and see what it learns from your words.",
    "persona": "Show how a person's companion has changed.",
    "demo": "Play a story through all of Kithkin, and say why each decision is so.",
    "doctor": "Find what is wrong with this installation, and how to mend it.",
}
"""The commands, each a module of its own, which is imported only to run it."""

_WRONG_USE = 2
_INTERRUPTED = 130


class Commands(click.RichGroup):
    """The commands, imported when they are needed."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Give their names."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Give what the list of commands shows of one."""
        about = COMMANDS.get(cmd_name)
        return None if about is None else click.RichCommand(name=cmd_name, help=about)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Give the command that is to run."""
        name, stub, rest = super().resolve_command(ctx, args)
        if name is None or stub is None:
            return name, stub, rest
        return name, import_module(f"entrypoints.cli.{name}").command, rest


@click.command(
    cls=Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Example: kithkin serve --data /var/lib/kithkin",
)
@click.version_option(package_name="kithkin", message="%(prog)s %(version)s")
def cli() -> None:
    """Decide what each person in a conversation app may do next, and say why.

    Every flag of a setting can also be given by the environment: --data as KITHKIN_DATA.
    """


def run(arguments: list[str]) -> int:
    """Run a command line, and give its exit status."""
    tell_problems_as(None)
    try:
        status = cli.main(arguments, prog_name="kithkin", standalone_mode=False)
    except click.UsageError as error:
        path = error.ctx.command_path if error.ctx else "kithkin"
        message = " ".join(error.format_message().split())
        end = "" if message[-1:] in {".", "?", ")"} else "."
        tell_problem(f"{message}{end} See `{path} --help`.")
        return _WRONG_USE
    except SettingsError as error:
        for problem in error.problems:
            tell_problem(problem)
        return _WRONG_USE
    except click.Abort:
        tell_problem("Interrupted.")
        return _INTERRUPTED
    except click.ClickException as error:
        tell_problem(error.format_message())
    except StoreUnavailableError as error:
        tell_problem(
            f"The database cannot be used: {error}."
            " With the same settings, `kithkin doctor` says what to mend."
        )
    except DomainError as error:
        tell_problem(error.detail)
    except OSError as error:
        tell_problem(str(error))
    else:
        return int(status or 0)
    return 1


def main() -> None:
    """Run the command line that this process was started with."""
    write_any_character()
    status = run(sys.argv[1:])
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # an impatient one would break off Python's end
    sys.exit(status)


if __name__ == "__main__":
    main()
