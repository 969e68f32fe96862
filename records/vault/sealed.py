"""The form of a sealed file: a head in words, then chunks of which each knows its place and the last that it is last.

    HOTLINE-SEALED 1
    {"chunk": 65536, "cipher": …, "key": id of the master key, "name": …, "nonce": …, "wrapped": …}
    chunks: ciphertext and tag, 65552 bytes each, the last one shorter or as long

Each file has a key of its own, wrapped by the master key. A chunk's nonce is its number (11 bytes) and whether it is
the last (1 byte), and the head's hash is authenticated with it: chunks that are changed, swapped, left out, cut off or
put on another file's head don't open. (The STREAM construction of Hoang, Reyhanitabar, Rogaway and Vizár.)
"""

from __future__ import annotations

import json
import secrets as chance
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import BinaryIO, Protocol

from records.vault.ciphers import CIPHERS, NONCE, TAG, Cipher, Tampered
from records.vault.keys import Keys, MasterKey, key_of

MAGIC = b"HOTLINE-SEALED 1\n"
CHUNK = 1 << 16
LONGEST_HEAD = 4096


@dataclass(frozen=True, slots=True)
class Head:
    """The words at the beginning. `name` is that of the recording: a file under another's name does not open."""

    name: str
    cipher: Cipher
    key: str
    nonce: bytes
    wrapped: bytes
    text: bytes
    """As it stands in the file: what each chunk is bound to."""


def seal(plain: BinaryIO, sealed: BinaryIO, name: str, master: MasterKey) -> str:
    """Write what `plain` holds into `sealed`; the SHA-256 of `plain`, in hexadecimal. Raises OSError."""
    cipher = master.cipher
    key, nonce = chance.token_bytes(cipher.key_bytes), chance.token_bytes(NONCE)
    wrapped = cipher.close(master.key, nonce, key, _bound(name, cipher.name, master.id))
    told = {"chunk": CHUNK, "cipher": cipher.name, "key": master.id, "name": name}
    told |= {"nonce": b64encode(nonce).decode(), "wrapped": b64encode(wrapped).decode()}
    text = MAGIC + json.dumps(told, ensure_ascii=False, sort_keys=True).encode() + b"\n"
    sealed.write(text)
    beside, seen = sha256(text).digest(), sha256()
    chunk, number = plain.read(CHUNK), 0
    while True:
        following = plain.read(CHUNK)
        seen.update(chunk)
        sealed.write(cipher.close(key, _nonce(number, last=not following), chunk, beside))
        if not following:
            return seen.hexdigest()
        chunk, number = following, number + 1


def opened(sealed: BinaryIO, name: str, keys: Keys) -> Iterator[bytes]:
    """The chunks of what was sealed under this name. Raises Tampered, KeysError; nothing after that may be trusted."""
    _, unlock = _lock_of(sealed, name, keys)
    chunk, number = sealed.read(CHUNK + TAG), 0
    while True:
        following = sealed.read(CHUNK + TAG)
        yield unlock(number, chunk, last=not following)
        if not following:
            return
        chunk, number = following, number + 1


def piece(sealed: BinaryIO, size: int, name: str, keys: Keys, wanted: slice) -> tuple[int, bytes]:
    """How many bytes were sealed, and those of them that are `wanted` (no steps); `size` is the sealed file's.

    Only the chunks that hold them are opened, and the last one: it proves that none is missing behind.
    Raises Tampered, KeysError.
    """
    head, unlock = _lock_of(sealed, name, keys)
    begin, whole = len(head.text), plain_size(size, head)
    most = max(0, -(-(size - begin) // (CHUNK + TAG)) - 1)

    def chunk(number: int) -> bytes:
        sealed.seek(begin + number * (CHUNK + TAG))
        return unlock(number, sealed.read(CHUNK + TAG), last=number == most)

    last = chunk(most)
    start, stop, _ = wanted.indices(whole)
    if stop <= start:
        return whole, b""
    first = start // CHUNK
    found = b"".join(last if each == most else chunk(each) for each in range(first, (stop - 1) // CHUNK + 1))
    return whole, found[start - first * CHUNK : stop - first * CHUNK]


class _Unlock(Protocol):
    def __call__(self, number: int, closed: bytes, *, last: bool) -> bytes:
        """A chunk, by its number in the file. Raises Tampered."""


def _lock_of(sealed: BinaryIO, name: str, keys: Keys) -> tuple[Head, _Unlock]:
    """The head, and what opens the chunks after it. Raises Tampered, KeysError."""
    head = read_head(sealed)
    if head.name != name:
        raise Tampered(f"this is {head.name}, put in the place of {name}")
    master = key_of(keys, head.key)
    if master.cipher is not head.cipher:
        raise Tampered("the head names another cipher than its key's")
    key = head.cipher.open(master.key, head.nonce, head.wrapped, _bound(name, head.cipher.name, head.key))
    beside = sha256(head.text).digest()

    def unlock(number: int, closed: bytes, *, last: bool) -> bytes:
        return head.cipher.open(key, _nonce(number, last=last), closed, beside)

    return head, unlock


def read_head(sealed: BinaryIO) -> Head:
    """The head of a sealed file; what follows it is read next. Raises Tampered."""
    magic, line = sealed.readline(len(MAGIC)), sealed.readline(LONGEST_HEAD)
    if magic != MAGIC or not line.endswith(b"\n"):
        raise Tampered("it does not begin like a sealed recording")
    try:
        data = json.loads(line)
        nonce, wrapped = (b64decode(data[part], validate=True) for part in ("nonce", "wrapped"))
        size, cipher = data["chunk"], CIPHERS[data["cipher"]]
        head = Head(str(data["name"]), cipher, str(data["key"]), nonce, wrapped, magic + line)
    except (ValueError, KeyError, TypeError) as error:
        raise Tampered(f"its head cannot be read: {error}") from None
    if size != CHUNK:
        raise Tampered(f"its chunks are of {size} bytes")
    return head


def plain_size(size: int, head: Head) -> int:
    """How many bytes a sealed file of `size` bytes holds."""
    body = size - len(head.text)
    return max(0, body - -(-body // (CHUNK + TAG)) * TAG)


def _bound(name: str, cipher: str, key: str) -> bytes:
    return json.dumps(["hotline recording", name, cipher, key]).encode()


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(NONCE - 1, "big") + (b"\1" if last else b"\0")
