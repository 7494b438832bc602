"""Turns a host name into the addresses that may be connected to, or refuses."""

import asyncio
import ipaddress
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from streamfetch.egress.addresses import (
    AllowedHosts,
    belongs_to_this_machine,
    is_forbidden,
    is_web_port,
)
from streamfetch.egress.errors import (
    BlockedAddress,
    BlockedPort,
    DnsFailed,
    DnsUnavailable,
)
from streamfetch.egress.hosts import IPAddress, as_address
from streamfetch.egress.url import blocked_address_detail

# (host, port) -> addresses in order of preference; blocks; raises socket.gaierror.
Resolver = Callable[[str, int], Sequence[str]]

_PASSING_DNS_ERRORS = frozenset({socket.EAI_AGAIN, socket.EAI_SYSTEM, socket.EAI_FAIL})


def system_resolver(host: str, port: int) -> list[str]:
    """The addresses the operating system knows for `host`, each once."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(info[4][0]) for info in found))


@dataclass(frozen=True)
class Guard:
    """Decides which addresses a request may use."""

    allowed_hosts: AllowedHosts
    resolver: Resolver = system_resolver

    async def vet(self, host: str, port: int) -> tuple[IPAddress, ...]:
        """Look a normalised host up, once, and return the addresses to connect to.

        One forbidden address among several refuses the whole name: a name that
        mixes public and private answers is how rebinding is done. Raises
        BlockedPort, BlockedAddress, DnsFailed or DnsUnavailable.
        """
        literal = as_address(host)
        addresses = (
            (literal,) if literal is not None else await self._look_up(host, port)
        )
        for address in addresses:
            self._check(host, port, address)
        return addresses

    async def _look_up(self, host: str, port: int) -> tuple[IPAddress, ...]:
        loop = asyncio.get_running_loop()
        try:
            found = await loop.run_in_executor(None, self.resolver, host, port)
        except (OSError, UnicodeError) as error:
            code = error.errno if isinstance(error, socket.gaierror) else None
            if code in _PASSING_DNS_ERRORS:
                raise DnsUnavailable(
                    f"The name {host} could not be looked up just now. Check the "
                    "network connection and try again."
                ) from error
            raise _no_such_host(host) from error
        if not found:
            raise _no_such_host(host)
        try:
            return tuple(map(ipaddress.ip_address, found))
        except ValueError as error:
            raise BlockedAddress(blocked_address_detail(host)) from error

    def _check(self, host: str, port: int, address: IPAddress) -> None:
        allowed = self.allowed_hosts
        if not (is_web_port(port) or allowed.permits_port(host, port, address)):
            raise BlockedPort(
                f"Port {port} belongs to another service than the web, so nothing is "
                "fetched from it."
            )
        if allowed.permits_address(host, port, address):
            return
        if is_forbidden(address) or belongs_to_this_machine(address):
            raise BlockedAddress(blocked_address_detail(host))


def _no_such_host(host: str) -> DnsFailed:
    return DnsFailed(
        f"There is no host called {host}. Check the spelling of the address."
    )
