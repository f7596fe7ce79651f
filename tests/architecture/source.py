"""The files of the project, as git knows them: what is ignored is no part of it."""

import subprocess
from functools import cache
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parent.parent.parent
LAYERS = ("domain", "application", "adapters", "entrypoints")


@cache
def project_files() -> tuple[PurePosixPath, ...]:
    """Tracked files and those that wait to be, relative to the root."""
    listed = subprocess.run(
        ("git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"),
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    paths = {PurePosixPath(name) for name in listed.split("\0") if name}
    return tuple(sorted(path for path in paths if (ROOT / path).is_file()))


def modules(*layers: str) -> tuple[PurePosixPath, ...]:
    return tuple(
        path for path in project_files() if path.suffix == ".py" and path.parts[0] in layers
    )


def text(path: PurePosixPath) -> str:
    return (ROOT / path).read_text(encoding="utf-8")
