"""The port for ciphers: what seals a recording, and what wraps its key. Another one is another entry of `CIPHERS`.

A cipher of this port encrypts and authenticates at once (AEAD), with 96-bit nonces and 128-bit tags.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag, UnsupportedAlgorithm
from cryptography.hazmat.primitives.ciphers import Cipher as Primitive
from cryptography.hazmat.primitives.ciphers import algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE = 12
TAG = 16


class Tampered(ValueError):
    """What was sealed is not what was found: another key, or changed bytes."""


class Cipher(Protocol):
    """An authenticated cipher. A key never meets the same nonce twice; the caller sees to that."""

    @property
    def name(self) -> str:
        """As it stands in the head of a sealed file."""

    @property
    def key_bytes(self) -> int:
        """How long a key is."""

    def close(self, key: bytes, nonce: bytes, plain: bytes, beside: bytes) -> bytes:
        """Encrypt `plain` and authenticate it with `beside`; 16 bytes longer than `plain`."""

    def open(self, key: bytes, nonce: bytes, closed: bytes, beside: bytes) -> bytes:
        """What was closed. Raises Tampered."""


class AesGcm:
    """AES-256-GCM (NIST SP 800-38D)."""

    name: Final = "AES-256-GCM"
    key_bytes: Final = 32

    def close(self, key: bytes, nonce: bytes, plain: bytes, beside: bytes) -> bytes:
        return AESGCM(key).encrypt(nonce, plain, beside)

    def open(self, key: bytes, nonce: bytes, closed: bytes, beside: bytes) -> bytes:
        try:
            return AESGCM(key).decrypt(nonce, closed, beside)
        except InvalidTag:
            raise Tampered("not what was sealed, or not with this key") from None


class Sm4Gcm:
    """SM4 (GB/T 32907-2016) in GCM (RFC 8998): the national cipher, as OpenSSL computes it.

    A certified module or card is another class with this shape.
    """

    name: Final = "SM4-GCM"
    key_bytes: Final = 16

    def close(self, key: bytes, nonce: bytes, plain: bytes, beside: bytes) -> bytes:
        work = Primitive(algorithms.SM4(key), modes.GCM(nonce)).encryptor()
        work.authenticate_additional_data(beside)
        return work.update(plain) + work.finalize() + work.tag

    def open(self, key: bytes, nonce: bytes, closed: bytes, beside: bytes) -> bytes:
        if len(closed) < TAG:
            raise Tampered("shorter than its own tag")
        work = Primitive(algorithms.SM4(key), modes.GCM(nonce, closed[-TAG:])).decryptor()
        work.authenticate_additional_data(beside)
        try:
            return work.update(closed[:-TAG]) + work.finalize()
        except InvalidTag:
            raise Tampered("not what was sealed, or not with this key") from None


CIPHERS: Mapping[str, Cipher] = MappingProxyType({cipher.name: cipher for cipher in (AesGcm(), Sm4Gcm())})
"""Every cipher by its name."""


def available(cipher: Cipher) -> bool:
    """Whether this machine's library computes it."""
    try:
        cipher.close(bytes(cipher.key_bytes), bytes(NONCE), b"", b"")
    except UnsupportedAlgorithm:
        return False
    return True
