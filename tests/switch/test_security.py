"""System: the running switch is held to its checklist, and strangers try to get in."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import ssl
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path

import aiohttp
import pytest
from structlog.testing import capture_logs

from bench.ports import free_ports
from hotline.browsers import with_browsers
from hotline.certificates import expiries
from hotline.handset import tone
from hotline.hardening.demand import State
from hotline.hardening.gathering import gather
from hotline.hardening.table import examine
from hotline.managed import ManagedAsterisk
from hotline.operators import read_config
from hotline.phone import Exchange
from hotline.secrets import keep_secrets
from hotline.settings import HOUSE, Settings, load
from hotline.settings_parts import WebRtc
from hotline.sound_file import a_law_code
from hotline.sound_file import load as load_sound
from hotline.switch_certificates import SwitchCertificates
from hotline.switch_config import PhoneAccount
from hotline.trying import CALLER
from ivr.switch import TESTER
from tests.phones import AGENT_TONE, CALLER_TONE, hears, voices_in
from tests.switch.bare_sip import BareCaller
from tests.switch.test_managed import switch_of, until

pytestmark = pytest.mark.system


async def findings(settings: Settings, switch: ManagedAsterisk) -> dict[str, tuple[State, tuple[str, ...]]]:
    evidence = await gather(settings, switch.program, ["ann"], keep_secrets(settings.var, ["ann"]))
    return {finding.demand.id: (finding.state, finding.wrong) for finding in examine(evidence)}


async def test_the_running_switch_meets_every_demand_until_somebody_opens_it(settings: Settings) -> None:
    async with switch_of(settings, "ann") as switch:
        found = await findings(settings, switch)
        assert {name: wrong for name, (state, wrong) in found.items() if state is State.NOT_GOOD} == {}
        assert found["stranger"][0] is State.OK
        # On paper nothing changes now; the running Asterisk does.
        await switch.command("module load app_system.so")
        await switch.command("dialplan add extension 666,1,System,id into from-phone")
        (settings.var / "asterisk" / "etc" / "ari.conf").chmod(0o644)
        opened = await findings(settings, switch)
    assert {name for name, (state, _) in opened.items() if state is State.NOT_GOOD} == {"modules", "contexts", "files"}
    assert opened["contexts"][1] == ("[from-phone] System(id)",)


async def test_the_doctor_tells_it_and_ends_with_the_result(settings: Settings) -> None:
    doctor = [sys.executable, "-c", "from hotline.cli import main; main()", "doctor", "--security", "--json"]
    where = ["--var", str(settings.var), "--config", str(HOUSE / "config")]

    def ask() -> tuple[int, dict[str, str]]:
        env = {"PYTHONPATH": str(HOUSE), "PATH": "/usr/bin:/bin"}
        env |= {"HOTLINE_SIP__PORT": str(settings.sip.port), "HOTLINE_ARI__PORT": str(settings.ari.port)}
        env |= {"HOTLINE_RTP__FIRST": "22000", "HOTLINE_RTP__LAST": "22099"}
        done = subprocess.run([*doctor, *where], env=env, capture_output=True, text=True, timeout=60, check=False)
        return done.returncode, {row["id"]: row["state"] for row in json.loads(done.stdout)}

    code, states = await asyncio.to_thread(ask)
    assert (code, states["runs"], states["version"]) == (1, "not good", "not applicable")
    async with switch_of(settings, *with_browsers(read_config(HOUSE / "config").plan).phones, CALLER, TESTER):
        code, states = await asyncio.to_thread(ask)
        assert (states["runs"], states["ari"], states["contexts"]) == ("ok", "ok", "ok")
        assert {name for name, state in states.items() if state == "not good"} == set()
        assert (code, states["no-strangers"]) == (0, "ok")


async def test_the_carrier_comes_in_by_its_own_door_in_new_tls_alone(settings: Settings, tmp_path: Path) -> None:
    (port, wss) = free_ports(2)
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    await made_anew(certificate, key)
    opened = load(
        var=settings.var,
        config=settings.config,
        sip={"port": settings.sip.port},
        ari={"port": settings.ari.port},
        rtp={"first": 22000, "last": 22099},
        trunk={
            "listen": {"host": "127.0.0.1", "port": port},
            "transport": "tls",
            "tls": {"certificate": certificate, "key": key},
            "media_encryption": "sdes",
        },
        webrtc={"enabled": True, "port": wss, "certificate": certificate, "key": key, "phones": ["ann"]},
    )
    secrets = keep_secrets(opened.var, ["ann"])
    async with ManagedAsterisk(opened, secrets, [PhoneAccount("ann", secrets.phones["ann"], "Ann")]) as switch:
        assert not re.findall(r".*ERROR.*", (switch.places.log / "messages.log").read_text(encoding="utf-8"))
        found = await findings(opened, switch)
        assert {name: wrong for name, (state, wrong) in found.items() if state is State.NOT_GOOD} == {}
        assert found["trunk-tls"][0] is found["browsers"][0] is State.OK
        for door in (port, wss):
            assert spoken(door, ssl.TLSVersion.TLSv1) is None
            assert spoken(door, ssl.TLSVersion.TLSv1_1) is None
            assert spoken(door, ssl.TLSVersion.TLSv1_2) == "TLSv1.2"
        # The keys of the sound travel in the signalling: nobody speaks to us in the clear.
        async with BareCaller(("127.0.0.1", settings.sip.port)) as caller:
            assert await caller.invite() == 488
        await renewed_while_it_runs(opened, switch, port, wss)


async def renewed_while_it_runs(settings: Settings, switch: ManagedAsterisk, port: int, wss: int) -> None:
    """A renewed pair is what the next one meets who connects; who is connected stays."""
    assert settings.trunk.tls is not None
    certificate, key = settings.trunk.tls.certificate, settings.trunk.tls.key
    before, ends = {door: shown(door) for door in (port, wss)}, dict(expiries(settings))
    held = connected(port)
    assert asks(held) == b"SIP/2.0"
    watch = asyncio.create_task(SwitchCertificates(settings, switch.command, ends, every=lambda: 0.1).run())
    try:
        await made_anew(certificate, key, days=9)
        await comes_true(lambda: all(shown(door) not in (None, old) for door, old in before.items()))
        await comes_true(lambda: ends == expiries(settings))
        assert asks(held) == b"SIP/2.0"
        after = shown(port)
        with capture_logs() as told:
            key.write_bytes(b"half")
            await comes_true(
                lambda: {row.get("of") for row in told if row["log_level"] == "error"} == {"trunk", "phones"}
            )
        assert shown(port) == after
    finally:
        held.close()
        watch.cancel()


async def comes_true(asked: Callable[[], bool]) -> None:
    async with asyncio.timeout(30):
        while not await asyncio.to_thread(asked):  # noqa: ASYNC110 - another process changes it
            await asyncio.sleep(0.05)


async def test_a_carrier_that_speaks_tls_and_srtp_hears_and_is_heard(
    settings: Settings, tmp_path: Path, exchange: Exchange
) -> None:
    (port,) = free_ports(1)
    certificate, key = tmp_path / "cert.pem", tmp_path / "key.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1"]
    await asyncio.to_thread(
        subprocess.run, [*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True
    )
    opened = load(
        var=settings.var,
        config=settings.config,
        sip={"port": settings.sip.port},
        ari={"port": settings.ari.port},
        rtp={"first": 22000, "last": 22099},
        trunk={
            "listen": {"host": "127.0.0.1", "port": port},
            "transport": "tls",
            "tls": {"certificate": certificate, "key": key},
            "media_encryption": "sdes",
        },
    )
    opened.sounds.mkdir(parents=True)
    (opened.sounds / "fallback.alaw").write_bytes(a_law_code(tone(AGENT_TONE, 2.0)))
    door = f"127.0.0.1:{port}"
    async with switch_of(opened) as switch:
        carrier = await exchange.phone("13900000001", switch=door, transport="tls", encrypted=True)
        talk = await (await carrier.dial(f"sip:12320@{door};transport=tls")).answered()
        await hears(talk, AGENT_TONE)
        await until(switch, "core show channels concise", "Record")
        talk.speak(CALLER_TONE)
        await until(switch, "pjsip show channelstats", r" 3[0-9][0-9] ")  # packets: some seconds of it
        await talk.hang_up()
        await until(switch, "core show channels count", "^0 active channels")
    (message,) = (opened.recordings / "fallback").iterdir()
    assert voices_in(load_sound(message)) == {CALLER_TONE}


async def test_a_browser_on_this_machine_speaks_sip_over_a_websocket_and_ari_is_none_of_its_business(
    settings: Settings,
) -> None:
    opened = settings.model_copy(update={"webrtc": WebRtc(enabled=True, phones=("ann",))})
    async with switch_of(opened, "ann") as switch, aiohttp.ClientSession() as http:
        door = f"http://127.0.0.1:{opened.ari.port}"
        async with http.ws_connect(f"{door}/ws", protocols=("sip",), origin="https://desk.example") as socket_:
            lines = [
                "REGISTER sip:hotline SIP/2.0",
                "Via: SIP/2.0/WS browser.invalid;branch=z9hG4bKws",
                "From: <sip:ann@hotline>;tag=ws",
                "To: <sip:ann@hotline>",
                "Call-ID: ws",
                "CSeq: 1 REGISTER",
                "Contact: <sip:ann@browser.invalid;transport=ws>",
                "Max-Forwards: 70",
                "Content-Length: 0",
            ]
            await socket_.send_str("\r\n".join([*lines, "", ""]))
            assert (await socket_.receive_str(timeout=5)).startswith("SIP/2.0 401 ")
        async with http.get(f"{door}/ari/asterisk/info", headers={"Origin": "https://desk.example"}) as answer:
            assert (answer.status, answer.headers.get("Access-Control-Allow-Origin")) == (401, None)
        found = await findings(opened, switch)
        assert found["browsers"] == (State.OK, ())


async def made_anew(certificate: Path, key: Path, days: int = 2) -> None:
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=hotline.example"]
    words = [*made, "-days", str(days), "-keyout", str(key), "-out", str(certificate)]
    await asyncio.to_thread(subprocess.run, words, check=True, capture_output=True)


def connected(port: int) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(socket.create_connection(("127.0.0.1", port), 10))


def shown(port: int) -> bytes | None:
    """The certificate that this port shows; None while it is being opened."""
    try:
        with connected(port) as line:
            return line.getpeercert(binary_form=True)
    except OSError:
        return None


def asks(line: ssl.SSLSocket) -> bytes:
    """What an OPTIONS is answered with, by its first word."""
    own = f"127.0.0.1:{line.getsockname()[1]}"
    heads = {
        "Via": f"SIP/2.0/TLS {own};branch=z9hG4bK{time.monotonic_ns()};rport",
        "From": f"<sip:12320@{own}>;tag=1",
        "To": "<sip:12320@127.0.0.1>",
        "Call-ID": f"{time.monotonic_ns()}@{own}",
        "CSeq": "1 OPTIONS",
        "Max-Forwards": "70",
        "Content-Length": "0",
    }
    lines = ["OPTIONS sip:12320@127.0.0.1 SIP/2.0", *(f"{name}: {value}" for name, value in heads.items()), "", ""]
    line.sendall("\r\n".join(lines).encode())
    return line.recv(4096).partition(b" ")[0]


def spoken(port: int, version: ssl.TLSVersion) -> str | None:
    """The version of TLS in which this port answers one who speaks no other."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):  # old versions are what it is about
        context.minimum_version = context.maximum_version = version
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=5) as plain,
            context.wrap_socket(plain) as door,
        ):
            return door.version()
    except (ssl.SSLError, ConnectionError):
        return None
