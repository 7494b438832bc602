"""Which network addresses the product may talk to, and which ports.

Sources: IANA special-purpose address registries (IPv4 and IPv6), RFC 6052 for
NAT64, the port list of the WHATWG Fetch standard (2.9, "port blocking").
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field

from streamfetch.egress.hosts import IPAddress, as_address, normalise_host
from streamfetch.errors import DomainError, Invalid

IPNetwork = ipaddress.IPv4Network | ipaddress.IPv6Network

# The standard library's `is_global` differs between Python releases: this table
# decides alone for what it names, and `is_global` must agree on the rest.
_FORBIDDEN_V4 = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # "this network"; 0.0.0.0 reaches loopback on Linux
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT, and metadata of some clouds
        "127.0.0.0/8",
        "168.63.129.16/32",  # Azure's host agent, public by its number only
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",  # 6to4 relays
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_V6 = ipaddress.IPv6Network("2000::/3")
_FORBIDDEN_V6 = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # Teredo, ORCHID, benchmarking
        "2001:db8::/32",
        "2002::/16",  # 6to4 carries any IPv4 address
        "3ffe::/16",
        "3fff::/20",
    )
)
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")

WEB_PORTS = frozenset({80, 443})
_FIRST_UNPRIVILEGED_PORT = 1024
# Text protocols that an HTTP request can speak to by accident or on purpose.
_REFUSED_PORTS = frozenset(
    {1719, 1720, 1723, 2049, 3659, 4045, 4190, 5060, 5061, 6000, 6566, 6679, 6697}
    | {6665, 6666, 6667, 6668, 6669, 10080}  # ... of the Fetch standard
    | {2375, 2376, 2379, 2525, 3306, 3389, 5432, 5672, 6379, 6380, 9092}
    | {9200, 9300, 11211, 27017, 27018, 27019}
)


def is_forbidden(ip: str | IPAddress) -> bool:
    """True unless `ip` is a unicast address of the public internet.

    Text that is not the canonical spelling of an address counts as forbidden.
    IPv6 that carries an IPv4 address is forbidden whatever it carries, except for
    NAT64 (64:ff9b::/96), which is as good as the address inside.
    """
    try:
        address = ipaddress.ip_address(ip)
    except ValueError:
        return True
    if isinstance(address, ipaddress.IPv4Address):
        return not address.is_global or any(address in net for net in _FORBIDDEN_V4)
    if address.scope_id is not None:
        return True
    if address in _NAT64:
        return is_forbidden(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    return (
        address not in _GLOBAL_V6
        or not address.is_global
        or any(address in net for net in _FORBIDDEN_V6)
    )


def belongs_to_this_machine(address: IPAddress) -> bool:
    """True if `address` is one of this machine's own.

    A firewall does not see a connection of the machine to its own public address,
    so services behind it would be open. The kernel's choice of source address
    tells; connecting a datagram socket sends nothing.
    """
    family = socket.AF_INET6 if address.version == 6 else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((str(address), 9))
        except OSError:
            return False
        return bool(probe.getsockname()[0] == str(address))


def is_web_port(port: int) -> bool:
    """80, 443, and 1024 upwards without the ports of other well-known services."""
    if port < _FIRST_UNPRIVILEGED_PORT:
        return port in WEB_PORTS
    return port not in _REFUSED_PORTS


@dataclass(frozen=True)
class AllowedHosts:
    """The private hosts that an operator lets people fetch from.

    Entries: a name or address (`media.lan`, `10.0.0.7`, `[fd00::7]`: every web
    port), the same with a port (`media.lan:81`: that port only, whatever it is),
    or a network (`10.1.0.0/16`). A name permits whatever it resolves to, and only
    when the URL says that name; addresses and networks match what any name
    resolves to.
    """

    names: frozenset[str] = frozenset()
    endpoints: frozenset[tuple[str, int]] = frozenset()
    networks: tuple[IPNetwork, ...] = field(default=())

    @classmethod
    def parse(cls, setting: str | Iterable[str]) -> "AllowedHosts":
        """From a comma list or its parts. Raises Invalid naming the bad entry."""
        entries = setting.split(",") if isinstance(setting, str) else setting
        names: set[str] = set()
        endpoints: set[tuple[str, int]] = set()
        networks: list[IPNetwork] = []
        for entry in filter(None, map(str.strip, entries)):
            match _parse_entry(entry):
                case str(name):
                    names.add(name)
                case (str(host), int(port)):
                    endpoints.add((host, port))
                case ipaddress.IPv4Network() | ipaddress.IPv6Network() as network:
                    networks.append(network)
        return cls(frozenset(names), frozenset(endpoints), tuple(networks))

    def permits_address(self, host: str, port: int, address: IPAddress) -> bool:
        """True if the operator permits this forbidden address for this request."""
        return (
            host in self.names
            or self.permits_port(host, port, address)
            or any(address in network for network in self.networks)
        )

    def permits_port(
        self, host: str, port: int, address: IPAddress | None = None
    ) -> bool:
        """True if the operator named this very port of this host."""
        return (host, port) in self.endpoints or (str(address), port) in self.endpoints


_ENTRY = re.compile(r"(?:\[(?P<v6>[^\]]*)\]|(?P<host>[^:\[\]]+))(?::(?P<port>\d+))?\Z")


def _parse_entry(entry: str) -> str | tuple[str, int] | IPNetwork:
    try:
        if "/" in entry:
            return ipaddress.ip_network(entry)
        if (address := as_address(entry)) is not None:
            return ipaddress.ip_network(address)
        match = _ENTRY.match(entry)
        if match is None:
            raise ValueError("not host, host:port or network")
        host = normalise_host(match["v6"] or match["host"])
        if match["port"]:
            port = int(match["port"])
            if not 0 < port < 65536:
                raise ValueError("no such port")
            return host, port
        address = as_address(host)
        return host if address is None else ipaddress.ip_network(address)
    except (ValueError, DomainError) as error:
        raise Invalid(
            f"{entry!r} is not a host that can be allowed ({error}). Write a host, "
            "host:port or network such as media.lan, 10.0.0.7:8080 or 10.1.0.0/16.",
            code="bad_allowed_host",
        ) from error
