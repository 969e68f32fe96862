"""Unit: what the house, its database and Asterisk itself tell at a scrape."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.registry import Collector

from hotline.backup.last import Last, remember
from hotline.metrics.database import DatabaseGauges
from hotline.metrics.house import BackupGauge, DiskGauges, EngineGauges, TermGauges
from hotline.metrics.switch import COMMANDS, AsteriskGauges, Told, told
from hotline.operators import read_config
from hotline.settings import HOUSE
from hotline.switch_refused import SwitchRefused
from records.migrations import upgrade
from routing.calendar import OwnDay, known_for, known_until
from routing.days import Dates

ANSWERS = dict(
    zip(
        COMMANDS,
        (
            "7 active channels\n3 active calls\n42 calls processed\n",
            "System uptime: 8123\nLast reload: 12\n",
            "Processor                                 Processed   In Queue  Max Depth  Low water High water\n"
            "ast_msg_queue                                     1          0          1        450        500\n"
            "pjsip/distributor-0000001a                     9123         31        120        450        500\n"
            "\n2 taskprocessors\n\n",
            "  Contact:  <Aor/ContactUri..............................> <Hash....> <Status> <RTT(ms)..>\n"
            "==========================================================================================\n\n"
            "  Contact:  anna/sip:anna@127.0.0.1:5071                 3bd1f0ab35 Unavail        nan\n"
            "  Contact:  trunk/sip:127.0.0.1:5070                     a1b2c3d4e5 Avail         1.204\n",
            " <Registration/ServerURI..............................>  <Auth....................>  <Status.......>\n"
            "==========================================================================================\n\n"
            " trunk/sip:127.0.0.1:5070                                trunk             Rejected          (exp. 12s)\n",
        ),
        strict=True,
    )
)


def scraped(collector: Collector) -> set[str]:
    registry = CollectorRegistry()
    registry.register(collector)
    return {line for line in generate_latest(registry).decode().splitlines() if line[0] != "#"}


def test_asterisks_words_are_read_as_they_are() -> None:
    assert told(ANSWERS) == Told(channels=7, uptime=8123, waiting=31, trunk_up=True, registered=False)


def test_what_it_does_not_tell_has_no_sample() -> None:
    not_asked = ANSWERS | {
        COMMANDS[3]: "  Contact:  trunk/sip:127.0.0.1:5070                     a1b2c3d4e5 NonQual         nan\n",
        COMMANDS[4]: "No objects found.\n\n",
    }
    assert told(not_asked) == Told(channels=7, uptime=8123, waiting=31)
    assert told({}) == Told()


async def test_an_asterisk_that_does_not_answer_any_more_is_not_told_of_as_it_was() -> None:
    answers = dict(ANSWERS)

    async def ask(line: str) -> str:
        if not answers:
            raise SwitchRefused("Asterisk did not answer")
        return answers[line]

    asked = AsteriskGauges(ask)
    await asked.look()
    assert scraped(asked) == {
        "hotline_switch_channels 7.0",
        "hotline_switch_uptime_seconds 8123.0",
        "hotline_switch_tasks_waiting 31.0",
        "hotline_trunk_up 1.0",
        "hotline_trunk_registered 0.0",
    }
    answers.clear()
    await asked.look()
    assert scraped(asked) == set()


async def test_a_database_is_up_when_it_answers_and_down_when_it_is_gone(tmp_path: Path) -> None:
    file = tmp_path / "hotline.db"
    url = f"sqlite+aiosqlite:///{file}"
    database = DatabaseGauges(url)
    assert scraped(database) == set(), "nobody asked it yet"
    await upgrade(url)
    await database.look()
    assert "hotline_database_up 1.0" in scraped(database)
    assert any(line.startswith("hotline_database_answer_seconds 0.") for line in scraped(database))
    file.unlink()
    await database.look()
    assert scraped(database) == {"hotline_database_up 0.0"}


def test_what_runs_out_is_told_in_seconds() -> None:
    now = datetime(2026, 12, 30, 16, 0, tzinfo=UTC)  # midnight in China
    terms = TermGauges(lambda: now, lambda: date(2026, 12, 31), {"web": datetime(2026, 12, 30, 17, 0, tzinfo=UTC)})
    assert scraped(terms) == {
        "hotline_calendar_left_seconds 86400.0",
        'hotline_certificate_left_seconds{of="web"} 3600.0',
    }


def test_a_year_that_the_city_wrote_down_itself_counts_as_known() -> None:
    year = known_until().year + 1
    plain = read_config(HOUSE / "config").plan.calendar
    day = OwnDay.model_validate({"day": "day off", "why": "国庆节"})
    theirs = plain.model_copy(update={"own_days": {Dates(date(year, 10, 1), date(year, 10, 1)): day}})
    assert known_for(plain) == known_until()
    assert known_for(theirs) == date(year, 12, 31)


def test_the_last_backup_is_told_by_its_time_and_none_by_nothing(tmp_path: Path) -> None:
    gauge = BackupGauge(tmp_path)
    assert scraped(gauge) == set()
    made = datetime(2026, 11, 20, 3, 0, tzinfo=UTC)
    remember(tmp_path, Last(made, "/mnt/backup/1", 4096, "abc"))
    (line,) = scraped(gauge)
    assert line.split(" ")[0] == "hotline_backup_last_timestamp_seconds"
    assert float(line.split(" ")[1]) == made.timestamp()


def test_a_disk_that_fails_has_no_sample_and_the_other_has(tmp_path: Path) -> None:
    told_of = scraped(DiskGauges({"state": tmp_path, "recordings": Path("/proc/1/nothing\0")}, 5_000_000_000))
    assert "hotline_disk_reserve_bytes 5e+09" in told_of
    assert any(line.startswith('hotline_disk_free_bytes{folder="state"}') for line in told_of)


async def test_the_loop_tells_its_tasks_and_pages() -> None:
    told_of = scraped(EngineGauges(lambda: 0.25, lambda: 3))
    assert {"hotline_loop_late_seconds 0.25", "hotline_desks_connected 3.0", "hotline_tasks 1.0"} == told_of
