"""Where may be sent to: https to the open internet; anything else only where the settings name the host.

Names are looked at again when they were resolved, so that no name leads inside that led outside when it was written.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver

LONGEST_URL = 2000


class NotAllowed(ValueError):
    """Nothing is sent there; the words say why and what to do."""


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


@dataclass(frozen=True, slots=True)
class Hosts:
    """`listed`: names, addresses and networks of the settings (`webhooks.hosts`)."""

    listed: frozenset[str] = field(default_factory=frozenset)

    @classmethod
    def of(cls, listed: Iterable[str]) -> Hosts:
        return cls(frozenset(one.lower().rstrip(".") for one in listed))

    def check(self, url: str) -> str:
        """The address as it is kept. Raises NotAllowed."""
        if len(url) > LONGEST_URL or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
            raise NotAllowed("url: an address like https://example.org/hook, in ASCII, without spaces")
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            raise NotAllowed("url: this is no address; write it like https://example.org/hook") from None
        if parts.scheme not in ("http", "https") or not host or port == 0:
            raise NotAllowed("url: this is no address; write it like https://example.org/hook")
        if parts.username is not None or parts.password is not None or parts.fragment:
            raise NotAllowed("url: no user, password or fragment belongs into it: what is sent is signed")
        if parts.scheme == "http" and not self.names(host):
            raise NotAllowed(f"url: http is not encrypted: use https, or name {host} in webhooks.hosts of the settings")
        address = _address(host)
        if address is not None and not self.lets(host, address):
            raise NotAllowed(
                f"url: {host} is no address of the open internet: name it in webhooks.hosts of the settings"
            )
        if address is None and not self.names(host) and ("." not in host or host.endswith((".local", ".internal"))):
            raise NotAllowed(f"url: {host} is a name of a house: name it in webhooks.hosts of the settings")
        return url

    def names(self, host: str) -> bool:
        """Whether the settings name this host, or a network that it is in."""
        host = host.lower().rstrip(".")
        if host in self.listed:
            return True
        address = _address(host)
        return address is not None and any(address in network for network in self._networks())

    def lets(self, host: str, address: Address) -> bool:
        """Whether a host may be reached at this address."""
        if self.names(host) or any(address in network for network in self._networks()):
            return True
        mapped = getattr(address, "ipv4_mapped", None) or getattr(address, "sixtofour", None)
        return _open(address) and (mapped is None or _open(mapped))

    def _networks(self) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        found = []
        for one in self.listed:
            try:
                found.append(ipaddress.ip_network(one, strict=False))
            except ValueError:
                continue
        return found


def _open(address: Address) -> bool:
    return address.is_global and not address.is_multicast and not address.is_reserved


def _address(host: str) -> Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        pass
    try:  # 127.1, 0x7f000001: what C's resolver takes for an address
        return ipaddress.ip_address(socket.inet_ntoa(socket.inet_aton(host)))
    except (OSError, UnicodeError):
        return None


class Guarded(AbstractResolver):
    """Resolves names, and forgets every address that may not be reached."""

    def __init__(self, hosts: Hosts, inner: AbstractResolver | None = None) -> None:
        self._hosts, self._inner = hosts, inner or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await self._inner.resolve(host, port, family)
        let = [one for one in found if (at := _address(one["host"])) is not None and self._hosts.lets(host, at)]
        if not let:
            raise OSError(None, f"{host} leads to no address of the open internet: name it in webhooks.hosts")
        return let

    async def close(self) -> None:
        await self._inner.close()


def resolver(hosts: Hosts) -> Any:
    """For aiohttp's connector."""
    return Guarded(hosts)
