"""Unit: who is banned for knocking in vain, for how long, and who never is."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from pathlib import Path

import pytest
from typer.testing import CliRunner

from hotline.bans.ban import FILE, LONGEST, Ban, banned_again, change, kept, trimmed, wall_clock
from hotline.bans.knocks import KNOWN_MOST, TRUST, Doorkeeper, Knock, knock
from hotline.bans.log_files import Tail, rotate
from hotline.bans.watch import BanWatch, never_banned
from hotline.cli import app_of
from hotline.settings import load

NOW = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
SCANNER = "198.51.100.7"

LINE = (
    '[2026-11-22 05:15:05.229] SECURITY[15590] res_security_log.c: SecurityEvent="{event}",EventTV="x",Severity="E",'
    'Service="{service}",EventVersion="1",AccountID="{account}",SessionID="s",LocalAddress="IPV4/UDP/127.0.0.1/5060",'
    'RemoteAddress="{address}",Challenge=""'
)


def line(event: str, address: str = f"IPV4/UDP/{SCANNER}/5060", service: str = "PJSIP", account: str = "ann") -> str:
    return LINE.format(event=event, address=address, service=service, account=account)


def keeper(after: int = 5) -> Doorkeeper:
    return Doorkeeper([ip_network("203.0.113.0/28")], after=after, within=60.0)


def test_a_line_of_the_security_log_is_a_knock() -> None:
    assert knock(line("ChallengeSent")) == Knock("ChallengeSent", SCANNER, "ann")
    told = line("ChallengeSent", "IPV6/TCP/2001:db8::7/5060", account="<unknown>")
    assert knock(told) == Knock("ChallengeSent", "2001:db8::7")


@pytest.mark.parametrize(
    "told",
    ["", "NOTICE something else", line("ChallengeSent", service="ARI"), line("ChallengeSent", "IPV4/UDP/nonsense/1")],
)
def test_any_other_line_is_none(told: str) -> None:
    assert knock(told) is None


def test_who_knocks_in_vain_too_often_is_caught_once() -> None:
    door = keeper(after=5)
    caught = [door.heard(Knock("ChallengeSent", SCANNER), float(n)) for n in range(6)]
    assert caught == [None, None, None, None, SCANNER, None]
    assert door.bad == 6


def test_a_phone_that_answers_its_challenge_is_not_counted() -> None:
    door = keeper(after=5)
    for n in range(100):
        assert door.heard(Knock("ChallengeSent", SCANNER), n * 10.0) is None
        assert door.heard(Knock("SuccessfulAuth", SCANNER), n * 10.0) is None


def test_an_office_of_phones_may_boot_at_once_behind_one_address() -> None:
    door = keeper(after=5)
    caught = [door.heard(Knock("ChallengeSent", SCANNER, f"phone-{n}"), 0.01 * n) for n in range(40)]
    caught += [door.heard(Knock("SuccessfulAuth", SCANNER, f"phone-{n}"), 1.0 + 0.01 * n) for n in range(40)]
    assert set(caught) == {None}


def test_a_scanner_that_knows_a_phones_name_is_caught_when_it_does_not_answer() -> None:
    door = keeper(after=5)
    caught = [door.heard(Knock("ChallengeSent", SCANNER, "ann"), 0.5 * n) for n in range(20)]
    assert SCANNER in caught
    assert caught[:9] == [None] * 9  # it had its four seconds


def test_nobody_can_have_a_phone_banned_by_forging_its_address() -> None:
    door = keeper(after=5)
    door.heard(Knock("SuccessfulAuth", SCANNER), 0.0)
    forged = Knock("ChallengeResponseFailed", SCANNER)
    assert {door.heard(forged, 1.0 + n / 100) for n in range(1000)} == {None}
    assert SCANNER in {door.heard(forged, TRUST + 1.0 + n / 100) for n in range(10)}


def test_slow_knocks_are_forgiven() -> None:
    door = keeper(after=5)
    assert {door.heard(Knock("ChallengeSent", SCANNER), n * 16.0) for n in range(50)} == {None}


@pytest.mark.parametrize("address", ["203.0.113.5", "203.0.113.15"])
def test_the_carrier_is_never_banned(address: str) -> None:
    door = keeper(after=5)
    assert {door.heard(Knock("ChallengeSent", address), n / 10) for n in range(100)} == {None}


def test_any_number_of_forged_addresses_is_held_in_bounded_memory() -> None:
    door = keeper()
    for n in range(KNOWN_MOST + 500):
        door.heard(Knock("ChallengeSent", f"10.{n >> 16}.{n >> 8 & 255}.{n & 255}"), 0.0)
    assert len(door._accounts) == KNOWN_MOST


def test_the_carrier_and_this_machine_are_spared(tmp_path: Path) -> None:
    trunk = {"host": "203.0.113.9", "match": ["203.0.113.8/29"], "listen": {"host": "192.0.2.3", "port": 5061}}
    bans = {"never": ["10.1.0.0/16"]}
    settings = load(config=tmp_path, sip={"host": "192.0.2.2"}, trunk=trunk, bans=bans)
    door = Doorkeeper(never_banned(settings), after=5, within=60)
    for address in ("127.0.0.1", "203.0.113.9", "203.0.113.14", "192.0.2.2", "192.0.2.3", "10.1.2.3", "::1"):
        assert door.spared(address)
    assert not door.spared(SCANNER)


def test_each_further_ban_lasts_twice_as_long_up_to_a_month() -> None:
    bans: dict[str, Ban] = {}
    lasted = []
    for _ in range(14):
        ban = banned_again(bans, SCANNER, "scan", NOW, HOUR)
        bans[SCANNER] = ban
        lasted.append(ban.until - ban.since)
    assert lasted[:3] == [HOUR, 2 * HOUR, 4 * HOUR]
    assert lasted[-1] == LONGEST


def test_the_list_is_bounded_and_what_is_long_over_is_forgotten() -> None:
    bans = [Ban(f"198.51.100.{n}", NOW, NOW + n * HOUR, "scan") for n in range(1, 101)]
    left = trimmed([*bans, Ban("192.0.2.1", NOW, NOW - LONGEST, "scan")], NOW, 10)
    assert set(left) == {f"198.51.100.{n}" for n in range(91, 101)}


def test_bans_are_kept_for_us_alone_and_read_again(tmp_path: Path) -> None:
    ban = Ban(SCANNER, NOW, NOW + HOUR, "测试", 3)
    change(tmp_path, lambda bans: {**bans, SCANNER: ban})
    assert kept(tmp_path) == {SCANNER: ban}
    assert (tmp_path / FILE).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("text", ["{", "[1]", '[{"address": "x"}]', "null"])
def test_a_damaged_list_is_told(tmp_path: Path, text: str) -> None:
    (tmp_path / FILE).write_text(text)
    with pytest.raises(ValueError, match="hotline bans remove --all"):
        kept(tmp_path)


def test_a_log_is_followed_over_its_rotation(tmp_path: Path) -> None:
    path = tmp_path / "security.log"
    path.write_text("before\n")
    tail = Tail(path)
    assert tail.lines() == []
    with path.open("a") as log:
        log.write("one\ntw")
    assert tail.lines() == ["one"]
    with path.open("a") as log:
        log.write("o\n")
        rotate(path, 2)
        log.write("three\n")
    path.write_text("four\n")
    assert tail.lines() == ["two", "three", "four"]
    tail.close()


def test_old_logs_are_few(tmp_path: Path) -> None:
    path = tmp_path / "messages.log"
    for n in range(6):
        path.write_text(str(n))
        rotate(path, 3)
    assert sorted(file.read_text() for file in tmp_path.iterdir()) == ["3", "4", "5"]


def test_people_ban_and_lift_by_hand(tmp_path: Path) -> None:
    command, where = CliRunner(), ["--var", str(tmp_path), "--config", str(tmp_path)]
    app = app_of(["bans"])
    assert command.invoke(app, ["bans", "add", SCANNER, "--hours", "2", *where]).exit_code == 0
    assert SCANNER in command.invoke(app, ["bans", "list", "--json", *where]).stdout
    assert (
        f"element inet hotline banned {{ {SCANNER} timeout"
        in command.invoke(app, ["bans", "list", "--nft", *where]).stdout
    )
    assert command.invoke(app, ["bans", "remove", SCANNER, *where]).exit_code == 0
    assert command.invoke(app, ["bans", "list", "--json", *where]).stdout.strip() == "[]"
    assert command.invoke(app, ["bans", "add", "127.0.0.1", *where]).exit_code == 1
    assert command.invoke(app, ["bans", "add", "nobody", *where]).exit_code == 2
    assert command.invoke(app, ["bans", "remove", *where]).exit_code == 2


async def test_a_crowd_of_scanners_is_banned_in_few_changes_and_by_hand_counts_too(tmp_path: Path) -> None:
    refused: list[list[str]] = []

    async def refuse(addresses: Sequence[str]) -> None:
        refused.append(list(addresses))

    settings = load(config=tmp_path, var=tmp_path)
    log = tmp_path / "security.log"
    log.touch()
    watch = BanWatch(settings, tmp_path, refuse)
    crowd = [f"198.51.100.{n}" for n in range(200)]
    async with asyncio.TaskGroup() as tasks:
        running = tasks.create_task(watch.run())
        await until(lambda: refused == [[]])
        with log.open("a") as out:
            for address in crowd:
                told = line("ChallengeSent", f"IPV4/UDP/{address}/5060", account="<unknown>")
                out.write("\n".join([told] * settings.bans.after) + "\n")
                out.flush()
        await until(lambda: refused[-1] == sorted(crowd))
        assert len(refused) < 20
        change(tmp_path, lambda bans: {**bans, SCANNER: banned_again({}, "192.0.2.1", "by hand", wall_clock(), HOUR)})
        await until(lambda: "192.0.2.1" in refused[-1])
        change(tmp_path, lambda bans: bans, anew=True)
        await until(lambda: refused[-1] == [])
        running.cancel()
    assert {family.name: family.samples[0].value for family in watch.collect()}["hotline_bans"] == 200.0


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - the watch has a beat of its own
            await asyncio.sleep(0.01)
