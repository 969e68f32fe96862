"""Until when the certificates of the settings are good."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from cryptography import x509

from hotline.settings import Settings, SettingsError


def expiries(settings: Settings) -> dict[str, datetime]:
    """What a certificate is used for (`web`, `trunk`, `phones`) → when it expires; those that are set. Raises
    SettingsError for one that cannot be read."""
    files: Mapping[str, Path | None] = {
        "web": settings.web.certificate,
        "trunk": settings.trunk.tls.certificate if settings.trunk.tls else None,
        "phones": settings.webrtc.certificate,
    }
    return {use: _expiry(file) for use, file in files.items() if file is not None}


def _expiry(file: Path) -> datetime:
    try:
        return x509.load_pem_x509_certificate(file.read_bytes()).not_valid_after_utc
    except (OSError, ValueError) as error:
        raise SettingsError(f"{file}: not a certificate that can be read: {error}") from error
