"""Unit: Prometheus, Alertmanager and Grafana take the files of `monitoring/`, and an alert goes to whom it should."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hotline.commands.alert_bridge import PORT
from hotline.dashboards.grafana import FOLDER, LANGUAGES
from hotline.settings import HOUSE
from tests.monitoring.prometheus import BIN, ROOM, promtool

ALERTMANAGER = ROOM / "alertmanager.yml"


def read(file: Path) -> Any:
    return YAML(typ="safe", pure=True).load(file.read_text("utf-8"))


def amtool(*arguments: str | Path) -> str:
    run = subprocess.run([BIN / "amtool", *arguments], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


ALERTS: dict[str, dict[str, Any]] = {
    rule["alert"]: rule
    for file in ROOM.glob("rules/*.yaml")
    for group in read(file)["groups"]
    for rule in group["rules"]
    if "alert" in rule
}


def test_prometheus_takes_its_file_and_finds_every_rule() -> None:
    said = promtool("check", "config", ROOM / "prometheus.yml")
    for file in ROOM.glob("rules/*.yaml"):
        assert f"{file.name}\n  SUCCESS" in said


def test_the_job_has_the_name_that_rules_and_dashboards_count_on() -> None:
    jobs = {job["job_name"]: job for job in read(ROOM / "prometheus.yml")["scrape_configs"]}
    assert jobs["hotline"]["static_configs"] == [{"targets": ["127.0.0.1:8320"]}]


def test_alertmanager_takes_its_file() -> None:
    assert "SUCCESS" in amtool("check-config", ALERTMANAGER)


@pytest.mark.parametrize("alert", ["HotlineDown", "LineEmpty", "ConnectRateLow", "CalendarEnds"])
def test_what_wakes_somebody_goes_to_who_is_on_duty_and_the_rest_to_the_office(alert: str) -> None:
    severity = ALERTS[alert]["labels"]["severity"]
    route = ("config", "routes", "test", f"--config.file={ALERTMANAGER}")
    said = amtool(*route, f"alertname={alert}", f"severity={severity}", "hotline=12320")
    assert said.strip() == {"page": "duty", "ticket": "office"}[severity]


def test_each_receiver_is_the_bridge_on_this_machine() -> None:
    receivers = read(ALERTMANAGER)["receivers"]
    assert [receiver["name"] for receiver in receivers] == ["duty", "office"]
    for receiver in receivers:
        (webhook,) = receiver["webhook_configs"]
        assert webhook["url"] == f"http://127.0.0.1:{PORT}/{receiver['name']}"


def test_what_silences_and_what_is_silenced_are_alerts_that_there_are() -> None:
    for rule in read(ALERTMANAGER)["inhibit_rules"]:
        for matcher in (*rule["source_matchers"], *rule["target_matchers"]):
            for name in matcher.partition('"')[2].strip('"').split("|"):
                assert name in ALERTS
        assert "hotline" in rule["equal"]  # never another hotline's


def test_grafana_is_given_the_dashboards_and_the_prometheus_beside_it() -> None:
    provisioning = ROOM / "grafana" / "provisioning"
    providers = read(provisioning / "dashboards" / "hotline.yml")["providers"]
    paths = [provider["options"]["path"] for provider in providers]
    assert paths == [f"/etc/hotline/dashboards/{language}" for language in LANGUAGES]
    assert all(list((HOUSE / FOLDER / Path(path).name).glob("*.json")) for path in paths)
    (source,) = read(provisioning / "datasources" / "prometheus.yml")["datasources"]
    (ours,) = [job for job in read(ROOM / "prometheus.yml")["scrape_configs"] if job["job_name"] == "prometheus"]
    assert source["url"] == f"http://{ours['static_configs'][0]['targets'][0]}"
