"""Which pages in browsers may call the API."""

from litestar.config.cors import CORSConfig

from entrypoints.http.idempotency import HEADER, REPLAYED
from entrypoints.network_settings import listed
from entrypoints.settings import Settings


def cors_config(settings: Settings) -> CORSConfig | None:
    """Let pages of the settings' origins call the API, with keys that they hold; else none."""
    if settings.cors_origins is None:
        return None
    return CORSConfig(
        allow_origins=listed(settings.cors_origins),
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", HEADER, "Last-Event-ID", "X-Request-ID"],
        expose_headers=[REPLAYED, "Retry-After", "X-Request-ID"],
        allow_credentials=False,
        max_age=600,
    )
