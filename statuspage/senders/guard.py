"""Which addresses and URLs a subscription may make this program call: pure rules, and doors that hold them.

A URL is judged when it is given (`check_url`) and again at every attempt (`door`); the door then judges every address
to which a socket is about to connect, because only there it is certain where a name leads.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from statuspage.core.settings import Webhooks
from statuspage.core.subscription import Origin
from statuspage.errors import UsageError

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network
Networks = tuple[Network, ...]


def networks(*texts: str) -> Networks:
    """Networks from their text; ValueError when one is no network."""
    return tuple(ip_network(text) for text in texts)


BLOCKED_V4 = networks(
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.31.196.0/24",
    "192.52.193.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "192.175.48.0/24",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "168.63.129.16/32",
)
"""IPv4 that is not the public internet: private, special, documentation, multicast, and a cloud's metadata address."""

GLOBAL_V6 = ip_network("2000::/3")
BLOCKED_V6 = networks("2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20")
"""What is not public inside ``GLOBAL_V6``, such as tunnels that carry an IPv4 address."""

_ISATAP = frozenset({0x0000_5EFE, 0x0200_5EFE})

SPECIAL_NAMES = frozenset(
    {
        "alt",
        "arpa",
        "corp",
        "example",
        "home",
        "internal",
        "intranet",
        "invalid",
        "lan",
        "local",
        "localdomain",
        "localhost",
        "onion",
        "private",
        "test",
    }
)
"""Last labels that no public name has."""

URL_LIMIT = 2048
DEFAULT_PORTS = {"https": 443, "http": 80}

_URL = re.compile(
    r"(?P<scheme>[a-z]+)://(?P<host>\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?(?P<rest>[/?][!-~]*)?",
    re.IGNORECASE | re.ASCII,
)
_VISIBLE = re.compile(r"[!-\[\]-~]*", re.ASCII)
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?", re.ASCII)
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Rules:
    """What webhooks may reach. ``own_hosts`` are the names of this site; ``denied`` is blocked whatever it is."""

    allowed: Networks = ()
    allow_http: bool = False
    ports: tuple[int, ...] = (443,)
    own_hosts: frozenset[str] = frozenset()
    denied: Networks = ()

    @classmethod
    def of(cls, webhooks: Webhooks, site_url: str) -> Rules:
        """The rules that a configuration means."""
        return cls(
            allowed=networks(*webhooks.allow_networks),
            allow_http=webhooks.allow_http,
            ports=webhooks.ports,
            own_hosts=frozenset({(urlsplit(site_url).hostname or "").lower()} - {""}),
            denied=networks(*webhooks.deny_networks),
        )


@dataclass(frozen=True, slots=True)
class Door:
    """Which sockets one kind of request may open: the public internet on some ports, and allowed networks on any."""

    public: bool
    allowed: Networks = ()
    ports: tuple[int, ...] = (443,)
    denied: Networks = field(default=(), repr=False)

    def lets_inside(self, address: str) -> bool:
        """Whether an address is one that the configuration allows."""
        return within(address, self.allowed)

    def refusal(self, address: str, port: int) -> str | None:
        """Why a socket may not be connected there; None when it may."""
        if self.lets_inside(address):
            return None
        if not self.public:
            return "not inside the allowed networks"
        return refusal(address, denied=self.denied) or (None if port in self.ports else f"port {port} is not allowed")


def refusal(address: str, *, allowed: Networks = (), denied: Networks = ()) -> str | None:
    """Why an address may not be called; None when it is public, or inside ``allowed``."""
    plain = _plain(address)
    if plain is None:
        return "not an address in its usual form"
    if _inside(plain, allowed):
        return None
    if _inside(plain, denied):
        return "blocked by this installation"
    return _refusal_v4(plain) if isinstance(plain, IPv4Address) else _refusal_v6(plain)


def within(address: str, allowed: Networks) -> bool:
    """Whether an address lies in one of the networks."""
    plain = _plain(address)
    return plain is not None and _inside(plain, allowed)


def check_url(url: str, *, origin: Origin, rules: Rules) -> None:
    """Refuse a URL that a subscription of that origin may not have; the UsageError says what would be right."""
    door(url, origin=origin, rules=rules)


def door(url: str, *, origin: Origin, rules: Rules) -> Door:
    """The door through which a URL may be called; UsageError when there is none."""
    place = _place(url)
    mistake = _not_public(place, rules)
    operator = origin is Origin.OPERATOR and bool(rules.allowed)
    if mistake is None:
        return Door(True, rules.allowed if operator else (), rules.ports, rules.denied)
    if operator and _may_be_inside(place, rules):
        return Door(False, rules.allowed)
    raise UsageError(mistake)


@dataclass(frozen=True, slots=True)
class _Place:
    scheme: str
    host: str
    port: int
    literal: bool


def _place(url: str) -> _Place:
    """Read a URL strictly: what two parsers might read differently is refused."""
    mistake = _malformed(url)
    if mistake:
        raise UsageError(mistake)
    found = _URL.fullmatch(url)
    scheme = found["scheme"].lower() if found else ""
    if found is None or scheme not in DEFAULT_PORTS:
        raise UsageError("write the URL as https://name.of.your.host/path")
    host = found["host"].lower().strip("[]")
    port = int(found["port"] or DEFAULT_PORTS[scheme])
    if not 0 < port < 65536:
        raise UsageError("a port is a number from 1 to 65535")
    if _is_odd_number(host):
        raise UsageError("write an IPv4 address as four decimal numbers with dots")
    return _Place(scheme, host, port, _plain(host) is not None)


def _malformed(url: str) -> str | None:
    if len(url) > URL_LIMIT:
        return f"the URL is longer than {URL_LIMIT} characters"
    if not url.isascii():
        return "write the URL in ASCII: names as punycode (xn--…), other characters percent-encoded"
    if not _VISIBLE.fullmatch(url):
        return "the URL must not hold spaces, line breaks, control characters or backslashes"
    if "#" in url:
        return "the URL must not hold a fragment (#)"
    if "@" in url.partition("://")[2].partition("/")[0].partition("?")[0]:
        return "the URL must not hold a user name or password"
    return None


def _not_public(place: _Place, rules: Rules) -> str | None:
    """Why a URL does not lead to the public internet as everybody may call it."""
    if place.scheme != "https":
        return "the URL must begin with https://"
    if place.port not in rules.ports:
        return f"the port must be one of: {', '.join(map(str, rules.ports))}"
    if place.literal:
        return "the host must be a name, not an address"
    if place.host in rules.own_hosts:
        return "the host is this site itself"
    return _not_public_name(place.host)


def _not_public_name(host: str) -> str | None:
    labels = host.split(".")
    if len(host) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return "the host is not a name as DNS has them; write it without a dot at its end"
    if len(labels) < 2 or labels[-1] in SPECIAL_NAMES:
        return "the host must be a public name, such as hooks.example.com"
    return None


def _may_be_inside(place: _Place, rules: Rules) -> bool:
    """Whether a URL of the operator's may lead into an allowed network; for a name, its door decides at the socket."""
    if place.scheme == "http" and not rules.allow_http:
        return False
    return within(place.host, rules.allowed) if place.literal else not place.host.startswith(".")


def _is_odd_number(host: str) -> bool:
    """Whether the host would be taken for an IPv4 address by some libraries and is not written as one."""
    last = host.removesuffix(".").rpartition(".")[2]
    return _NUMBER.fullmatch(last) is not None and ":" not in host and _plain(host) is None


def _plain(address: str) -> Address | None:
    """An address with IPv4 taken out of its IPv6 wrapping; None for other spellings and for those with a zone."""
    if ":" not in address and not address[-1:].isdigit():
        return None  # a name, which is most of what is asked
    try:
        parsed = ip_address(address)
    except ValueError:
        return None
    if isinstance(parsed, IPv6Address):
        return None if parsed.scope_id else parsed.ipv4_mapped or parsed
    return parsed


def _inside(address: Address, many: Networks) -> bool:
    return any(address in network for network in many)


def _refusal_v4(address: IPv4Address) -> str | None:
    for network in BLOCKED_V4:
        if address in network:
            return f"{network} is not public"
    return None


def _refusal_v6(address: IPv6Address) -> str | None:
    if address not in GLOBAL_V6:
        return f"outside {GLOBAL_V6}"
    for network in BLOCKED_V6:
        if address in network:
            return f"{network} is not public"
    if (int(address) >> 32) & 0xFFFF_FFFF in _ISATAP:
        return _refusal_v4(IPv4Address(int(address) & 0xFFFF_FFFF))
    return None
