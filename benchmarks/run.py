"""One measurement: a load in a process of its own."""

import json
import subprocess
import sys
from typing import Any


def load(job: dict[str, Any]) -> dict[str, float]:
    """Put a load on a server, and give its figures."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.load"],
        input=json.dumps(job),
        capture_output=True,
        text=True,
        check=True,
    )
    figures: dict[str, float] = json.loads(done.stdout)
    return figures
