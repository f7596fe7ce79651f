"""Headers by which browsers keep answers where they belong."""

import base64
import hashlib
import re
from collections.abc import Iterable

from attrs import field, frozen

Header = tuple[bytes, bytes]

_PAGES = ("/schema", "/sandbox/checkout/")
_NOTHING = "default-src 'none'; frame-ancestors 'none'"
_EVERYWHERE: tuple[Header, ...] = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
)
_API: tuple[Header, ...] = (
    (b"cache-control", b"no-store"),
    (b"content-security-policy", _NOTHING.encode()),
)
_SCRIPT = re.compile(rb"<script(?![^>]*\bsrc\s*=)[^>]*>(.*?)</script\s*>", re.DOTALL)


@frozen
class SecurityHeaders:
    """The headers of every answer, made once.

    Attributes:
        hsts_seconds: How long browsers shall insist on TLS; 0 where none is in front.
    """

    hsts_seconds: int
    _of_api: tuple[Header, ...] = field(init=False)
    _of_pages: tuple[Header, ...] = field(init=False)

    def __attrs_post_init__(self) -> None:
        tls = (b"strict-transport-security", f"max-age={self.hsts_seconds}".encode())
        everywhere = (*_EVERYWHERE, tls) if self.hsts_seconds else _EVERYWHERE
        object.__setattr__(self, "_of_api", (*everywhere, *_API))
        object.__setattr__(self, "_of_pages", everywhere)

    def of(self, path: str) -> tuple[Header, ...]:
        """Give the headers of every answer at a path."""
        return self._of_pages if path.startswith(_PAGES) else self._of_api


def lacking(common: tuple[Header, ...], given: Iterable[Header]) -> list[Header]:
    """Give those headers that an answer has none of its own of.

    Of two policies a browser keeps to both, so that what one allows the other forbids.
    """
    own = {name for name, _ in given}
    return [header for header in common if header[0] not in own]


def page_policy(page: bytes) -> str:
    """Give the policy by which a page runs its own scripts and what this server serves."""
    scripts = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script).digest()).decode()}'"
        for script in _SCRIPT.findall(page)
    )
    return (
        f"default-src 'none'; script-src 'self' {scripts}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; font-src 'self' data:; connect-src 'self'; base-uri 'none'; "
        "form-action 'none'; frame-ancestors 'none'"
    )
