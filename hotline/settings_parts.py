"""The parts of the settings, one for each thing that is set: what may be written there, and what holds if not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, SecretStr
from pydantic import model_validator as checked

from hotline.settings_values import Networks, Part, Plain, PlainPath, Port, Seconds, loopback, plain_secret


class Sip(Part):
    """Where phones register and the trunk's calls arrive (UDP and TCP)."""

    host: Plain = "127.0.0.1"
    """Address that phones register at."""
    port: Port = 5060
    """Its port, for UDP and TCP."""
    external_host: Plain | None = None
    """Public address written into SIP and SDP behind NAT."""
    local_networks: Networks = Field(
        default=("127.0.0.0/8", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"), validate_default=True
    )
    """Who is told our inside address although `external_host` is set."""
    max_calls: Annotated[int, Field(ge=1)] = 500
    """Calls from outside past which Asterisk itself refuses a new one. Legs that we make are not counted."""
    max_load: Annotated[float, Field(ge=0)] | None = None
    """Load average past which a new call is refused; unset: 100 for each processor, for load is not calls; 0: never."""
    least_memory: Annotated[int, Field(ge=0)] = 32
    """MB of quite unused memory (without the disk's cache) below which a new call is refused; 0: never."""
    qualify: Seconds = 2
    """Seconds between two looks whether a registered phone still answers; 0 never looks.

    A phone counts as gone 2 seconds after a look that it did not answer: so long its caller waits for nothing.
    """
    no_reply: Seconds = 3
    """Seconds after which an agent's phone should have said that it rings, or is not tried any longer; 0 tries on."""


class Rtp(Part):
    """UDP ports for sound, and how long a leg may send none."""

    first: Port = 20000
    """The first of the ports; a leg takes two."""
    last: Port = 20999
    """The last of them."""
    timeout: Seconds = 60
    """Seconds without sound after which a leg counts as gone; 0 never."""
    timeout_hold: Seconds = 600
    """The same for a leg that put us on hold."""

    @checked(mode="after")
    def _a_range(self) -> Self:
        if self.last - self.first < 3:
            raise ValueError("the last port must be at least 3 above the first")
        return self


class Ari(Part):
    """Asterisk's control door. ARI write access is Asterisk admin: keep it on loopback."""

    host: Plain = "127.0.0.1"
    """Address of Asterisk's HTTP server."""
    port: Port = 8088
    """Its port."""
    user: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,31}$")] = "hotline"
    """The user that we are to it."""
    password: Annotated[SecretStr, AfterValidator(plain_secret)] | None = None
    """Of an Asterisk that you run yourself; the hotline's own gets one made at the first start."""


def _target(value: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9]+/[A-Za-z0-9_.+@:/-]*\{(phone|number)\}[A-Za-z0-9_.@:/-]*", value):
        raise ValueError("write how Dial names it, such as PJSIP/{phone} or PJSIP/{number}@trunk")
    return value


Target = Annotated[str, AfterValidator(_target)]
"""What `Dial` of another's dialplan is given."""


_NARROW = 16
"""Addresses of a network in which an Asterisk is, and the one that stands in for it."""


class Agi(Part):
    """FastAGI: callers whom a dialplan of your own sends to us. See docs/fastagi.md.

    AGI knows no password: whoever reaches the port is taken for your Asterisk.
    """

    enabled: bool = False
    """Whether callers are taken so."""
    host: Plain = "127.0.0.1"
    """Outside loopback it needs `networks`, and a firewall before it."""
    port: Port = 4573
    """The port in `agi://HOST:PORT/`."""
    networks: Networks = Field(default=("127.0.0.0/8", "::1/128"), validate_default=True)
    """Whose sessions are taken: the addresses of your Asterisk."""
    sessions: Annotated[int, Field(ge=1, le=4000)] = 300
    """At one time; a caller has one, and a second while a phone answers. More are left to your dialplan."""
    sounds: Annotated[str, Field(pattern=r"^[A-Za-z0-9_/.-]{1,200}$")] = "hotline"
    """Folder of our sounds (`var/sounds`), as your Asterisk names it."""
    recordings: PlainPath | None = None
    """Folder for recordings as your Asterisk names it; unset: `var/recordings`, for one on this machine."""
    phone: Target = "PJSIP/{phone}"
    """How an agent's phone is dialled there."""
    number: Target = "PJSIP/{number}@trunk"
    """How an outside number is."""
    phones: tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_-]{0,35}$")], ...] = ()
    """Phones that register at your Asterisk and not at the hotline's: AGI does not tell whether they are there, so they
    count as there, and one that is not fails when it is rung. Only callers of AGI can be given to them."""

    @checked(mode="after")
    def _open_on_purpose(self) -> Self:
        if self.enabled and not loopback(self.host) and "networks" not in self.model_fields_set:
            raise ValueError("host is not this machine alone: say in networks whose sessions are taken")
        if "{phone}" not in self.phone or "{number}" not in self.number:
            raise ValueError("phone names {phone}, number names {number}")
        return self

    @property
    def risk(self) -> str:
        """What whoever runs it should know of who reaches it; empty where it is shut, or on this machine alone."""
        if not self.enabled or loopback(self.host):
            return ""
        wide = [str(network) for network in self.networks if network.num_addresses > _NARROW]
        many = f"; {', '.join(wide)}: more than {_NARROW} addresses" if wide else ""
        return f"FastAGI, which knows no password, can be reached at {self.host}:{self.port}{many}"


class Web(Part):
    """The pages, the API, `/healthz`, `/readyz`, `/metrics`: docs/web.md."""

    host: Plain = "127.0.0.1"
    """Outside loopback it needs TLS, or `behind_proxy`."""
    port: Port = 8320
    """The port of all pages."""
    certificate: Path | None = None
    """PEM, the whole chain; its names are answered to."""
    key: Path | None = None
    """PEM, the certificate's."""
    names: tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9.:-]{1,253}$")], ...] = ()
    """Names and addresses by which people ask for the pages, beside those of the certificate and of loopback."""
    behind_proxy: bool = False
    """A proxy of yours does TLS, and passes on `Host`, `X-Forwarded-For` and `X-Forwarded-Proto`."""
    proxies: Networks = Field(default=("127.0.0.0/8", "::1/128"), validate_default=True)
    """Whose word about that is taken."""
    session_idle: Annotated[int, Field(ge=300, le=86400)] = 3600
    """Seconds without a request after which somebody must sign in again."""
    session_longest: Annotated[int, Field(ge=600, le=604800)] = 43200
    """Seconds after which everybody must."""
    trial: bool | None = None
    """Whether a newcomer may call and answer in a browser (`/try`). Unset: while everything listens on this machine
    alone; else it cannot be."""
    publish: bool = True
    """Administrators may publish plans in the browser; `false` where `config/` is kept elsewhere."""

    @checked(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key go together: set both or neither")
        if self.certificate is not None and self.behind_proxy:
            raise ValueError("TLS is done here (certificate) or by a proxy (behind_proxy): choose one")
        return self


class Admission(Part):
    """How many callers are let in; the others hear at once that all is busy. See docs/flood.md."""

    calls: Annotated[int, Field(ge=1)] | None = None
    """Callers at the same time, whatever they do; default is 40 in 100 of `sip.max_calls`. As many again may hear busy
    sentences, and the ports for sound (`rtp`) have to be enough for these and for the legs of talks."""
    kept: Annotated[float, Field(ge=0, le=0.9)] = 0.1
    """Share of those places for priority calls (`callers.priority` and `callers.direct` in the plan)."""
    rate: Annotated[float, Field(ge=1, le=1000)] = 40.0
    """Arrivals a second; fewer while the engine or the switch cannot keep up. Measured: docs/performance.md."""
    sentences: Annotated[int, Field(ge=0)] | None = None
    """Busy sentences at the same time, then the busy tone alone; default is 40 in 100 of `sip.max_calls`."""
    early_media: bool = True
    """Busy sentences are said before the call is answered, so that nobody pays; `false` where the carrier does not
    pass that on."""


class SyntheticCalls(Part):
    """Calls of the hotline to itself, which listen whether it says what it should: docs/test-calls.md."""

    every: Annotated[int, Field(ge=0, le=86400)] = 0
    """Seconds between two calls, at least 30; 0 makes none."""
    paths: tuple[Annotated[str, Field(pattern=r"^[0-9*#](,[0-9*#]){0,19}$")], ...] = ()
    """Keys of the ways that are walked in turn, such as `1,4`; unset: every way through the menus. Nobody is rung: the
    call is let go where a line, a number outside or a message begins."""

    @checked(mode="after")
    def _not_all_the_time(self) -> Self:
        if 0 < self.every < 30:
            raise ValueError("every: 0 for no test calls, or at least 30 seconds between two")
        return self


class Listen(Part):
    """An address of our own to listen on."""

    host: Plain
    """The address, one of this machine's."""
    port: Port
    """Its port."""


class Certificate(Part):
    """Who we are to whoever speaks TLS with us, in PEM files."""

    certificate: PlainPath
    """The certificate, and those between it and the authority."""
    key: PlainPath
    """Its private key, readable by the hotline's user alone."""
    authority: PlainPath | None = None
    """Who must have signed the other side's certificate; unset: those whom this machine trusts."""
    version: Literal["1.2", "1.3"] = "1.2"
    """The one version of TLS that is spoken: Asterisk's transports know no range."""


class WebRtc(Part):
    """Phones in browsers: SIP over a WebSocket, sound over DTLS-SRTP.

    Each agent has one in the pages of the hotline: its SIP comes through the web's own door (`desk.telephone`), so no
    port is opened for it. With a certificate others may come too, by `wss://` at `host` and `port`; there ARI is
    refused.
    """

    enabled: bool = True
    """Whether agents may answer in the page."""
    media: Plain | None = None
    """Address where the sound of browsers arrives; unset: `sip.host`. Wherever agents sit, they must reach its `rtp`
    ports."""
    host: Plain = "127.0.0.1"
    """Address for browsers of others."""
    port: Port = 8089
    """Its port; opened with a certificate alone."""
    certificate: PlainPath | None = None
    """PEM, for browsers of others."""
    key: PlainPath | None = None
    """PEM, the certificate's."""
    phones: tuple[str, ...] = ()
    """Phones of the plan that are browsers of others; every other phone of the plan stays an ordinary one."""
    qualify: Seconds = 10
    """Seconds between two looks whether a page still answers; 0 never looks.

    That a page is gone its connection tells, within 5 seconds (`desk.telephone.PING`): this finds one that hangs, and
    wakes it up each time. A page that was busy for 3 seconds is not rung until the next look.
    """
    returns: Annotated[float, Field(ge=0, le=120)] = 15.0
    """Seconds that a talk waits for an agent whose page reloads or whose network broke; 0 waits for nobody."""

    @checked(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.certificate is None) != (self.key is None):
            raise ValueError("certificate and key go together: set both or neither")
        return self


class Webhooks(Part):
    """Whom the hotline tells what happened (`hotline webhooks`)."""

    hosts: tuple[Plain, ...] = ()
    """Names, addresses and networks that may be told by plain http, or that lie inside, on this machine too.

    What is not named here is told by https alone, and only on the open internet.
    """


class Bans(Part):
    """When an address that keeps knocking in vain is refused, and for how long."""

    enabled: bool = True
    """Whether anybody is banned without a person's word."""
    after: Annotated[int, Field(ge=3, le=1000)] = 5
    """Bad requests from one address, none of them followed by a good one, until it is banned."""
    within: Annotated[int, Field(ge=1, le=86400)] = 600
    """Seconds in which they are counted."""
    hours: Annotated[float, Field(gt=0, le=8760)] = 1.0
    """How long the first ban lasts; each further one of the same address lasts twice as long, at most 30 days."""
    never: Networks = ()
    """Networks that are never banned, beside the trunk's and this machine's own."""
    most: Annotated[int, Field(ge=1, le=10000)] = 2000
    """Addresses banned at one time; past that the ban that ends first gives way."""


class Trunk(Part):
    """The carrier: where its calls come from, and where outside numbers are dialled.

    The default is the development trunk: anyone on loopback may call, outside numbers are tried at 127.0.0.1:5070.
    """

    listen: Listen | None = None
    """Where the carrier's calls arrive, apart from the phones; unset: where phones register too (development)."""

    host: Plain = "127.0.0.1"
    """The carrier's address, where outside numbers are dialled."""
    port: Port = 5070
    """Its port."""
    transport: Literal["udp", "tcp", "tls"] = "udp"
    """How it is spoken to."""
    tls: Certificate | None = None
    """Wanted by `transport: tls`."""
    media_encryption: Literal["no", "sdes"] = "no"
    """`sdes`: the sound is SRTP, its keys travel in the signalling; what comes without is refused."""
    match: Networks = Field(default=("127.0.0.1/32",), validate_default=True)
    """Addresses whose calls are the carrier's: everybody there may call without a password."""
    test_numbers: tuple[Plain, ...] = ()
    """Callers' numbers with which we ourselves call to see that all works: no count has these calls."""
    username: Plain | None = None
    """Set it when the carrier wants registration."""
    password: Annotated[SecretStr, AfterValidator(plain_secret)] | None = None
    """The carrier's password for `username`; best given as HOTLINE_TRUNK__PASSWORD."""
    caller_id: Plain | None = None
    """Our number as the carrier wants to see it on outside calls."""
    qualify: Seconds = 0
    """Seconds between two OPTIONS to the carrier; 0 (many carriers dislike them) sends none."""

    @checked(mode="after")
    def _both_or_neither(self) -> Self:
        if (self.username is None) != (self.password is None):
            raise ValueError("username and password go together: set both or neither")
        return self

    @checked(mode="after")
    def _keys_travel_unseen(self) -> Self:
        if self.transport == "tls" and (self.tls is None or self.listen is None):
            raise ValueError("transport tls wants an address of its own and a certificate: set listen and tls")
        if self.media_encryption != "no" and self.transport != "tls":
            raise ValueError("media_encryption sends the keys in the signalling: set transport to tls too")
        return self


class Tracing(Part):
    """Calls as OpenTelemetry traces: docs/tracing.md."""

    endpoint: Annotated[str, Field(pattern=r"^https?://[^\s/]+/\S*$")] | None = None
    """Where spans go by OTLP/HTTP, such as `http://127.0.0.1:4318/v1/traces`; unset: nowhere."""
    service: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{1,64}$")] = "hotline"
    """`service.name` of the spans."""
