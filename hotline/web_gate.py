"""The web's address, names, certificate and key, made of the settings; what would leave it open is refused."""

from __future__ import annotations

import os
import secrets
import ssl
from datetime import UTC, datetime
from pathlib import Path

from cryptography import x509

from desk.gate import Gate, is_loopback
from hotline.settings import Settings, SettingsError

KEY = "web.key"


def gate_of(settings: Settings) -> Gate:
    """Where the web listens and what it answers to. Raises SettingsError for an address that would be open."""
    web = settings.web
    if web.certificate is None and not web.behind_proxy and not is_loopback(web.host):
        raise SettingsError(
            f"web.host {web.host} is not loopback: set web.certificate and web.key, or web.behind_proxy: true when a "
            "proxy of yours does TLS; else keep it on 127.0.0.1"
        )
    names = frozenset(web.names)
    if web.certificate is not None:
        names |= names_in(web.certificate)
    return Gate(web.host, names, web.certificate is not None, web.behind_proxy, tuple(web.proxies))


def tls_of(settings: Settings) -> ssl.SSLContext | None:
    """TLS 1.2 or newer with the certificate of the settings; None without one. Raises SettingsError."""
    if settings.web.certificate is None:
        return None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(settings.web.certificate, settings.web.key)
    except (OSError, ssl.SSLError) as error:
        raise SettingsError(f"web.certificate and web.key cannot be used: {error}") from error
    return context


def names_in(certificate: Path) -> frozenset[str]:
    """The names that a certificate (PEM) is for. Raises SettingsError."""
    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
    except (OSError, ValueError) as error:
        raise SettingsError(f"web.certificate: {certificate} cannot be read: {error}") from error
    if found.not_valid_after_utc <= datetime.now(UTC):
        raise SettingsError(f"web.certificate: {certificate} ended on {found.not_valid_after_utc:%Y-%m-%d}: renew it")
    try:
        others = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    addresses = (str(address) for address in others.get_values_for_type(x509.IPAddress))
    return frozenset(others.get_values_for_type(x509.DNSName)) | frozenset(addresses)


def key_of(var: Path) -> bytes:
    """The key that seals second factors: 32 bytes, made at the first need in `var/web.key` (mode 0600).

    It is not in the database, so a stolen copy of that opens no second step. Raises SettingsError when it is damaged.
    """
    path = var / KEY
    var.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        made = path.with_name(f".{KEY}.{os.getpid()}")
        handle = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(made, path)  # whoever came first wins, and the other takes theirs
        except FileExistsError:
            pass
        finally:
            made.unlink()
    path.chmod(0o600)
    try:
        key = bytes.fromhex(path.read_text(encoding="ascii"))
    except ValueError as error:
        raise SettingsError(f"{path}: damaged; put back a copy, or remove it and reset every second factor") from error
    if len(key) != 32:
        raise SettingsError(f"{path}: damaged; put back a copy, or remove it and reset every second factor")
    return key
