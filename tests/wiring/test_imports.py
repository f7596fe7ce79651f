"""What a server that starts does not wait for."""

import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]
RARELY_NEEDED = {
    "aiohttp",
    "aiosmtplib",
    "anthropic",
    "httpx",
    "nats",
    "openai",
    "opentelemetry",
    "segno",
    "stripe",
}
NEEDED_BY_SERVERS = {"adapters", "litestar", "sqlalchemy", "uvicorn"}


def imported_with(module: str) -> set[str]:
    """The packages that are there after an import."""
    code = f"import sys, {module}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run(
        (sys.executable, "-c", code), cwd=REPOSITORY, capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


def test_a_server_imports_no_client_that_few_need() -> None:
    assert not imported_with("entrypoints.http.app") & RARELY_NEEDED


def test_the_command_line_imports_no_server_before_it_knows_the_command() -> None:
    assert not imported_with("entrypoints.cli.main") & (NEEDED_BY_SERVERS | RARELY_NEEDED)
