"""Whom Kithkin trusts when it asks others over TLS."""

import ssl
from functools import cache


@cache
def trusted() -> ssl.SSLContext:
    """Give what the system trusts: made once, and only if needed, as it is slow to make."""
    return ssl.create_default_context()
