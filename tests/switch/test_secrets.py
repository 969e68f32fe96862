"""Unit: secrets are made once, kept, and kept to ourselves."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from hotline.secrets import SecretsError, keep_secrets


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_first_start_makes_them_for_our_eyes_alone(tmp_path: Path) -> None:
    secrets = keep_secrets(tmp_path / "var", ["mind-1", "duty-1"])
    assert set(secrets.phones) == {"mind-1", "duty-1"}
    assert len({secrets.ari_password, *secrets.phones.values()}) == 3
    assert all(len(secret) == 32 for secret in secrets.phones.values())
    assert mode(tmp_path / "var" / "secrets.json") == 0o600


def test_they_stay_the_same_and_a_new_phone_gets_its_own(tmp_path: Path) -> None:
    first = keep_secrets(tmp_path, ["mind-1"])
    second = keep_secrets(tmp_path, ["duty-1"])
    assert second.ari_password == first.ari_password
    assert second.phones["mind-1"] == first.phones["mind-1"]
    assert keep_secrets(tmp_path) == second


def test_a_file_that_others_could_read_is_closed(tmp_path: Path) -> None:
    keep_secrets(tmp_path)
    (tmp_path / "secrets.json").chmod(0o644)
    keep_secrets(tmp_path)
    assert mode(tmp_path / "secrets.json") == 0o600


def test_a_damaged_file_is_told_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "secrets.json").write_text('{"ari_password": ')
    with pytest.raises(SecretsError, match="damaged"):
        keep_secrets(tmp_path)
    assert (tmp_path / "secrets.json").read_text() == '{"ari_password": '


def test_nothing_shows_in_a_log(tmp_path: Path) -> None:
    secrets = keep_secrets(tmp_path, ["mind-1"])
    assert secrets.ari_password not in repr(secrets)
    assert secrets.phones["mind-1"] not in repr(secrets)


def test_starts_at_the_same_moment_agree(tmp_path: Path) -> None:
    phones = [f"agent-{n}" for n in range(8)]
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda phone: keep_secrets(tmp_path, [phone]), phones))
    last = keep_secrets(tmp_path)
    assert set(last.phones) == set(phones)
    assert {secrets.ari_password for secrets in made} == {last.ari_password}
    assert all(last.phones[phone] == secrets.phones[phone] for phone, secrets in zip(phones, made, strict=True))
