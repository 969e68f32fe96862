"""Unit: where the door stands, what would leave it open, and TLS by real certificates."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address, ip_network
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from structlog.testing import capture_logs

from desk.gate import Gate
from desk.listening import listening
from desk.lockout import Lockout
from desk.rates import Rates, neighbourhood
from hotline.certificate_watch import CertificateWatch
from hotline.certificates import expiries
from hotline.settings import Settings, SettingsError, load
from hotline.web_gate import gate_of, key_of, tls_of


def settings(folder: Path, text: str) -> Settings:
    (folder / "settings.yaml").write_text(text, encoding="utf-8")
    return load(config=folder, var=folder)


def certificate(folder: Path, *, days: int = 30) -> str:
    """A certificate for hotline.example and its key; the lines of the settings."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "hotline.example")])
    others = [x509.DNSName("hotline.example"), x509.IPAddress(ip_address("127.0.0.1"))]
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=60))
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.SubjectAlternativeName(others), critical=False)
        .sign(key, hashes.SHA256())
    )
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "cert.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(key.private_bytes(*plain))
    return f"web: {{host: 0.0.0.0, certificate: {folder}/cert.pem, key: {folder}/key.pem}}\n"


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "10.0.0.5", "hotline.example"])  # noqa: S104 - the case in question
def test_outside_loopback_it_does_not_start_without_tls(tmp_path: Path, host: str) -> None:
    with pytest.raises(SettingsError, match=r"is not loopback: set web\.certificate and web\.key, or") as refused:
        gate_of(settings(tmp_path, f"web: {{host: '{host}'}}\n"))
    assert "\n" not in str(refused.value)
    assert not gate_of(settings(tmp_path, f"web: {{host: '{host}', behind_proxy: true}}\n")).here_alone


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.9"])
def test_on_loopback_it_starts_as_it_is_and_behind_a_proxy_it_is_nobodys_own(tmp_path: Path, host: str) -> None:
    assert gate_of(settings(tmp_path, f"web: {{host: '{host}'}}\n")).here_alone
    assert not gate_of(settings(tmp_path, f"web: {{host: '{host}', behind_proxy: true}}\n")).here_alone


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("web: {certificate: a.pem}", "certificate and key go together"),
        ("web: {certificate: a.pem, key: b.pem, behind_proxy: true}", "choose one"),
        ("web: {names: ['a b']}", "pattern"),
    ],
)
def test_settings_that_do_not_fit_are_told_with_their_place(tmp_path: Path, text: str, words: str) -> None:
    with pytest.raises(SettingsError, match=words) as refused:
        settings(tmp_path, text)
    assert "settings.yaml:1: web" in str(refused.value)


def test_a_certificate_that_ended_or_is_none_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"ended on .* renew it"):
        gate_of(settings(tmp_path, certificate(tmp_path, days=-1)))
    (tmp_path / "cert.pem").write_text("nothing")
    with pytest.raises(SettingsError, match="cannot be read"):
        gate_of(settings(tmp_path, certificate(tmp_path).replace("cert.pem", "no.pem")))


async def test_over_tls_it_answers_to_the_names_in_its_certificate_and_to_nothing_old(tmp_path: Path) -> None:
    written = settings(tmp_path, certificate(tmp_path))
    gate = gate_of(written)
    assert (gate.tls, gate.names) == (True, frozenset({"hotline.example", "127.0.0.1"}))

    async def hello(request: web.Request) -> web.Response:
        return web.Response(text=f"{gate.knows(request)} {gate.secure(request)}")

    app = web.Application()
    app.router.add_get("/", hello)
    trusting = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    async with (
        listening(app, Gate("127.0.0.1", tls=True), 0, tls_of(written)) as port,
        aiohttp.ClientSession() as session,
    ):
        url = f"https://127.0.0.1:{port}/"
        for host, answer in {"hotline.example": "True True", "evil.example": "False True"}.items():
            async with session.get(url, headers={"Host": host}, ssl=trusting) as said:
                assert await said.text() == answer
        trusting.maximum_version = ssl.TLSVersion.TLSv1_2
        async with session.get(url, ssl=trusting) as said:
            assert said.status == 200
        old = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
        old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
        with pytest.warns(DeprecationWarning, match="TLSv1_1 is deprecated"):
            old.maximum_version = ssl.TLSVersion.TLSv1_1
        with pytest.raises(aiohttp.ClientConnectorError):
            async with aiohttp.ClientSession() as fresh, fresh.get(url, ssl=old):
                pass


async def test_a_renewed_certificate_is_taken_up_and_no_connection_is_cut(tmp_path: Path) -> None:
    written = settings(tmp_path, certificate(tmp_path, days=2))
    context, until = tls_of(written), expiries(written)
    assert context is not None
    first = until["web"]
    old = ssl.create_default_context(cafile=str(tmp_path / "cert.pem"))
    (tmp_path / "renewed").mkdir()
    certificate(tmp_path / "renewed", days=90)
    trusting = ssl.create_default_context(cafile=str(tmp_path / "renewed" / "cert.pem"))
    app = web.Application()
    app.router.add_get("/", _here)
    watch = asyncio.create_task(CertificateWatch(written, context, until, every=lambda: 0.01).run())
    async with listening(app, Gate("127.0.0.1", tls=True), 0, context) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=old)
        with capture_logs() as logs:
            (tmp_path / "renewed" / "key.pem").replace(tmp_path / "key.pem")  # its certificate is still on the way
            await _until(lambda: any("cannot be used" in line["event"] for line in logs))
        assert until["web"] == first
        (tmp_path / "renewed" / "cert.pem").replace(tmp_path / "cert.pem")
        await _until(lambda: until["web"] > first)
        writer.write(b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
        assert (await reader.readline()).startswith(b"HTTP/1.1 200")
        writer.close()
        async with aiohttp.ClientSession() as fresh, fresh.get(f"https://127.0.0.1:{port}/", ssl=trusting) as said:
            assert said.status == 200
    watch.cancel()


async def _here(_: web.Request) -> web.Response:
    return web.Response(text="here")


async def _until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(30.0):
        while not holds():  # noqa: ASYNC110 - a thread looks at files beside us
            await asyncio.sleep(0.01)


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("127.0.0.1", "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # what the caller wrote in front is not believed
        ("127.0.0.1", "203.0.113.9, 127.0.0.1", "203.0.113.9"),
        ("127.0.0.1", "nonsense", "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("203.0.113.7", "198.51.100.1", "203.0.113.7"),  # no proxy of ours
    ],
)
def test_the_caller_is_whom_the_last_proxy_of_ours_saw(peer: str, forwarded: str, address: str) -> None:
    gate = Gate("127.0.0.1", behind_proxy=True, proxies=(ip_network("127.0.0.0/8"),))
    request = make_mocked_request("GET", "/", {"X-Forwarded-For": forwarded}).clone(remote=peer)
    assert gate.address(request) == address
    assert Gate("127.0.0.1").address(request) == peer


@pytest.mark.parametrize(
    ("host", "said", "secure"),
    [
        ("hotline.example", "https", True),
        ("hotline.example", "http", True),  # its cookies are for TLS alone: on a plain wire nobody comes in
        ("hotline.example", None, True),
        ("127.0.0.1:8320", "https", True),
        ("127.0.0.1:8320", "http", False),
        ("127.0.0.1:8320", None, False),
    ],
)
def test_a_proxy_makes_no_plain_wire_secure_and_no_session_for_one(host: str, said: str | None, secure: bool) -> None:
    gate = Gate("127.0.0.1", frozenset({"hotline.example"}), behind_proxy=True, proxies=(ip_network("127.0.0.0/8"),))
    headers = {"Host": host, "Origin": "http://hotline.example"} | ({"X-Forwarded-Proto": said} if said else {})
    request = make_mocked_request("POST", "/sign-in", headers).clone(remote="127.0.0.1")
    assert gate.secure(request) is secure
    assert not gate.own_page(request)


def test_the_key_of_second_steps_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    key = key_of(tmp_path)
    assert (len(key), key_of(tmp_path)) == (32, key)
    assert (tmp_path / "web.key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "web.key").write_text("00")
    with pytest.raises(SettingsError, match="damaged"):
        key_of(tmp_path)


def test_a_lock_grows_up_to_its_longest_and_is_forgotten() -> None:
    lockout, now, waits = Lockout(free=2, first=5, longest=60), 0.0, []
    for _ in range(8):
        lockout.charge("ann", now)
        waits.append(lockout.wait("ann", now))
        now += lockout.wait("ann", now)
    assert waits == [0, 0, 5, 10, 20, 40, 60, 60]
    assert lockout.wait("bob", now) == 0
    now += 241
    lockout.charge("ann", now)
    assert lockout.wait("ann", now) == 0
    lockout.passed("ann")
    assert len(lockout) == 0


def test_neither_locks_nor_rates_grow_without_end() -> None:
    lockout, rates = Lockout(most=100), Rates(burst=5, per_second=1, most=100)
    for n in range(10_000):
        lockout.charge(n, float(n))
        rates.take(n, float(n))
    assert (len(lockout), len(rates)) == (100, 100)


def test_a_share_is_used_up_and_comes_back() -> None:
    rates = Rates(burst=3, per_second=2)
    assert [rates.take("a", 0.0) for _ in range(4)] == [0, 0, 0, 0.5]
    assert rates.take("b", 0.0) == 0
    assert [rates.take("a", 0.5), rates.take("a", 0.5)] == [0, 0.5]
    rates.give_back("a")
    assert rates.take("a", 0.5) == 0


def test_a_neighbourhood_is_an_address_or_a_64() -> None:
    assert neighbourhood("203.0.113.9") == neighbourhood("::ffff:203.0.113.9") == "203.0.113.9"
    assert neighbourhood("2001:db8::1") == neighbourhood("2001:db8::ffff") == "2001:db8::/64"
    assert neighbourhood("@") == "@"
