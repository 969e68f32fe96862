"""Unit: an alarm stands as long as its source says so, and is told of for an hour after."""

from __future__ import annotations

from datetime import datetime, timedelta

from prometheus_client import CollectorRegistry

from hotline.alarms import AlarmKind, Alarms
from hotline.floor_tables import ALERTS
from hotline.metrics.house import AlarmGauges
from tests.records.tales import NINE


class House:
    def __init__(self) -> None:
        self.now, self.locked = NINE, None
        self.alarms = Alarms(lambda: self.now, {AlarmKind.JOURNAL: lambda: self.locked})

    now: datetime
    locked: str | None

    def look(self, locked: str | None, after: float = 0.0) -> None:
        self.now += timedelta(seconds=after)
        self.locked = locked
        self.alarms.look()


def test_an_alarm_is_told_of_from_its_first_look_on_and_counted_once() -> None:
    house = House()
    house.look(None)
    assert house.alarms.told() == []
    house.look("database is locked", after=1)
    house.look("disk I/O error", after=60)
    assert house.alarms.told() == ["journal_not_written: disk I/O error"]
    (alert,) = house.alarms.alerts()
    assert (alert.at, alert.to_json()["kind"]) == (NINE + timedelta(seconds=1), "journal_not_written")
    assert house.alarms.raised[AlarmKind.JOURNAL] == 1


def test_an_alarm_that_is_over_is_told_of_for_an_hour_and_one_that_lasts_for_ever() -> None:
    house = House()
    house.look("locked")
    house.look(None, after=60)
    assert house.alarms.told() == []
    (alert,) = house.alarms.alerts()
    assert alert.what == "locked (over at 09:01:00)"
    house.look("locked", after=1)
    house.look("locked", after=7200)
    assert [alert.what for alert in house.alarms.alerts()] == ["locked"]
    assert house.alarms.raised[AlarmKind.JOURNAL] == 2


def test_every_kind_of_alarm_has_a_series_of_its_own_and_a_word_for_the_floor() -> None:
    house, registry = House(), CollectorRegistry()
    registry.register(AlarmGauges(house.alarms))
    house.look("locked")
    values = {
        sample.labels["kind"]: sample.value
        for family in registry.collect()
        for sample in family.samples
        if sample.name == "hotline_alarm"
    }
    assert values == {kind: float(kind is AlarmKind.JOURNAL) for kind in AlarmKind}
    assert set(AlarmKind) <= ALERTS.keys()
