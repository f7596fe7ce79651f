"""The socket that the API is served on."""

import errno
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import rich_click as click

_BACKLOG = 2048
_VANISHED_MILLISECONDS = 60_000
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - shown, not bound


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """Take a port for as long as the context lasts; clients that connect early wait.

    Raises:
        ClickException: The port is taken, or the host is none of this machine's.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        family, _, _, _, address = found[0]
        listener = socket.create_server(
            address[:2],
            family=family,
            backlog=_BACKLOG,
            dualstack_ipv6=family == socket.AF_INET6 and address[0] == "::",
        )
    except (OSError, UnicodeError) as error:
        raise click.ClickException(problem(error, host, port)) from error
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        # Each connection inherits it: a client that vanished without a word is noticed.
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _VANISHED_MILLISECONDS)
    with listener:
        yield listener


def url_of(listener: socket.socket) -> str:
    """Give the address of the API as a browser on this machine takes it."""
    host, port = listener.getsockname()[:2]
    return url_at(host, port)


def url_at(host: str, port: int) -> str:
    """Give the address of what listens on a host and port, for clients on this machine."""
    host = _ANY.get(host, host)
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def problem(error: OSError | UnicodeError, host: str, port: int, of: str = "") -> str:
    """Say why nothing can listen there, and what to do.

    Args:
        error: What came of it.
        host: The address.
        port: The port.
        of: What stands before `host` and `port` in the names of their flags.
    """
    match error:
        case socket.gaierror() | UnicodeError():
            return f"There is no host '{host}'; give --{of}host an address of this machine."
        case OSError(errno=errno.EADDRINUSE):
            return (
                f"Port {port} on {host} is in use; stop what runs there, or give another "
                f"--{of}port."
            )
        case OSError(errno=errno.EADDRNOTAVAIL):
            return f"{host} is no address of this machine; give another --{of}host."
        case OSError(errno=errno.EACCES):
            return f"This user may not take port {port}; give a --{of}port of 1024 or more."
        case _:
            return f"Cannot listen on {host}, port {port}: {error}"
