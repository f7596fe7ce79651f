"""The rules that no linter knows: each takes source text or paths, and gives what breaks it."""

import ast
import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

MAX_LINES = 400

_TOP_LEVEL_FOLDERS = {
    "domain",
    "application",
    "adapters",
    "entrypoints",
    "tests",
    "docs",
    "benchmarks",
}
_GENERIC_NAMES = {"util", "utils", "helper", "helpers", "manager", "managers", "common", "misc"}
_NOT_USE_CASES = {"__init__", "ports", "queries", "reactions"}
_USE_CASE_NAME = re.compile(r"[a-z]+(_[a-z]+)+")

# Standard modules that reach outside: the clock, chance, files, the network, other processes.
_IMPURE_MODULES = {
    "asyncio",
    "http",
    "io",
    "locale",
    "logging",
    "multiprocessing",
    "os",
    "pathlib",
    "random",
    "secrets",
    "shutil",
    "socket",
    "sqlite3",
    "subprocess",
    "sys",
    "tempfile",
    "threading",
    "time",
    "urllib.request",
}
_IMPURE_NAMES = {
    "datetime.date.today",
    "datetime.datetime.now",
    "datetime.datetime.today",
    "datetime.datetime.utcnow",
    "uuid.getnode",
    "uuid.uuid1",
    "uuid.uuid4",
    "uuid.uuid6",
    "uuid.uuid7",
}
_IMPURE_BUILTINS = {"__import__", "breakpoint", "eval", "exec", "input", "open", "print"}

_INDEX_ADDRESS = re.compile(
    r"pypi\.org/simple"
    r"|files\.pythonhosted\.org"
    r"|(?<![\w-])--(?:default-|extra-)?index(?:-url)?[ =]"
    r"|\b(?:extra-)?index-url\s*="
    r"|(?<![\w-])--find-links[ =]"
    r"|https?://\S+/simple\b"
)


def foreign_imports(source: str) -> Iterator[str]:
    """Inside domain: the standard library, attrs, and what is relative."""
    for line, module in _absolute_imports(source):
        top = module.partition(".")[0]
        if top not in {"attr", "attrs"} and top not in sys.stdlib_module_names:
            yield f"{line}: imports {module}"


def impurities(source: str) -> Iterator[str]:
    """What reads a clock, chance, a file, the environment or the network."""
    for line, module in _absolute_imports(source):
        if any(f"{module}.".startswith(f"{impure}.") for impure in _IMPURE_MODULES):
            yield f"{line}: imports {module}"
    tree = ast.parse(source)
    known = _imported_names(tree)
    for node in ast.walk(tree):
        name = _full_name(node, known)
        if name in _IMPURE_NAMES or (isinstance(node, ast.Name) and name in _IMPURE_BUILTINS):
            yield f"{_line(node)}: uses {name}"


def floats(source: str) -> Iterator[str]:
    """Floats by literal, annotation or conversion; a check that refuses them may name the type."""
    tree = ast.parse(source)
    checked = {
        name
        for call in ast.walk(tree)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "isinstance"
        for argument in call.args[1:]
        for name in ast.walk(argument)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, float | complex):
            yield f"{node.lineno}: the literal {node.value}"
        elif isinstance(node, ast.Name) and node.id in {"float", "complex"}:
            if node not in checked:
                yield f"{node.lineno}: the type {node.id}"
        elif isinstance(node, ast.Constant) and _quotes_float(node, tree):
            yield f"{node.lineno}: the type float"


def missing_docstrings(source: str) -> Iterator[str]:
    """Public functions, classes and methods that do not say what they are for."""
    yield from _undocumented(ast.parse(source).body)


def swallowed_exceptions(source: str) -> Iterator[str]:
    """Handlers that catch everything and make nothing of it."""
    tree = ast.parse(source)
    known = _imported_names(tree)
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.ExceptHandler)
            and _catches_everything(node.type)
            and all(_does_nothing(statement) for statement in node.body)
        ):
            yield f"{node.lineno}: swallows every exception"
        elif (
            isinstance(node, ast.Call)
            and _full_name(node.func, known) == "contextlib.suppress"
            and any(_catches_everything(argument) for argument in node.args)
        ):
            yield f"{node.lineno}: suppresses every exception"


def index_addresses(text: str) -> Iterator[str]:
    """Lines that say where packages come from: that is for each machine to know."""
    for number, line in enumerate(text.splitlines(), start=1):
        if _INDEX_ADDRESS.search(line):
            yield f"{number}: {line.strip()}"


def too_long(source: str) -> Iterator[str]:
    lines = len(source.splitlines())
    if lines > MAX_LINES:
        yield f"{lines} lines"


def stray_top_level(paths: Iterable[PurePosixPath]) -> Iterator[str]:
    """Folders and modules at the root that are no part of the tree."""
    for path in paths:
        top = path.parts[0]
        if len(path.parts) == 1:
            if path.suffix == ".py":
                yield top
        elif not top.startswith(".") and top not in _TOP_LEVEL_FOLDERS:
            yield f"{top}/"


def empty_packages(paths: Iterable[PurePosixPath]) -> Iterator[str]:
    """Packages with no module beyond `__init__`, at any depth."""
    all_modules = [path for path in paths if path.suffix == ".py"]
    filled = {parent for path in all_modules if path.stem != "__init__" for parent in path.parents}
    for path in all_modules:
        if path.stem == "__init__" and path.parent not in filled:
            yield f"{path.parent}/"


def generic_names(paths: Iterable[PurePosixPath]) -> Iterator[str]:
    """Modules and packages whose name would fit anything."""
    for path in paths:
        if any(_GENERIC_NAMES & set(part.split("_")) for part in (*path.parts[:-1], path.stem)):
            yield str(path)


def misnamed_use_cases(paths: Iterable[PurePosixPath]) -> Iterator[str]:
    """Files of a context of the application that are named neither verb_noun nor as usual."""
    for path in paths:
        if path.parts[0] != "application" or len(path.parts) == 1 or path.parts[1] == "shared":
            continue
        if path.stem not in _NOT_USE_CASES and not _USE_CASE_NAME.fullmatch(path.stem):
            yield str(path)


def _absolute_imports(source: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def _imported_names(tree: ast.Module) -> dict[str, str]:
    names: dict[str, str] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                names[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and not node.level:
            for alias in node.names:
                names[alias.asname or alias.name] = f"{node.module}.{alias.name}"
    return names


def _full_name(node: ast.AST, known: dict[str, str]) -> str | None:
    if isinstance(node, ast.Name):
        return known.get(node.id, node.id)
    if isinstance(node, ast.Attribute):
        owner = _full_name(node.value, known)
        return f"{owner}.{node.attr}" if owner else None
    return None


def _line(node: ast.AST) -> int:
    return node.lineno if isinstance(node, ast.expr) else 0


def _quotes_float(node: ast.Constant, tree: ast.Module) -> bool:
    if not isinstance(node.value, str) or not re.search(r"\bfloat\b", node.value):
        return False
    annotations = (
        getattr(parent, field, None)
        for parent in ast.walk(tree)
        for field in ("annotation", "returns")
    )
    return any(
        node is part for found in annotations if found is not None for part in ast.walk(found)
    )


def _undocumented(body: list[ast.stmt], owner: str = "") -> Iterator[str]:
    for node in body:
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        if node.name.startswith("_"):
            continue
        name = f"{owner}{node.name}"
        if ast.get_docstring(node) is None and not _is_overload(node):
            yield f"{node.lineno}: {name}"
        if isinstance(node, ast.ClassDef):
            yield from _undocumented(node.body, f"{name}.")


def _is_overload(node: ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) -> bool:
    names = {"overload", "override"}
    return any(isinstance(mark, ast.Name) and mark.id in names for mark in node.decorator_list)


def _catches_everything(caught: ast.expr | None) -> bool:
    if caught is None:
        return True
    if isinstance(caught, ast.Tuple):
        return any(_catches_everything(item) for item in caught.elts)
    return isinstance(caught, ast.Name) and caught.id in {"Exception", "BaseException"}


def _does_nothing(statement: ast.stmt) -> bool:
    match statement:
        case ast.Pass() | ast.Continue() | ast.Break() | ast.Expr(value=ast.Constant()):
            return True
        case ast.Return(value=None | ast.Constant()):
            return True
        case _:
            return False
