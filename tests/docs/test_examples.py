"""What the documentation shows is true: its examples run, its tables agree with the code."""

import inspect
import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple, get_args

import attrs
import msgspec
import pytest

from adapters import event_catalogue
from adapters.rulebook import as_numbers, rulebook_of
from application.shared.outbox import event_type
from application.shared.rulebook import Policies
from domain.achievements.events import AchievementEvent
from domain.billing.events import BillingEvent
from domain.conversations.events import ConversationEvent
from domain.identity.events import IdentityEvent
from domain.personas.events import PersonaEvent
from domain.referrals.events import ReferralEvent
from domain.shared.errors import DomainError
from domain.shared.events import Event
from domain.streaks.events import StreakEvent
from domain.usage.events import UsageEvent
from domain.video.events import VideoEvent
from entrypoints.cli.main import COMMANDS
from entrypoints.http import cors, crowd, errors
from entrypoints.settings import PREFIX, Settings
from entrypoints.wiring.kithkin import in_memory
from tests.architecture.source import LAYERS, ROOT, modules

AnyEvent = (
    IdentityEvent
    | ConversationEvent
    | VideoEvent
    | StreakEvent
    | AchievementEvent
    | UsageEvent
    | BillingEvent
    | ReferralEvent
    | PersonaEvent
)
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md")))
BLOCK = re.compile(r"^(?:<!-- (\w+) -->\n)?```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PYTHON_THEN_OUTPUT = re.compile(r"^```python\n.*?^```\n\n```text\n(.*?)^```$", re.M | re.S)
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE_SPAN = re.compile(r"`([^`\n]+)`")
WALK_URL = "http://127.0.0.1:8000"
WALK_DATA = "/tmp/kithkin-walk"


class Block(NamedTuple):
    """A fenced block, with the name in the comment above it."""

    label: str
    language: str
    content: str


@cache
def read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def blocks(page: Path, language: str) -> list[Block]:
    found = (Block(*match.groups(default="")) for match in BLOCK.finditer(read(page)))
    return [block for block in found if block.language == language]


def tables(page: Path, heading: str) -> Iterator[list[str]]:
    """The rows of those tables of a page whose first column has this heading."""
    rows: list[list[str]] = []
    for line in [*read(page).splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
            continue
        if rows and rows[0][0] == heading:
            yield from rows[2:]
        rows = []


def spans(cell: str) -> list[str]:
    return CODE_SPAN.findall(cell)


def of(page: str) -> Path:
    return ROOT / page


def links_below(heading: str) -> list[str]:
    """The pages that a part of the index links to first in each line of its list."""
    part = read(of("docs/index.md")).partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(r"^- \[[^\]]+\]\(([\w-]+\.md)\)", part, re.MULTILINE)


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def pages_with(language: str) -> list[Path]:
    return [page for page in PAGES if blocks(page, language)]


# Python


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """One without settings, in which the rules have the name that they ship with."""
    folder = tmp_path_factory.mktemp("packages")
    (folder / "kithkin_domain").symlink_to(ROOT / "domain", target_is_directory=True)
    path = os.pathsep.join((str(folder), str(ROOT)))
    unset = {name: value for name, value in os.environ.items() if PREFIX not in name}
    return {**unset, "PYTHONPATH": path}


def run_python(file: Path, environment: dict[str, str], *options: str) -> str:
    ran = subprocess.run(
        (sys.executable, *options, file),
        env=environment,
        cwd=file.parent,
        check=False,
        capture_output=True,
        text=True,
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_every_page_with_python_is_run() -> None:
    assert [name_of(page) for page in pages_with("python")] == [
        "README.md",
        "docs/embedding.md",
        "docs/jobs.md",
        "docs/testing.md",
    ]


@pytest.mark.parametrize("page", ["README.md", "docs/embedding.md", "docs/jobs.md"])
def test_examples_print_what_the_page_shows(
    page: str, environment: dict[str, str], tmp_path: Path
) -> None:
    program = tmp_path / "program.py"
    program.write_text("\n".join(block.content for block in blocks(of(page), "python")))
    shown = "".join(PYTHON_THEN_OUTPUT.findall(read(of(page))))
    assert run_python(program, environment, "-W", "error") == shown


def test_the_tests_of_the_memory_kit_pass(environment: dict[str, str], tmp_path: Path) -> None:
    examples = [block.content for block in blocks(of("docs/testing.md"), "python")]
    file = tmp_path / "test_with_the_kit.py"
    file.write_text("\n".join(examples))
    plain = {**environment, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    said = run_python(file, plain, "-m", "pytest", "--quiet", "-p", "no:cacheprovider")
    tests = len(re.findall(r"^def test_", "\n".join(examples), re.MULTILINE))
    assert f"{tests} passed" in said


def test_the_kit_has_the_use_cases_that_its_page_names() -> None:
    kithkin = in_memory()
    rows = list(tables(of("docs/testing.md"), "Part"))
    assert len(rows) == 14
    for part, named in rows:
        [path] = spans(part)
        context = getattr(kithkin, path.removeprefix("kithkin."))
        assert [name for name in spans(named) if name not in context.providers] == []


# The walk


@contextmanager
def served(data: Path, environment: dict[str, str]) -> Iterator[str]:
    """The server of the walk, on a free port; gives its address."""
    command = (sys.executable, "-m", "entrypoints.cli.main", "serve", "--test-clock")
    with subprocess.Popen(
        (*command, "--data", data, "--port", "0"),
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        found = (re.search(r"^Serving +(http://[\w.:]+)", line) for line in process.stdout)
        url = next((match[1] for match in found if match), "")
        try:
            assert url, "the server did not start"
            yield url
        finally:
            process.terminate()
            process.communicate()


def test_the_walk_of_the_readme_works(environment: dict[str, str]) -> None:
    start, *steps = (block.content for block in blocks(of("README.md"), "sh"))
    assert f"kithkin serve --test-clock --data {WALK_DATA}" in start
    # Not tmp_path: pytest closes the folders above it, and under root PostgreSQL is another user.
    with TemporaryDirectory() as folder:
        Path(folder).chmod(0o711)
        data = f"{folder}/data"
        with served(Path(data), environment) as url:
            script = "\n".join(steps).replace(WALK_URL, url).replace(WALK_DATA, data)
            script = script.replace(".venv/bin/", f"{Path(sys.executable).parent}/")
            walked = subprocess.run(
                ("bash", "-euo", "pipefail", "-c", script),
                cwd=ROOT,
                env=environment,
                check=False,
                capture_output=True,
                text=True,
            )
    assert walked.returncode == 0, walked.stdout + walked.stderr
    refusal, rest = walked.stdout.split("\n", 1)
    explained, rest = rest.split("\nringing\nongoing\n")
    _, sent = rest.split("\ncompleted\n")
    assert refusal.startswith("10 of 10 messages are sent for ")
    decision, after = json.loads(explained), json.loads(sent)["allowance"]
    assert (decision["limit"], decision["remaining"]) == (10, 0)
    assert decision["unlockers"] == [{"action": "complete_a_video_call", "limit": 30}]
    assert (after["limit"], after["sent"], after["next_change"]["limit"]) == (30, 11, 25)


# Rulebooks


@pytest.mark.parametrize("page", pages_with("toml"), ids=name_of)
def test_every_rulebook_is_taken(page: Path) -> None:
    for block in blocks(page, "toml"):
        rulebook_of(tomllib.loads(block.content))


def test_the_defaults_are_listed_in_full() -> None:
    *_, listed = blocks(of("docs/operating.md"), "toml")
    known = json.loads(json.dumps(as_numbers(Policies())))
    assert tomllib.loads(listed.content) == known


# Where the source documents are compared, `streaks.current` and its like are columns.
@pytest.mark.parametrize("page", [page for page in PAGES if page.stem != "coverage"], ids=name_of)
def test_every_key_of_the_rulebook_exists(page: Path) -> None:
    for path in re.findall(
        r"`((?:identity|conversations|video|streaks|usage|referrals|tiers)(?:\.[a-z_]+)+)`",
        read(page),
    ):
        numbers: Any = as_numbers(Policies())
        for key in path.split("."):
            assert key in numbers, path
            numbers = numbers[key]


# Links


def slug(heading: str) -> str:
    kept = re.sub(r"[^\w\- ]", "", heading.strip().lower())
    return kept.replace(" ", "-")


def anchors(page: Path) -> set[str]:
    prose = BLOCK.sub("", read(page))
    return {slug(heading) for heading in re.findall(r"^#+ (.+)$", prose, re.MULTILINE)}


def broken(page: Path, target: str) -> bool:
    path, _, anchor = target.partition("#")
    linked = (page.parent / path).resolve() if path else page
    if not linked.is_relative_to(ROOT) or not linked.exists():
        return True
    return bool(anchor) and anchor not in anchors(linked)


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = LINK.findall(BLOCK.sub("", read(page)))
    relative = [target for target in targets if not re.match(r"[a-z]+:", target)]
    assert [target for target in relative if broken(page, target)] == []


def test_a_broken_link_is_found() -> None:
    page = of("docs/index.md")
    assert not broken(page, "video.md#progressive-unlock")
    assert broken(page, "nowhere.md")
    assert broken(page, "video.md#nowhere")
    assert broken(page, "../../outside.md")


def test_the_index_names_every_page() -> None:
    index = of("docs/index.md")
    linked = {
        (index.parent / target.partition("#")[0]).resolve() for target in LINK.findall(read(index))
    }
    assert [page for page in PAGES if page.parent != ROOT and page not in {*linked, index}] == []


def test_decisions_have_one_form() -> None:
    records = [page for page in PAGES if page.parent.name == "adr"]
    assert [record.name[:4] for record in records] == [
        f"{number:04}" for number in range(1, len(records) + 1)
    ]
    for record in records:
        first, *_ = read(record).splitlines()
        assert first.startswith(f"# {record.name[:4]} ")
        headings = re.findall(r"^## (.+)$", read(record), re.MULTILINE)
        assert headings == ["Context", "Decision", "Consequences"], record.name


# HTTP


@cache
def bodies() -> dict[str, type[msgspec.Struct]]:
    found: dict[str, type[msgspec.Struct]] = {}
    for path in sorted((ROOT / "entrypoints" / "http").glob("*.py")):
        for member in vars(import_module(f"entrypoints.http.{path.stem}")).values():
            if isinstance(member, type) and issubclass(member, msgspec.Struct):
                found[member.__name__] = member
    return found


def test_every_json_example_is_of_its_declared_type() -> None:
    examples = blocks(of("docs/http.md"), "json")
    assert examples
    for example in examples:
        decoded = msgspec.json.decode(example.content, type=bodies()[example.label])
        shown = json.loads(example.content)
        known = json.loads(msgspec.json.encode(decoded))
        assert {name: known[name] for name in shown} == shown, example.label


ENDPOINTS = """
import asyncio
import re
import httpx
from litestar import Litestar
from entrypoints.http.app import create_app
from entrypoints.wiring.kithkin import in_memory

def who_may(method, opt):
    if opt.get("public") or opt.get("anyone"):
        return "anyone"
    if opt.get("persons") == "only":
        return "person"
    key = f"`{opt.get('scope') or ('read' if method == 'GET' else 'write')}` key"
    return f"{key} or person" if opt.get("persons") else key

async def main():
    app = create_app(in_memory())
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app), base_url="http://kithkin"
    ) as client:
        api = (await client.get("/schema/openapi.json")).json()
    while not isinstance(app, Litestar):
        app = app.app
    found = {
        (method, re.sub(r":\\w+}", "}", route.path_format)): who_may(method, handler.opt)
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        for method in handler.http_methods
    }
    for path, operations in api["paths"].items():
        for method in map(str.upper, operations):
            print(method, path, "|", found[method, path])

asyncio.run(main())
"""


def test_the_pages_list_exactly_the_endpoints_there_are_and_who_may(
    environment: dict[str, str], tmp_path: Path
) -> None:
    program = tmp_path / "endpoints.py"
    program.write_text(ENDPOINTS)
    known = run_python(program, environment).splitlines()
    rows = [row for page in PAGES for row in tables(page, "Endpoint")]
    listed = [f"{span} | {row[2]}" for row in rows for span in spans(row[0])]
    assert sorted(listed) == sorted(known)


# Codes, events, settings, commands


def test_the_catalogue_of_events_is_up_to_date() -> None:
    assert of("docs/events.json").read_text() == event_catalogue.written()
    kinds = {kind.__name__ for kind in get_args(AnyEvent)}
    assert {kind.__name__ for kind in event_catalogue.EVENTS} == kinds


def kinds_of(error: type[DomainError]) -> Iterator[type[DomainError]]:
    yield error
    for kind in error.__subclasses__():
        yield from kinds_of(kind)


def codes_of_the_rules() -> set[str]:
    for path in modules("domain", "application"):
        if path.stem != "__init__":
            import_module(".".join(path.with_suffix("").parts))
    # Other tests make errors of their own.
    return {
        kind.code for kind in kinds_of(DomainError) if kind.__module__.partition(".")[0] in LAYERS
    }


def codes_of_the_api() -> set[str]:
    texts = (inspect.getsource(module) for module in (cors, crowd, errors))
    named = {code for text in texts for code in re.findall(r'\bcode="(\w+)"', text)}
    return {*errors._CODES.values(), *named}


def test_every_code_is_documented_and_no_other() -> None:
    listed = {span for page in PAGES for row in tables(page, "Code") for span in spans(row[0])}
    shown = set(re.findall(r'"code": "([a-z]\w*)"', "\n".join(read(page) for page in PAGES)))
    known = codes_of_the_rules() | codes_of_the_api()
    assert listed == known
    assert shown <= known


def fields_of_events() -> dict[str, set[str]]:
    common = {field.name for field in attrs.fields(Event)}
    kinds: tuple[type[Event], ...] = get_args(AnyEvent)
    return {
        # Its name is made of its class alone.
        event_type(kind.__new__(kind)): {field.name for field in attrs.fields(kind)} - common
        for kind in kinds
    }


def test_every_event_is_documented_with_its_fields() -> None:
    listed = {
        name: set(spans(row[2]))
        for page in PAGES
        for row in tables(page, "Event")
        for name in spans(row[0])
    }
    assert listed == fields_of_events()


def test_every_event_stands_on_one_page() -> None:
    listed = [name for page in PAGES for row in tables(page, "Event") for name in spans(row[0])]
    catalogue = json.loads(read(of("docs/events.json")))
    assert sorted(listed) == sorted(kind["$ref"].rpartition("/")[2] for kind in catalogue["oneOf"])


def test_the_readme_lists_every_setting_with_its_default() -> None:
    defaults = {f"{PREFIX}{field.name.upper()}": field.default for field in attrs.fields(Settings)}
    listed = {
        variable: default.strip("`")
        for [variable], default in (
            (spans(row[0]), row[2]) for row in tables(of("README.md"), "Environment")
        )
    }
    assert listed == {
        variable: "none" if default is None else str(default).lower()
        for variable, default in defaults.items()
    }


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_setting_and_command_that_is_named_exists(page: Path) -> None:
    code = [*CODE_SPAN.findall(read(page)), *(block.content for block in blocks(page, "sh"))]
    known = {PREFIX + field.name.upper() for field in attrs.fields(Settings)}
    named = {name for part in code for name in re.findall(r"\bKITHKIN_\w+", part)}
    assert named - known <= {PREFIX}
    commands = {name for part in code for name in re.findall(r"\bkithkin ([a-z]+)", part)}
    assert commands <= COMMANDS.keys()
