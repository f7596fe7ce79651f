"""The application as a worker process makes it."""

import gc
import multiprocessing
import os
import signal
import threading

from litestar.types import ASGIApp

from entrypoints.http.app import create_app
from entrypoints.settings import SettingsError, read_settings
from entrypoints.wiring.kithkin import on_postgres
from entrypoints.wiring.pepper import require_pepper


def create() -> ASGIApp:
    """Make the application of the environment's settings, which name the database by its URL.

    Raises:
        SettingsError: They are wrong, or lack the database or the pepper.
    """
    settings = read_settings(os.environ)
    if settings.database_url is None:
        raise SettingsError(("KITHKIN_DATABASE_URL: a worker process needs it",))
    require_pepper(settings)
    supervisor = multiprocessing.parent_process()
    if supervisor is not None:
        threading.Thread(target=_end_with, args=(supervisor,), daemon=True).start()
    app = create_app(on_postgres(settings, settings.database_url))
    leave_out_of_collections()
    return app


def leave_out_of_collections() -> None:
    """Let no garbage collection look at what is there for as long as the process lives.

    It would take a tenth of a second each time, in the middle of requests.
    """
    gc.freeze()


def _end_with(supervisor: multiprocessing.process.BaseProcess) -> None:
    # A supervisor that was killed can tell nobody, and its workers would keep the port.
    supervisor.join()
    os.kill(os.getpid(), signal.SIGTERM)
