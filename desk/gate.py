"""Where the door stands: which names it answers to, whose word about addresses it takes, what is its own page."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_address

from aiohttp import web

_HOST = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9](?:[a-z0-9.-]{0,252}))(?::([0-9]{1,5}))?")
_HOPS = 8


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class Gate:
    """How the web is reached. `host` is where it listens; `names` are those by which pages ask for it."""

    host: str
    names: frozenset[str] = frozenset()
    tls: bool = False
    behind_proxy: bool = False
    proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """Whose word about the caller's address and about TLS is taken."""
    _own: frozenset[str] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        object.__setattr__(self, "_own", frozenset(name.lower().strip("[]") for name in self.names))

    @property
    def here_alone(self) -> bool:
        """Only programs of this machine reach it."""
        return is_loopback(self.host) and not self.behind_proxy

    def knows(self, request: web.BaseRequest) -> bool:
        """Whether it is asked by a name of its own: a page elsewhere may point its name here (DNS rebinding)."""
        name, _ = self._asked(request)
        return name is not None and (is_loopback(name) or name.strip("[]") in self._own)

    @staticmethod
    def _asked(request: web.BaseRequest) -> tuple[str | None, str | None]:
        hosts = request.headers.getall("Host", [])
        found = _HOST.fullmatch(hosts[0].lower()) if len(hosts) == 1 else None
        return (None, None) if found is None else (found[1].rstrip("."), found[2])

    def secure(self, request: web.BaseRequest) -> bool:
        """Whether the browser came by TLS. Under any name but a loopback one it must have: cookies are made so.

        A proxy's word counts for loopback names alone: nobody signs in under another one on a plain wire.
        """
        if self.tls:
            return True
        name, _ = self._asked(request)
        if name is None or not is_loopback(name):
            return True
        if self.behind_proxy and self._trusts(request.remote or "") and "X-Forwarded-Proto" in request.headers:
            return request.headers["X-Forwarded-Proto"].lower() == "https"
        return False

    def address(self, request: web.BaseRequest) -> str:
        """Who asks: the last one that no proxy of ours is."""
        peer = request.remote or ""
        if not self.behind_proxy:
            return peer
        hops = ",".join(request.headers.getall("X-Forwarded-For", [])).split(",")[-_HOPS:]
        for hop in reversed(hops):
            if not self._trusts(peer):
                return peer
            try:
                peer = str(ip_address(hop.strip()))
            except ValueError:
                return peer
        return peer

    def _trusts(self, address: str) -> bool:
        try:
            known = ip_address(address)
        except ValueError:
            return False
        return any(known in network for network in self.proxies)

    def own_page(self, request: web.BaseRequest) -> bool:
        """Whether a page of ours asks: by `Sec-Fetch-Site` and `Origin`, of which at least one must say so.

        No page can set either; every browser of today sends one with each request that changes anything.
        """
        site, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin")
        if site is not None and site != "same-origin":
            return False
        if origin is None or origin == "null":
            return site is not None
        return self._bare(origin.lower()) == self._bare(self._origin(request))

    def _origin(self, request: web.BaseRequest) -> str:
        name, port = self._asked(request)
        return f"{'https' if self.secure(request) else 'http'}://{name}" + (f":{port}" if port else "")

    @staticmethod
    def _bare(origin: str) -> str:
        scheme = origin.partition("://")[0]
        return origin.removesuffix({"https": ":443", "http": ":80"}.get(scheme, ":"))
