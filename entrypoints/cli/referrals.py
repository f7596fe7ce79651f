"""`kithkin referrals`."""

from uuid import UUID

import rich_click as click
from rich.console import Console
from rich.markup import escape
from rich.tree import Tree as Drawn

from application.referrals.read_tree import MOST_LEVELS, MOST_PERSONS, Branch, Tree
from domain.referrals.referrals import Rewarded
from domain.referrals.views import ReferralState, state_of
from domain.shared.ids import PersonId
from entrypoints.cli import options
from entrypoints.cli.ask import ask
from entrypoints.cli.output import write_json
from entrypoints.cli.terminal import counted
from entrypoints.wiring.kithkin import Kithkin

# An indentation for each level, and what is said of a person.
_WIDEST = 4 * MOST_LEVELS + 200
_EXAMPLE = f"Example: kithkin referrals tree {options.EXAMPLE_ID}"
_STYLES = {
    ReferralState.REWARDED: "green",
    ReferralState.QUALIFIED: "cyan",
    ReferralState.HELD: "yellow",
    ReferralState.REJECTED: "red",
    ReferralState.REVERSED: "red",
    ReferralState.EXPIRED: "dim",
}


@click.group("referrals", epilog=_EXAMPLE)
def command() -> None:
    """Show whom a person referred, and whom those referred."""


@command.command("tree", epilog=_EXAMPLE)
@options.person
@click.option(
    "--most",
    type=click.IntRange(1, MOST_PERSONS),
    default=1000,
    show_default=True,
    help="How many persons to show at most.",
)
@options.database
@options.rulebook
@options.test_clock
@options.as_json
def tree(person: UUID, *, most: int, as_json: bool, **flags: str | bool | None) -> None:
    """Draw whom a person referred, and whom those referred, as a tree."""

    async def read(kithkin: Kithkin) -> Tree:
        return await kithkin.referrals.read_tree()(PersonId(person), most)

    draw(ask(read, **flags), as_json=as_json)


def draw(found: Tree, *, as_json: bool) -> None:
    """Write a tree to standard output, for a person or a program to read."""
    if as_json:
        write_json({"persons": found.persons, "whole": found.whole, "root": _data(found.root)})
        return
    # Lines of deep trees are longer than a terminal is wide: what has no room is left out there.
    console = Console(highlight=False, width=_WIDEST)
    console.print(_drawn(found.root), soft_wrap=True)
    end = (
        "" if found.whole else "; more are not shown: see --most, or draw the tree of one of these"
    )
    console.print(f"{counted(found.persons, 'person')} below{end}", soft_wrap=True)


def _drawn(root: Branch) -> Drawn:
    drawn = Drawn(_label(root))
    waiting = [(root, drawn)]
    while waiting:
        branch, place = waiting.pop()
        waiting += [(below, place.add(_label(below))) for below in branch.branches]
    return drawn


def _label(branch: Branch) -> str:
    if branch.referral is None:
        return f"[bold]{branch.person_id}[/]"
    state = state_of(branch.referral)
    style = _STYLES.get(state, "default")
    words = [f"{branch.person_id}  [{style}]{state.value}[/]"]
    if isinstance(branch.referral, Rewarded):
        reward = branch.referral.referrer_reward
        words.append(f"tier {branch.referral.bonus_tier}")
        words.append(
            f"{reward.amount_minor // 100}.{reward.amount_minor % 100:02} {escape(reward.currency)}"
        )
    return "  ".join(words)


def _data(root: Branch) -> dict[str, object]:
    """Give a tree as JSON; however deep it is, no call is made for each level."""
    made = _plain(root)
    waiting = [(root, made)]
    while waiting:
        branch, data = waiting.pop()
        below = [_plain(one) for one in branch.branches]
        data["branches"] = below
        waiting += zip(branch.branches, below, strict=True)
    return made


def _plain(branch: Branch) -> dict[str, object]:
    referral = branch.referral
    return {
        "person_id": str(branch.person_id),
        "referral_id": None if referral is None else str(referral.id),
        "state": None if referral is None else state_of(referral).value,
        "branches": [],
    }
