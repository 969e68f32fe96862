"""Gathers the evidence of one hotline: reads its files, asks its Asterisk, knocks at its doors like a stranger."""

from __future__ import annotations

import asyncio
import re
import secrets
import stat
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import aiohttp

from hotline.asterisk_asked import ask_asterisk
from hotline.asterisk_process import live_pid
from hotline.asterisk_program import AsteriskProgram
from hotline.control import SOCKET
from hotline.hardening.evidence import Evidence, Knock, Process
from hotline.hardening.written import read
from hotline.secrets import FILE, Secrets
from hotline.settings import Settings
from hotline.switch_config import Places, is_loopback, modules

COMMANDS = (
    "core show settings",
    "module show",
    "manager show settings",
    "http show status",
    "ari show status",
    "ari show users",
    "rtp show settings",
    "logger show channels",
    "acl show banned",
    "dialplan show",
    "pjsip show endpoints",
    "pjsip show identifies",
    "pjsip show transports",
    "pjsip show endpoint trunk",
)
"""What the running Asterisk is asked."""

AT_ONCE = 4
"""Questions that Asterisk is asked at a time."""

STRANGER = "127.0.0.99"
"""Who knocks: an address of this machine that is nobody's. The whole of 127/8 is ours."""


def on_paper(
    settings: Settings, program: AsteriskProgram, texts: Mapping[str, str], phones: Iterable[str], known: Secrets
) -> Evidence:
    """What can be known of a configuration that nobody runs yet."""
    names = tuple(sorted(phones))
    return Evidence(
        settings,
        texts,
        read(texts),
        modules=frozenset(modules(program, settings)),
        phones=names,
        secrets={"ari": known.ari_password} | {name: known.phones[name] for name in names if name in known.phones},
    )


async def gather(settings: Settings, program: AsteriskProgram, phones: Iterable[str], known: Secrets) -> Evidence:
    """Everything about the hotline below `settings.var`, its own Asterisk included if that runs. Raises NoAnswer."""
    places = Places.of(settings, program)
    texts = await asyncio.to_thread(_texts, places.etc)
    evidence = on_paper(settings, program, texts, phones, known)
    evidence = replace(evidence, modes=await asyncio.to_thread(_modes, settings, places))
    pid = live_pid(places.pid_file, str(places.conf))
    if pid is None:
        return evidence
    said, knocks = await asyncio.gather(_answers(program, places, evidence), _knocks(settings))
    return replace(evidence, said=said, knocks=knocks, process=_process(pid))


def _texts(etc: Path) -> dict[str, str]:
    return {path.name: path.read_text(encoding="utf-8") for path in etc.glob("*.conf")} if etc.is_dir() else {}


def _modes(settings: Settings, places: Places) -> dict[Path, int]:
    home = settings.var.absolute() / "asterisk"
    private = [home, places.etc, places.log, places.run, settings.var / FILE, settings.var / SOCKET, places.control]
    private += [*places.etc.glob("*")] if places.etc.is_dir() else []
    private += [
        settings.recordings,
        *(path for kind in ("*.json", "*.key", "*.db*") for path in settings.var.glob(kind)),
    ]
    found = {}
    for path in private:
        try:
            about = path.lstat()
        except FileNotFoundError:
            continue
        if not stat.S_ISLNK(about.st_mode):
            found[path] = stat.S_IMODE(about.st_mode)
    return found


def _process(pid: int) -> Process | None:
    try:
        limits = Path(f"/proc/{pid}/limits").read_text(encoding="ascii")
        uid = Path(f"/proc/{pid}").stat().st_uid
    except FileNotFoundError:
        return None
    core = re.search(r"^Max core file size\s+(\S+)", limits, re.MULTILINE)
    return Process(uid, core[1] if core else "?")


async def _answers(program: AsteriskProgram, places: Places, evidence: Evidence) -> dict[str, str]:
    commands = [*COMMANDS]
    commands += [f"pjsip show {kind} {phone}" for phone in evidence.phones for kind in ("endpoint", "aor")]
    if evidence.settings.trunk.listen:
        commands.append("pjsip show transport transport-trunk")
    turn = asyncio.Semaphore(AT_ONCE)

    async def ask(command: str) -> str:
        async with turn:
            return await ask_asterisk(program, places.conf, command)

    return dict(zip(commands, await asyncio.gather(*map(ask, commands)), strict=True))


async def _knocks(settings: Settings) -> dict[str, Knock]:
    knocks = {}
    if is_loopback(settings.sip.host) or settings.sip.host == "0.0.0.0":  # noqa: S104 - asked, not bound
        known = any(STRANGER in {str(host) for host in network} for network in settings.trunk.match if _small(network))
        if not known:
            knocks["sip"] = await _knock_at_sip(settings)
    if is_loopback(settings.ari.host):
        base = f"http://{settings.ari.host}:{settings.ari.port}"
        for what, path in (("ari", "/ari/asterisk/info"), ("httpstatus", "/httpstatus"), ("static", "/static/x")):
            knocks[what] = await _knock_at_http(base + path)
    return knocks


def _small(network: object) -> bool:
    return getattr(network, "num_addresses", 1 << 32) <= 1 << 16


async def _knock_at_http(url: str) -> Knock:
    try:
        async with (
            asyncio.timeout(5),
            aiohttp.ClientSession() as http,
            http.get(url, allow_redirects=False) as answer,
        ):
            realm = answer.headers.get("WWW-Authenticate", "")
            return Knock(answer.status, f"{answer.headers.get('Server', '')} {realm}".strip())
    except (aiohttp.ClientError, TimeoutError):
        return Knock(None)


class _Ear(asyncio.DatagramProtocol):
    def __init__(self) -> None:
        self.heard: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if not self.heard.done() and not data.startswith(b"SIP/2.0 100"):
            self.heard.set_result(data)


async def _knock_at_sip(settings: Settings) -> Knock:
    """One INVITE of a caller whom nobody knows."""
    host = "127.0.0.1" if settings.sip.host == "0.0.0.0" else settings.sip.host  # noqa: S104 - asked, not bound
    loop = asyncio.get_running_loop()
    try:
        door, ear = await loop.create_datagram_endpoint(_Ear, (STRANGER, 0))
    except OSError:
        return Knock(None)
    try:
        own = "{}:{}".format(*door.get_extra_info("sockname"))
        door.sendto(_invite(own, f"{host}:{settings.sip.port}").encode(), (host, settings.sip.port))
        async with asyncio.timeout(3):
            answer = (await ear.heard).decode(errors="replace")
    except TimeoutError:
        return Knock(None)
    finally:
        door.close()
    status = re.match(r"SIP/2\.0 (\d{3})", answer)
    signature = " ".join(re.findall(r"(?im)^(?:server|user-agent|www-authenticate|s=)[: ]*(.*?)\r?$", answer))
    return Knock(int(status[1]) if status else None, re.sub(r"(nonce|opaque)=\"[^\"]*\"", "", signature))


def _invite(own: str, switch: str) -> str:
    word = secrets.token_hex(8)
    return "\r\n".join(
        [
            f"INVITE sip:12320@{switch} SIP/2.0",
            f"Via: SIP/2.0/UDP {own};branch=z9hG4bK{word};rport",
            f"From: <sip:{word}@{own}>;tag={word}",
            f"To: <sip:12320@{switch}>",
            f"Call-ID: {word}",
            "CSeq: 1 INVITE",
            f"Contact: <sip:{word}@{own}>",
            "Max-Forwards: 70",
            "Content-Length: 0",
            "",
            "",
        ]
    )
