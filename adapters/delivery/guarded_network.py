"""Connections to the internet that do not lead inside."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import httpcore
from attrs import define, field

from domain.events.addresses import is_public

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], Awaitable[Sequence[str]]]
"""Gives the addresses that a name stands for."""

_MOST_TRIED = 3


class NotPublicError(Exception):
    """A name stands for no address that may be connected to."""


async def look_up(host: str, port: int) -> Sequence[str]:
    """Give the addresses of a host, as this machine knows them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


@define
class OneLookUpEach:
    """Looks a host up once for all who ask meanwhile.

    A look-up takes one of the process's few threads until it ends, also when nobody waits
    for it any more: a host whose name servers hang must not take all of them.

    Attributes:
        resolve: Gives the addresses of a host.
    """

    resolve: Resolve = look_up
    _under_way: "dict[tuple[str, int], asyncio.Task[Sequence[str]]]" = field(
        factory=dict, init=False
    )

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Give the addresses of a host.

        Raises:
            OSError: It has none, or they cannot be found out.
        """
        key = (host, port)
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(self._asked(host, port))
            task.add_done_callback(lambda done: self._end(key, done))
        return await asyncio.shield(task)

    async def _asked(self, host: str, port: int) -> Sequence[str]:
        return await self.resolve(host, port)

    def _end(self, key: tuple[str, int], task: "asyncio.Task[Sequence[str]]") -> None:
        del self._under_way[key]
        if not task.cancelled():
            task.exception()  # all who waited may have given up


@define
class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses only, unless others are allowed.

    A name is resolved once, here, and the connection is made to the very address that was
    checked: a second look-up could give another one.

    Attributes:
        private_allowed: All addresses may be connected to.
        resolve: Gives the addresses of a host.
    """

    private_allowed: bool
    resolve: Resolve = field(factory=OneLookUpEach)
    _network: httpcore.AsyncNetworkBackend = field(factory=httpcore.AnyIOBackend, init=False)

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as the base class has it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to a host.

        Raises:
            NotPublicError: None of its addresses may be connected to.
            ConnectError: It has none, or none answers.
        """
        allowed = await self._allowed(host, port)
        failure: httpcore.NetworkError | httpcore.TimeoutException | None = None
        for address in allowed[:_MOST_TRIED]:
            try:
                return await self._network.connect_tcp(
                    str(address), port, timeout, local_address, socket_options
                )
            except (httpcore.NetworkError, httpcore.TimeoutException) as error:
                failure = error
        raise failure or httpcore.ConnectError("the name stands for no address")

    async def _allowed(self, host: str, port: int) -> list[Address]:
        try:
            found = [ip_address(address) for address in await self.resolve(host, port)]
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError("the name cannot be resolved") from error
        allowed = [address for address in found if self.private_allowed or is_public(address)]
        if found and not allowed:
            raise NotPublicError
        return allowed

    async def sleep(self, seconds: float) -> None:
        """Wait."""
        await self._network.sleep(seconds)
