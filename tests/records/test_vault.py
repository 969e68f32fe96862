"""Unit on real files: what is sealed reads back, whatever was done to it is found, and no crash loses sound."""

from __future__ import annotations

import io
import json
import os
import stat
import wave
from datetime import UTC, datetime
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as how
from hypothesis import strategies as st

from records.vault import sealed as form
from records.vault.ciphers import CIPHERS, Tampered, available
from records.vault.keys import KeyCommand, KeyFile, KeysError
from records.vault.vault import NoRecording, Vault, call_of

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
NAME = "talks/2026/11/20/a-1x-3"


def sound(seconds: float = 0.5, level: int = 1) -> bytes:
    whole = io.BytesIO()
    with wave.open(whole, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(level.to_bytes(2, "little") * int(8000 * seconds))
    return whole.getvalue()


def put(vault: Vault, content: bytes, name: str = NAME) -> Path:
    path = vault.folder / f"{name}.wav"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def files(vault: Vault) -> list[str]:
    return sorted(path.name for path in vault.folder.rglob("*") if path.is_file() and path.name != ".lock")


@pytest.fixture(params=sorted(CIPHERS))
def vault(tmp_path: Path, request: pytest.FixtureRequest) -> Vault:
    keys = KeyFile(tmp_path / "keys.json")
    keys.rotate(CIPHERS[request.param], NOW)
    return Vault(tmp_path / "recordings", keys)


def test_a_recording_is_read_by_its_name_before_and_after_it_was_sealed(vault: Vault) -> None:
    content = sound(9.0)  # three chunks
    plain = put(vault, content)
    assert (vault.read(NAME), vault.about(NAME).plain, vault.unsealed()) == (content, True, [NAME])
    assert vault.seal(NAME)
    assert not plain.exists()
    assert files(vault) == ["a-1x-3.wav.sealed"]
    assert (vault.read(NAME), vault.unsealed(), list(vault.names())) == (content, [], [NAME])
    about = vault.about(NAME)
    assert (about.plain, about.size, about.keys) == (False, len(content), (vault.keys.all()[-1].id,))
    assert not vault.seal(NAME)
    closed = (vault.folder / f"{NAME}.wav.sealed").read_bytes()
    assert b"WAVE" not in closed
    assert content[-4000:] not in closed
    assert stat.S_IMODE((vault.folder / f"{NAME}.wav.sealed").stat().st_mode) == 0o600


@pytest.mark.parametrize("size", [0, 1, form.CHUNK - 1, form.CHUNK, form.CHUNK + 1, 3 * form.CHUNK])
def test_every_length_reads_back(vault: Vault, size: int) -> None:
    content = os.urandom(size)
    put(vault, content)
    vault.seal(NAME)
    assert vault.read(NAME) == content
    assert vault.about(NAME).size == size


def test_the_same_sound_sealed_twice_is_not_the_same_file(vault: Vault) -> None:
    for name in ("messages/a-1", "messages/a-2"):
        put(vault, sound(), name)
        vault.seal(name)
    first, second = ((vault.folder / f"messages/a-{n}.wav.sealed").read_bytes() for n in (1, 2))
    assert first[-100:] != second[-100:]


STEP = form.CHUNK + 16


@pytest.mark.parametrize(
    "harm",
    [
        lambda head, body: head + body[:-1],  # cut off
        lambda head, body: head + body[: 2 * STEP],  # cut off at the end of a chunk
        lambda head, body: head + body[:STEP],
        lambda head, body: head,
        lambda head, body: head + body[STEP:],  # its beginning left out
        lambda head, body: head + body[STEP : 2 * STEP] + body[:STEP] + body[2 * STEP :],  # two swapped
        lambda head, body: head + body + body[-100:],  # something more
        lambda head, body: head + body + body[:STEP],
        lambda head, body: head + body[:100] + bytes([body[100] ^ 1]) + body[101:],  # one bit
        lambda head, body: head.replace(b'"wrapped": "', b'"wrapped": "A', 1) + body,
        lambda head, body: head.replace(b"a-1x-3", b"a-1x-4", 1) + body,
        lambda head, body: b"RIFF" + head + body,
        lambda head, body: b"",
    ],
)
def test_what_was_done_to_a_sealed_file_is_found(vault: Vault, harm: object) -> None:
    put(vault, sound(12.0))
    vault.seal(NAME)
    path = vault.folder / f"{NAME}.wav.sealed"
    whole = path.read_bytes()
    at = whole.index(b"\n", whole.index(b"\n") + 1) + 1
    path.write_bytes(harm(whole[:at], whole[at:]))  # type: ignore[operator]
    with pytest.raises(Tampered):
        vault.read(NAME)


def test_a_recording_cannot_be_put_in_the_place_of_another(vault: Vault) -> None:
    put(vault, sound())
    vault.seal(NAME)
    put(vault, b"")
    (vault.folder / f"{NAME}.wav").unlink()
    (vault.folder / f"{NAME}.wav.sealed").rename(vault.folder / "talks/2026/11/20/a-2-1.wav.sealed")
    with pytest.raises(Tampered, match="in the place of"):
        vault.read("talks/2026/11/20/a-2-1")


def test_a_new_key_seals_what_is_new_and_the_old_one_still_reads(vault: Vault) -> None:
    keys = vault.keys
    assert isinstance(keys, KeyFile)
    put(vault, sound(level=1), "messages/a-1")
    vault.seal("messages/a-1")
    other = next(cipher for name, cipher in CIPHERS.items() if name != keys.all()[0].cipher.name)
    keys.rotate(other, NOW)
    put(vault, sound(level=2), "messages/a-2")
    vault.seal("messages/a-2")
    assert [vault.about(f"messages/a-{n}").keys for n in (1, 2)] == [(key.id,) for key in keys.all()]
    assert [vault.read(f"messages/a-{n}") for n in (1, 2)] == [sound(level=1), sound(level=2)]


def test_without_its_key_a_recording_waits_and_a_plain_one_stays(vault: Vault, tmp_path: Path) -> None:
    put(vault, sound(), "messages/a-1")
    vault.seal("messages/a-1")
    (tmp_path / "keys.json").rename(tmp_path / "away")
    plain = put(vault, sound())
    with pytest.raises(KeysError, match="no key"):
        vault.seal(NAME)
    with pytest.raises(KeysError, match="missing"):
        vault.read("messages/a-1")
    assert plain.read_bytes() == sound()
    assert files(vault) == ["a-1.wav.sealed", "a-1x-3.wav"]
    (tmp_path / "away").rename(tmp_path / "keys.json")
    assert vault.read("messages/a-1") == sound()
    assert vault.seal(NAME)


class Crash(BaseException):
    """The power went."""


@pytest.mark.parametrize("at", range(1, 40))
def test_a_crash_at_any_moment_loses_no_sound_and_the_next_try_finishes(
    vault: Vault, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    content = sound(9.0)
    put(vault, content)
    count = 0

    def crash_at(function: object) -> object:
        def crashing(*given: object, **named: object) -> object:
            nonlocal count
            count += 1
            if count == at:
                raise Crash
            return function(*given, **named)  # type: ignore[operator]

        return crashing

    with monkeypatch.context() as patched:
        for owner, name in (
            (os, "fsync"),
            (Path, "rename"),
            (Path, "unlink"),
            (Path, "chmod"),
            (Path, "open"),
            (Path, "stat"),
        ):
            patched.setattr(owner, name, crash_at(getattr(owner, name)))
        try:
            vault.seal(NAME)
        except Crash:
            pass
        else:
            assert count < at
    assert vault.read(NAME) == content
    vault.seal(NAME)
    assert vault.read(NAME) == content
    assert files(vault) == ["a-1x-3.wav.sealed"]
    assert vault.unsealed() == []


def test_a_full_disk_leaves_the_plain_file(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = put(vault, sound())

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space left"):
            vault.seal(NAME)
    assert plain.read_bytes() == sound()
    assert files(vault) == ["a-1x-3.wav"]
    assert vault.seal(NAME)


def test_sound_that_came_later_is_another_part_and_is_heard_behind_the_first(vault: Vault) -> None:
    put(vault, sound(1.0, level=1))
    vault.seal(NAME)
    put(vault, sound(0.5, level=2))
    both = vault.read(NAME)
    vault.seal(NAME)
    put(vault, sound(0.25, level=3))
    vault.seal(NAME)
    assert files(vault) == ["a-1x-3.wav.2.sealed", "a-1x-3.wav.3.sealed", "a-1x-3.wav.sealed"]
    assert list(vault.names()) == [NAME]
    with wave.open(io.BytesIO(vault.read(NAME))) as heard:
        assert heard.getnframes() == 14_000
        said = heard.readframes(14_000)
    assert said == b"\1\0" * 8000 + b"\2\0" * 4000 + b"\3\0" * 2000
    with wave.open(io.BytesIO(both)) as heard:
        assert heard.getnframes() == 12_000


EDGES = (None, 0, 1, 44, form.CHUNK - 1, form.CHUNK, form.CHUNK + 1, 2 * form.CHUNK, 144_044, 144_045, -1, -70_000)
"""Of the chunks, of the sound and beyond."""


def test_a_piece_is_what_the_whole_has_there_plain_sealed_or_of_several_parts(vault: Vault) -> None:
    for name in ("plain", "sealed", "parts", "exact"):
        put(vault, bytes(2 * form.CHUNK) if name == "exact" else sound(9.0), name)
        if name != "plain":
            vault.seal(name)
    put(vault, sound(0.5, level=2), "parts")
    for name in vault.names():
        whole = vault.read(name)
        for start, stop in product(EDGES, repeat=2):
            found = vault.piece(name, slice(start, stop))
            assert (found.sound, found.size) == (whole[start:stop], len(whole)), (name, start, stop)
            assert not found.sound or whole[found.start :].startswith(found.sound)
    with pytest.raises(NoRecording):
        vault.piece("nothing", slice(None))


def test_a_piece_of_a_file_that_was_cut_off_or_changed_elsewhere_is_not_given_for_whole(vault: Vault) -> None:
    put(vault, sound(9.0))
    vault.seal(NAME)
    path = vault.folder / f"{NAME}.wav.sealed"
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) - len(whole) % (form.CHUNK + 16)])
    with pytest.raises(Tampered):
        vault.piece(NAME, slice(0, 100))
    path.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    with pytest.raises(Tampered):
        vault.piece(NAME, slice(0, 100))


def test_one_that_is_still_being_written_is_left_alone(vault: Vault, monkeypatch: pytest.MonkeyPatch) -> None:
    plain = put(vault, sound())
    whole = form.seal

    def slow(*given: object) -> str:
        seen = whole(*given)  # type: ignore[arg-type]
        with plain.open("ab") as file:
            file.write(b"\0\0")
        return seen

    monkeypatch.setattr(form, "seal", slow)
    assert not vault.seal(NAME)
    assert files(vault) == ["a-1x-3.wav"]
    assert plain.read_bytes() == sound() + b"\0\0"


def test_erased_is_gone_with_all_its_parts(vault: Vault) -> None:
    put(vault, sound(level=1))
    vault.seal(NAME)
    put(vault, sound(level=2))
    assert len(vault.marks(NAME)) == 2
    assert vault.erase(NAME) == 2
    assert files(vault) == []
    assert vault.erase(NAME) == 0
    with pytest.raises(NoRecording):
        vault.read(NAME)


@pytest.mark.parametrize("name", ["../secrets", "talks/../../secrets", "/etc/passwd", "", "a b", "a\0b", "talks//x"])
def test_a_name_leads_nowhere_else(vault: Vault, name: str) -> None:
    with pytest.raises(ValueError, match="no name of a recording"):
        vault.read(name)


def test_a_name_leads_to_its_call() -> None:
    assert [call_of(name) for name in (NAME, "messages/2026/11/20/a-1x", "talks/x/a-1x~1-2", "talks/x/a-1x-x1")] == [
        "a-1x"
    ] * 4


# ── keys ────────────────────────────────────────────────────────────────────


def test_keys_that_others_may_read_are_refused(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.json")
    keys.rotate(CIPHERS["AES-256-GCM"], NOW)
    assert stat.S_IMODE(keys.path.stat().st_mode) == 0o600
    keys.path.chmod(0o640)
    with pytest.raises(KeysError, match="chmod 600"):
        keys.all()


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"keys": [{}]}', '{"keys": [7]}', "KEY"])
def test_damaged_keys_are_told_and_not_replaced(tmp_path: Path, text: str) -> None:
    path = tmp_path / "keys.json"
    path.write_text(text)
    path.chmod(0o600)
    with pytest.raises(KeysError, match="damaged"):
        KeyFile(path).rotate(CIPHERS["AES-256-GCM"], NOW)
    assert path.read_text() == text


def test_no_key_shows_in_what_is_printed_or_told(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.json")
    key = keys.rotate(CIPHERS["AES-256-GCM"], NOW)
    assert key.key.hex() not in repr(key)
    assert str(key.key) not in repr(key)
    data = json.loads(keys.path.read_text())
    data["keys"][0]["key"] += "zz"
    keys.path.write_text(json.dumps(data))
    with pytest.raises(KeysError) as told:
        keys.all()
    assert key.key.hex() not in str(told.value)


def test_keys_may_come_from_a_command(tmp_path: Path) -> None:
    kept = KeyFile(tmp_path / "keys.json")
    key = kept.rotate(CIPHERS["SM4-GCM"], NOW)
    assert KeyCommand(["cat", str(kept.path)]).all() == (key,)
    with pytest.raises(KeysError, match="ended with 1"):
        KeyCommand(["false"]).all()
    with pytest.raises(KeysError, match="cannot be run"):
        KeyCommand([str(tmp_path / "none")]).all()


# ── ciphers ─────────────────────────────────────────────────────────────────


def test_every_cipher_is_on_this_machine() -> None:
    assert {name for name, cipher in CIPHERS.items() if available(cipher)} == {"AES-256-GCM", "SM4-GCM"}


def test_sm4_in_gcm_is_that_of_rfc_8998() -> None:
    """RFC 8998, appendix A.1."""
    key, nonce = bytes.fromhex("0123456789abcdeffedcba9876543210"), bytes.fromhex("00001234567800000000abcd")
    plain = bytes.fromhex(
        "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd"
        "eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa"
    )
    beside = bytes.fromhex("feedfacedeadbeeffeedfacedeadbeefabaddad2")
    closed = CIPHERS["SM4-GCM"].close(key, nonce, plain, beside)
    assert closed[-16:].hex() == "83de3541e4c2b58177e065a9bf7b62ec"
    assert CIPHERS["SM4-GCM"].open(key, nonce, closed, beside) == plain


@how(max_examples=50, deadline=None)
@given(name=st.sampled_from(sorted(CIPHERS)), plain=st.binary(max_size=200), bit=st.integers(0, 8 * 16 - 1))
def test_one_bit_is_enough_for_a_cipher_to_refuse(name: str, plain: bytes, bit: int) -> None:
    cipher = CIPHERS[name]
    key, nonce = bytes(cipher.key_bytes), bytes(12)
    closed = bytearray(cipher.close(key, nonce, plain, b"head"))
    assert cipher.open(key, nonce, bytes(closed), b"head") == plain
    closed[bit % len(closed)] ^= 1 << (bit % 8)
    with pytest.raises(Tampered):
        cipher.open(key, nonce, bytes(closed), b"head")
    with pytest.raises(Tampered):
        cipher.open(key, nonce, b"short", b"head")
