"""Asterisk's configuration files, written from `asterisk/*.conf.j2`, the settings, the secrets and the phones.

What the engine may count on once Asterisk runs with them:

- Sounds: `sound:hotline/NAME` plays `NAME.{alaw,ulaw,g722,sln16,…}` of `settings.sounds`, the format nearest to the
  channel's, untouched when the codec is the same. `sound:beep` is the recording beep (ARI's `beep=true` uses it).
- Music: class `default` plays the files of `settings.moh`.
- Recordings: ARI name `a/b/c` with format `wav` becomes `settings.recordings/a/b/c.wav`; folders are made on the way.
- Calls enter Stasis application `hotline` with the argument `inbound`, from the trunk and from phones alike.
- A phone is dialled as `PJSIP/USERNAME`, an outside number as `PJSIP/NUMBER@trunk`.
- No engine, or the engine gives a call back (`continue`): the caller walks the plan's own dialplan
  (`routing.dialplan.dialplan`), or hears prompt `fallback` where there is none; messages go into
  `settings.recordings/fallback/`, a line about each call into `fallback.log`.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from hotline.asterisk_program import AsteriskProgram
from hotline.secrets import Secrets
from hotline.settings import HOUSE, Settings
from hotline.settings_values import loopback
from ivr.switch import TURNED_AWAY
from prompts.phrases import Phrase
from routing.dialplan.record import LEVEL

APPLICATION = "hotline"
"""Name of the Stasis application."""

TEMPLATES = HOUSE / "asterisk"

MODULES = (
    # telling time, reading configuration
    "pbx_config", "res_timing_timerfd", "res_sorcery_config", "res_sorcery_memory", "res_sorcery_astdb",
    # SIP
    "res_pjproject", "res_pjsip", "res_pjsip_session", "res_pjsip_pubsub", "res_pjsip_sdp_rtp", "res_pjsip_nat",
    "res_pjsip_rfc3326", "res_pjsip_dlg_options", "res_pjsip_empty_info", "res_pjsip_dtmf_info",
    "res_pjsip_caller_id", "res_pjsip_diversion", "res_pjsip_header_funcs", "res_pjsip_logger", "res_pjsip_acl",
    "res_pjsip_authenticator_digest", "res_pjsip_outbound_authenticator_digest",
    "res_pjsip_endpoint_identifier_user", "res_pjsip_endpoint_identifier_ip",
    "res_pjsip_registrar", "res_pjsip_outbound_registration", "chan_pjsip", "res_security_log",
    # sound
    "res_rtp_asterisk", "codec_alaw", "codec_ulaw", "codec_a_mu", "codec_g722", "codec_resample",
    "format_pcm", "format_sln", "format_wav", "res_musiconhold",
    "bridge_simple", "bridge_softmix", "bridge_native_rtp", "bridge_holding", "chan_bridge_media",
    # the engine's door
    "res_http_websocket", "res_websocket_client", "res_stasis", "res_stasis_answer", "res_stasis_playback",
    "res_stasis_recording", "res_stasis_snoop", "res_stasis_device_state", "app_stasis", "res_ari", "res_ari_model",
    "res_ari_applications", "res_ari_asterisk", "res_ari_bridges", "res_ari_channels", "res_ari_endpoints",
    "res_ari_events", "res_ari_playbacks", "res_ari_recordings", "res_ari_sounds",
    # the fallback dialplan, and what the engine sets on a channel
    "app_playback", "app_record", "app_read", "app_dial", "app_verbose", "func_callerid", "func_channel",
    "func_devstate", "func_groupcount", "func_logic", "func_strings", "func_timeout",
)  # fmt: skip
"""Every module of the switch. A module that is not here is never loaded."""

BROWSER = ("res_srtp", "res_pjsip_transport_websocket")
"""Loaded when phones may be browsers; the first also when the carrier's sound is encrypted."""

AGI = ("res_speech", "res_agi", "app_stack", "app_mixmonitor")
"""Loaded when the FastAGI door is open: `AGI()` and `Gosub` for a dialplan, and the recording of its talks."""

OPUS = ("codec_opus_open_source", "res_format_attr_opus")
"""Loaded where the Asterisk has them: then phones may speak Opus."""

RELOADABLE = {
    "pjsip_phones.conf": "module reload res_pjsip.so",
    "pjsip_trunk.conf": "core reload",
    "extensions.conf": "dialplan reload",
    "musiconhold.conf": "moh reload",
    "logger.conf": "logger reload",
    "acl.conf": "module reload acl",
}
"""Files that a running Asterisk takes anew without dropping a talk, and how; a change in any other needs a restart."""


SENTENCES = {"overloaded": Phrase.OVERLOADED, "too-often": Phrase.TOO_OFTEN, "blocked": Phrase.BLOCKED}
"""What callers hear whom the engine does not let in, by the extension of context `busy` that says it."""


@dataclass(frozen=True, slots=True)
class PhoneAccount:
    """A phone that may register. `username` begins with a letter: a caller's number must never look like a phone."""

    username: str
    secret: str | None = field(repr=False)
    """None for a browser of ours: it is told one when somebody signs in (`ivr.ari.switch.AriSwitch.let_in`)."""
    name: str
    number: str | None = None
    """What it calls with; unset: its username."""
    only_from: str | None = None
    """The synthetic caller: the one address that it may call from."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9_-]{0,35}", self.username) or self.username in _TAKEN:
            raise ValueError(f"phone username {self.username!r}: a letter, then letters, digits, - or _ (at most 36)")
        if self.secret is not None and not re.fullmatch(r"[A-Za-z0-9_.~-]{8,128}", self.secret):
            raise ValueError(f"secret of phone {self.username}: 8 to 128 letters, digits, or any of _.~-")
        if len(self.name) > 80 or "<" in self.name or ">" in self.name:
            raise ValueError(f"name of phone {self.username}: at most 80 characters, no < or >")
        _one_value(self.name)


_TAKEN = frozenset(
    {"trunk", "leg", "phone", "browser", "phone-aor", "browser-aor", "global", "system", "bans", "anonymous"}
    | {f"transport-{name}" for name in ("udp", "tcp", "trunk", "ws", "wss")}
)


@dataclass(frozen=True, slots=True)
class Places:
    """Where the managed Asterisk keeps what: absolute folders."""

    etc: Path
    lib: Path
    data: Path
    spool: Path
    run: Path
    log: Path
    cache: Path
    modules: Path
    sbin: Path
    sounds: Path
    recordings: Path
    moh: Path

    @classmethod
    def of(cls, settings: Settings, program: AsteriskProgram) -> Places:
        home = settings.var.absolute() / "asterisk"
        return cls(
            etc=home / "etc",
            lib=home / "lib",
            data=home / "data",
            spool=home / "spool",
            run=_run(home),
            log=home / "log",
            cache=home / "cache",
            modules=program.modules,
            sbin=program.sbin,
            sounds=settings.sounds.absolute(),
            recordings=settings.recordings.absolute(),
            moh=settings.moh.absolute(),
        )

    @property
    def conf(self) -> Path:
        """The file that Asterisk is started with; no other process has it among its arguments."""
        return self.etc / "asterisk.conf"

    @property
    def pid_file(self) -> Path:
        """Written by Asterisk itself."""
        return self.run / "asterisk.pid"

    @property
    def control(self) -> Path:
        """The socket on which `asterisk -rx` speaks to the running one."""
        return self.run / "asterisk.ctl"


def render(
    settings: Settings,
    secrets: Secrets,
    phones: Sequence[PhoneAccount],
    program: AsteriskProgram,
    dialplan: str = "",
    banned: Sequence[str] = (),
) -> dict[str, str]:
    """Every configuration file: its text by its name. `dialplan`, the plan's own part, ends `extensions.conf`.

    `banned` are addresses whose SIP is refused.

    Raises ValueError when a value holds what could start a new line, comment or section, or a phone is there twice.
    """
    twice = {phone.username for phone in phones if [p.username for p in phones].count(phone.username) > 1}
    if twice:
        raise ValueError(f"more than one phone called {', '.join(sorted(twice))}")
    room = _room()
    opus = all(program.has(module) for module in OPUS)
    given: dict[str, Any] = {
        "settings": settings,
        "secrets": secrets,
        "phones": sorted(phones, key=lambda phone: phone.username),
        "places": Places.of(settings, program),
        "modules": modules(program, settings),
        "opus": opus,
        "application": APPLICATION,
        "sounds": "hotline",
        "dialplan": bool(dialplan),
        "fallback_level": LEVEL,
        "busy": tuple((name, SENTENCES[name].value) for name in TURNED_AWAY),
        "banned": banned,
        "ari_is_here": is_loopback(settings.ari.host),
        "max_load": 100 * (os.cpu_count() or 1) if settings.sip.max_load is None else settings.sip.max_load,
        "transports": transports(settings),
        "trunk_transport": f"transport-{'trunk' if settings.trunk.listen else settings.trunk.transport}",
        "trunk_host": settings.trunk.listen.host if settings.trunk.listen else settings.sip.host,
        "browser_host": settings.webrtc.media or settings.sip.host,
    }
    files = {
        name.removesuffix(".j2"): room.get_template(name).render(given)
        for name in room.list_templates(extensions=["j2"])
    }
    files["extensions.conf"] += dialplan
    return files


ACL = "acl.conf"
"""The file that names who is refused."""


def refusing(banned: Sequence[str]) -> str:
    """The text of `ACL` that refuses these addresses."""
    return _room().get_template(f"{ACL}.j2").render(banned=banned)


@dataclass(frozen=True, slots=True)
class Transport:
    """One address on which SIP is spoken; in the configuration `transport-NAME`."""

    name: str
    protocol: str
    bind: str


def transports(settings: Settings) -> tuple[Transport, ...]:
    """Every address on which SIP is spoken with these settings."""
    at = f"{settings.sip.host}:{settings.sip.port}"
    found = [Transport("udp", "udp", at), Transport("tcp", "tcp", at)]
    trunk, browsers = settings.trunk, settings.webrtc
    if trunk.listen is not None:
        found.append(Transport("trunk", trunk.transport, f"{trunk.listen.host}:{trunk.listen.port}"))
    if browsers.enabled:
        found.append(Transport("ws", "ws", f"{settings.ari.host}:{settings.ari.port}"))
    if browsers.enabled and browsers.certificate:
        found.append(Transport("wss", "wss", f"{browsers.host}:{browsers.port}"))
    return tuple(found)


def is_loopback(host: str) -> bool:
    """Whether this address cannot be reached from another machine; a name is not looked up."""
    return loopback(host)


@cache
def _room() -> Environment:
    """Kept: to compile the templates takes ten times as long as to fill them in, and each reload does."""
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        undefined=StrictUndefined,
        finalize=_one_value,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701 - not HTML; `finalize` guards every value
    )


def modules(program: AsteriskProgram, settings: Settings) -> tuple[str, ...]:
    """The modules to load into this Asterisk, without `.so`."""
    opus = OPUS if all(program.has(part) for part in OPUS) else ()
    browser = BROWSER if settings.webrtc.enabled else ()
    agi = AGI if settings.agi.enabled else ()
    secret = BROWSER[:1] if settings.trunk.media_encryption != "no" and not browser else ()
    return (*MODULES, *browser, *secret, *agi, *opus)


def fingerprint(files: dict[str, str]) -> str:
    """One short word that changes when the part of the configuration changes which only a restart takes up."""
    text = "\0".join(f"{name}\0{files[name]}" for name in sorted(files.keys() - RELOADABLE.keys()))
    return sha256(text.encode()).hexdigest()[:16]


def _one_value(value: object) -> object:
    text = str(value)
    if not text.isprintable() or "${" in text or any(c in text for c in '[];,"\\'):
        raise ValueError(f"{text!r} cannot be written into Asterisk's configuration")
    return value


def _run(home: Path) -> Path:
    """`home/run`, or a short folder of ours when the control socket's path would pass the 107 bytes of sun_path."""
    if len(os.fsencode(home / "run" / "asterisk.ctl")) <= 100:
        return home / "run"
    mark = sha256(os.fsencode(home)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"hotline-{os.getuid()}-{mark}"
