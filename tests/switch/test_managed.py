"""System: the Asterisk that we start, lose, find again and stop."""

from __future__ import annotations

import asyncio
import os
import random
import re
import signal
import socket
import sys
import time
from pathlib import Path

import aiohttp
import pytest

from hotline.log_rotation import LogRotation
from hotline.managed import ManagedAsterisk
from hotline.secrets import keep_secrets
from hotline.settings import HOUSE, Settings, load
from hotline.switch_config import PhoneAccount, modules
from hotline.switch_refused import SwitchRefused
from ivr.switch import BROWSER
from tests.switch.bare_sip import BareCaller

pytestmark = pytest.mark.system

NOISE = random.Random(12320).randbytes(24000)  # noqa: S311 - three seconds that no codec would return unchanged


def switch_of(settings: Settings, *usernames: str) -> ManagedAsterisk:
    """Browsers (`web-…`) have no secret that is written down."""
    secrets = keep_secrets(settings.var, [name for name in usernames if not name.startswith(BROWSER)])
    accounts = [PhoneAccount(name, secrets.phones.get(name), name) for name in usernames]
    return ManagedAsterisk(settings, secrets, accounts)


def sip(settings: Settings) -> tuple[str, int]:
    return settings.sip.host, settings.sip.port


def runs(pid: int) -> bool:
    """Whether it lives; one that only waits for its parent to notice its end does not."""
    try:
        return ") Z " not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


async def until(switch: ManagedAsterisk, command: str, shown: str) -> None:
    """Return when the answer to `command` shows what is sought."""
    async with asyncio.timeout(10):
        while not re.search(shown, await switch.command(command), re.MULTILINE):
            pass


async def test_every_module_runs_and_nothing_is_amiss_at_the_start(settings: Settings) -> None:
    settings.moh.mkdir(parents=True)
    (settings.moh / "music.alaw").write_bytes(NOISE)
    async with switch_of(settings, "ann") as switch:
        shown = await switch.command("module show")
        running = set(re.findall(r"^(\w+)\.so .* Running ", shown, re.MULTILINE))
        log = (switch.places.log / "messages.log").read_text(encoding="utf-8")
    assert running == set(modules(switch.program, settings))
    assert not re.findall(r".*(?:WARNING|ERROR).*", log)


async def test_ari_opens_to_our_password_alone(settings: Settings) -> None:
    async with switch_of(settings) as switch, aiohttp.ClientSession() as http:
        url = f"http://127.0.0.1:{settings.ari.port}/ari/asterisk/info"
        for user, password, status in (
            ("hotline", keep_secrets(settings.var).ari_password, 200),
            ("hotline", "wrong", 401),
            ("admin", "", 401),
        ):
            async with http.get(url, headers={"Authorization": aiohttp.encode_basic_auth(user, password)}) as answer:
                assert answer.status == status
        assert runs(switch.pid)


@pytest.mark.parametrize("user", ["13800000000", "trunk", "ann", "anonymous"])
async def test_a_stranger_is_challenged_and_gets_no_call(settings: Settings, user: str) -> None:
    async with (
        switch_of(settings, "ann") as switch,
        BareCaller(sip(settings), user=user, source="127.0.0.2") as stranger,
    ):
        assert await stranger.invite() == 401
        assert "0 calls processed" in await switch.command("core show channels count")


@pytest.mark.parametrize("codec", ["alaw", "ulaw", "g722"])
async def test_without_an_engine_a_caller_hears_the_fallback_as_it_lies_there_and_leaves_a_message(
    settings: Settings, codec: str
) -> None:
    settings.sounds.mkdir(parents=True)
    (settings.sounds / f"fallback.{codec}").write_bytes(NOISE[:8000])
    async with switch_of(settings) as switch, BareCaller(sip(settings), codec=codec) as caller:
        assert await caller.invite() == 200
        # Byte for byte: nothing was transcoded. Then a quarter second of beep, and then it listens.
        assert (await caller.hear(10000))[:7840] == NOISE[:7840]
        async with asyncio.timeout(5):
            while not any((settings.recordings / "fallback").iterdir()):
                await switch.command("core show uptime")
        caller.speak(NOISE[:8000])
        await until(switch, "pjsip show channelstats", r" 50 ")
        assert await caller.hang_up() == 200
        await until(switch, "core show channels count", "^0 active channels")
    (message,) = (settings.recordings / "fallback").iterdir()
    assert message.stat().st_size == 44 + 16000


@pytest.mark.parametrize(("late", "early"), [(1, {100}), (2, {100, 180}), (3, {100})])
async def test_who_comes_when_the_engines_word_is_late_hears_ringing_until_it_counts_as_none(
    settings: Settings, late: int, early: set[int]
) -> None:
    async with switch_of(settings) as switch, asyncio.timeout(30):
        in_time = False
        while not in_time:  # no second may begin meanwhile
            said = int(time.time()) - late
            await switch.command(f"dialplan set global HOTLINE_BEAT {said}")
            async with BareCaller(sip(settings)) as caller:
                assert await caller.invite() == 200
                in_time = int(time.time()) - said == late
                await caller.hang_up()
        assert set(caller.early) == early


async def test_a_caller_whose_number_looks_like_nothing_known_comes_in_from_the_carrier(settings: Settings) -> None:
    async with (
        switch_of(settings, "ann"),
        BareCaller(sip(settings), user="+8613800000000", number="+8612320") as caller,
    ):
        assert await caller.invite() == 200
        assert await caller.hang_up() == 200


@pytest.mark.parametrize("number", ["12320%ff%fe", "12320abc", "hotline", "1" * 21])
async def test_what_is_no_number_is_refused_and_harms_nobody(settings: Settings, number: str) -> None:
    async with switch_of(settings) as switch:
        async with BareCaller(sip(settings), number=number) as caller:
            assert await caller.invite() == 404
        assert "0 active channels" in await switch.command("core show channels count")


async def test_a_stop_leaves_nothing_behind_and_frees_the_ports(settings: Settings) -> None:
    async with switch_of(settings) as switch:
        first = switch.pid
    assert not runs(first)
    async with switch_of(settings) as switch:
        assert not switch.taken_over
        assert switch.pid != first


async def test_a_death_is_noticed_and_told(settings: Settings) -> None:
    async with switch_of(settings) as switch, asyncio.timeout(5):
        os.kill(switch.pid, signal.SIGKILL)
        assert "SIGKILL" in await switch.exited()


async def answers(switch: ManagedAsterisk) -> bool:
    try:
        return "active channel" in await switch.command("core show channels count")
    except SwitchRefused:
        return False


async def test_what_keeps_an_asterisk_that_died_from_being_started_is_tried_again(settings: Settings) -> None:
    async with switch_of(settings) as switch, asyncio.timeout(15):
        dead, deaths = switch.pid, asyncio.Event()
        keeping = asyncio.ensure_future(switch.keep_running(deaths.set))
        try:
            in_the_way = switch.places.etc / "extensions.conf"
            in_the_way.unlink()
            in_the_way.mkdir()  # its settings cannot be written, as on a full disk
            os.kill(dead, signal.SIGKILL)
            await deaths.wait()
            await asyncio.wait({keeping}, timeout=1.0)
            assert not keeping.done()
            assert switch.pid == dead
            in_the_way.rmdir()
            while switch.pid == dead or not await answers(switch):
                await asyncio.wait({keeping}, timeout=0.1)
        finally:
            keeping.cancel()


ENGINE = """
import asyncio, sys
from pathlib import Path
from hotline.settings import load
from tests.switch.test_managed import switch_of

async def engine():
    var, sip, ari = sys.argv[1:]
    settings = load(var=Path(var), sip={"port": int(sip)}, ari={"port": int(ari)}, rtp={"first": 22000, "last": 22099})
    async with switch_of(settings, "ann") as switch:
        print(switch.pid, flush=True)
        await switch.exited()

asyncio.run(engine())
"""


async def killed_engine(settings: Settings, tmp_path: Path) -> int:
    """Let another engine start Asterisk and kill that engine; the pid of the Asterisk it left."""
    (tmp_path / "config").mkdir(exist_ok=True)
    engine = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", ENGINE, str(settings.var), str(settings.sip.port), str(settings.ari.port)),
        stdout=asyncio.subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": str(HOUSE), "HOTLINE_CONFIG": str(settings.config)},
    )
    assert engine.stdout
    async with asyncio.timeout(20):
        said = b""
        while not said.strip().isdigit():
            said = await engine.stdout.readline()
            assert said, "the engine died by itself"
    engine.kill()
    await engine.communicate()
    return int(said)


async def test_asterisk_and_its_calls_outlive_a_killed_engine_and_the_next_one_takes_them_over(
    settings: Settings, tmp_path: Path
) -> None:
    left = await killed_engine(settings, tmp_path)
    assert runs(left)
    async with BareCaller(sip(settings)) as caller:
        assert await caller.invite() == 200
        async with switch_of(settings, "ann", "bob") as switch:
            assert (switch.pid, switch.taken_over) == (left, True)
            assert "1 active channel\n" in await switch.command("core show channels count")
            assert " bob/bob " in await switch.command("pjsip show endpoints")
            assert await caller.hang_up() == 200
    assert not runs(left)


async def test_the_end_of_an_asterisk_that_was_taken_over_is_noticed_too(settings: Settings, tmp_path: Path) -> None:
    left = await killed_engine(settings, tmp_path)
    async with switch_of(settings, "ann") as switch, asyncio.timeout(5):
        assert switch.taken_over
        os.kill(left, signal.SIGKILL)
        assert "Asterisk ended" in await switch.exited()


async def test_an_asterisk_of_other_settings_or_one_that_hangs_is_replaced(settings: Settings, tmp_path: Path) -> None:
    left = await killed_engine(settings, tmp_path)
    other = settings.model_copy(update={"rtp": settings.rtp.model_copy(update={"last": 22199})})
    async with switch_of(other, "ann") as switch:
        assert not switch.taken_over
        assert not runs(left)
    left = await killed_engine(settings, tmp_path)
    os.kill(left, signal.SIGSTOP)
    async with switch_of(settings, "ann") as switch:
        assert not switch.taken_over
        assert not runs(left)


async def test_phones_come_and_go_without_a_restart(settings: Settings) -> None:
    async with switch_of(settings, "ann") as switch:
        first = switch.pid
        await switch.reload([PhoneAccount("bob", "secret-of-bob", "Bob")])
        shown = await switch.command("pjsip show endpoints")
        assert " bob/bob " in shown
        assert " ann/ann " not in shown
        assert switch.pid == first


async def test_a_taken_port_is_told_with_the_setting_to_change(settings: Settings) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
        other.bind(sip(settings))
        with pytest.raises(SwitchRefused) as told:
            async with switch_of(settings):
                raise AssertionError("must not start")
    assert str(told.value) == (
        f"UDP port {settings.sip.port} on 127.0.0.1 is taken by another program: end it, or set sip.port "
        "in settings.yaml (HOTLINE_SIP__PORT)"
    )
    async with switch_of(settings) as switch:
        assert runs(switch.pid)


async def test_one_folder_serves_one_hotline(settings: Settings) -> None:
    async with switch_of(settings):
        with pytest.raises(SwitchRefused, match="another hotline already runs"):
            async with switch_of(settings):
                raise AssertionError("must not start")


async def test_a_folder_may_lie_deep(settings: Settings, tmp_path: Path) -> None:
    deep = settings.model_copy(update={"var": tmp_path / "/".join(["a-very-deep-folder"] * 8)})
    async with switch_of(deep) as switch:
        assert "System uptime" in await switch.command("core show uptime")
        assert switch.places.control.is_socket()
    assert not switch.places.control.exists()


async def test_an_asterisk_that_dies_at_the_start_is_told_with_its_last_words(
    settings: Settings, tmp_path: Path
) -> None:
    tree = tmp_path / "tree"
    library = tree / "usr/lib/any-linux-gnu"
    (library / "asterisk/modules").mkdir(parents=True)
    (tree / "usr/sbin").mkdir()
    (tree / "usr/sbin/asterisk").touch()
    loader = library / "ld-linux.so.2"
    loader.write_text('#!/bin/sh\ncase "$*" in *-V) echo Asterisk 22.10.1;; *) echo no such luck; exit 3;; esac\n')
    loader.chmod(0o755)
    with pytest.raises(SwitchRefused, match=r"did not start \(exit status 3\)\n  no such luck"):
        async with switch_of(load(var=settings.var, config=settings.config, asterisk_tree=tree)):
            raise AssertionError("must not start")


async def test_a_log_that_grew_is_put_aside_and_what_comes_next_is_in_a_new_one(settings: Settings) -> None:
    async with switch_of(settings) as switch:
        messages, console = switch.places.log / "messages.log", switch.places.log / "console.log"
        grown = 200_000
        for path in (messages, console):
            with path.open("a") as file:
                file.write("x" * grown)
        rotation = LogRotation(switch.places.log, switch.command, largest=grown - 1, kept=2)
        assert await rotation.look() == ["messages.log"]
        assert (switch.places.log / "messages.log.1").stat().st_size >= grown
        assert console.stat().st_size < grown
        await switch.command("module load no_such_module")
        async with asyncio.timeout(30):
            while "no_such_module" not in messages.read_text(encoding="utf-8"):  # noqa: ASYNC110 - Asterisk writes it
                await asyncio.sleep(0.05)
        assert "no_such_module" not in (switch.places.log / "messages.log.1").read_text(encoding="utf-8")
        for _ in range(3):
            with messages.open("a") as file:
                file.write("x" * grown)
            await rotation.look()
        kept = sorted(path.name for path in switch.places.log.glob("messages.log*"))
        assert kept == ["messages.log", "messages.log.1", "messages.log.2"]
        assert await rotation.look() == []
