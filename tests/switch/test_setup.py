"""Unit: setting a machine up. The scripts run for real, on a machine made of a few programs of the test's own."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from hotline.settings import HOUSE

PLAIN = ("bash", "env", "dirname", "awk", "sort", "cat", "dpkg", "sha256sum")


class Machine:
    """A machine whose PATH holds plain tools and what the test adds."""

    def __init__(self, home: Path) -> None:
        self.bin = home / "bin"
        self.bin.mkdir()
        self.said = home / "said"
        for name in PLAIN:
            self.has(name, f'exec {shutil.which(name)} "$@"')
        self.has("python3")
        self.has("apt-cache")
        self.has("fc-list", "echo a font")
        self.has("ldconfig", "echo libpangoft2-1.0.so.0 libharfbuzz-subset.so.0")
        self.tree = home / "tree"

    def has(self, program: str, script: str = "") -> None:
        """Add a program; it notes how it was called."""
        path = self.bin / program
        note = "" if program in PLAIN else f'echo "{program} $*" >>{self.said}\n'
        path.write_text(f"#!{shutil.which('bash')}\n{note}{script}\n")
        path.chmod(0o755)

    def unpacked(self, version: str) -> None:
        """Give it an unpacked Asterisk."""
        library = self.tree / "usr/lib/any-linux-gnu"
        library.mkdir(parents=True)
        loader = library / "ld-linux.so.2"
        loader.write_text(f"#!{shutil.which('bash')}\necho {version}\n")
        loader.chmod(0o755)

    def run(self, script: str, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(HOUSE / "scripts" / script), *arguments],
            env={"PATH": str(self.bin), "HOTLINE_ASTERISK_TREE": str(self.tree)},
            capture_output=True,
            text=True,
            timeout=20,
        )

    @property
    def called(self) -> str:
        return self.said.read_text() if self.said.exists() else ""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_where_nothing_is_missing_nothing_is_installed(machine: Machine) -> None:
    machine.unpacked("Asterisk 22.10.1+dfsg-1")
    machine.has("apt-get")
    machine.has("sipp")
    machine.has("chromium")
    machine.has("systemd-analyze")
    done = machine.run("system-packages", "run", "dev", "voice", "test")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert "apt-get" not in machine.called


def test_root_gets_what_is_missing(machine: Machine) -> None:
    machine.has("id", "echo 0")
    machine.has("apt-get")
    assert machine.run("system-packages", "run", "test").returncode == 0
    assert "apt-get -qq update\n" in machine.called
    assert re.search(r"apt-get install -y --no-install-recommends mmdebstrap .*sip-tester", machine.called)


def test_who_may_become_root_without_a_password_does(machine: Machine) -> None:
    machine.has("id", "echo 1000")
    machine.has("apt-get")
    machine.has("sudo", '[[ $1 != -n ]] || shift; exec "$@"')
    machine.has("true")
    assert machine.run("system-packages", "run").returncode == 0
    assert "sudo -n apt-get -qq update\n" in machine.called
    assert "mmdebstrap" in machine.called


def test_anybody_else_is_told_the_one_command(machine: Machine) -> None:
    machine.has("id", "echo 1000")
    machine.has("apt-get")
    machine.has("sudo", "exit 1")
    done = machine.run("system-packages", "run")
    assert done.returncode == 1
    assert "\n    apt-get update && apt-get install -y --no-install-recommends mmdebstrap" in done.stderr
    assert "apt-get" not in machine.called


def test_a_machine_without_apt_is_shown_another_way(machine: Machine) -> None:
    done = machine.run("system-packages", "run")
    assert done.returncode == 1
    assert "mmdebstrap" in done.stderr
    assert "docker/compose.yaml" in done.stderr


@pytest.mark.parametrize(("offered", "package"), [("3.10.6-1~22.04", "python3.11-venv"), ("3.11.2-1", "python3-venv")])
def test_a_python_that_is_too_old_is_joined_by_a_newer_one(machine: Machine, offered: str, package: str) -> None:
    machine.has("python3", "exit 1")
    machine.has("apt-cache", f"echo '  Candidate: {offered}'")
    machine.has("id", "echo 0")
    machine.has("apt-get")
    machine.run("system-packages", "run")
    assert f" {package} " in machine.called


@pytest.mark.parametrize(
    ("version", "usable"),
    [
        ("Asterisk 22.10.1", True),
        ("Asterisk 22.11.0-1", True),
        ("Asterisk 23.1.0", True),
        ("Asterisk 22.10.0", False),
        ("Asterisk 20.16.0", False),
        ("Asterisk 22.9.9~dfsg", False),
        ("no version", False),
    ],
)
def test_an_asterisk_counts_when_it_is_new_enough(machine: Machine, version: str, usable: bool) -> None:
    machine.unpacked(version)
    assert (machine.run("asterisk-tree", "--there").returncode == 0) == usable


def test_a_voice_that_is_not_the_one_we_know_is_refused(machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "package" / "voices").mkdir(parents=True)
    (tmp_path / "package" / "voices" / "zf_xiaobei.bin").write_bytes(b"another voice")
    subprocess.run(["tar", "-czf", "kokoro-js-1.2.1.tgz", "package"], cwd=tmp_path, check=True)
    machine.has("npm", f"{shutil.which('cp')} {tmp_path}/kokoro-js-1.2.1.tgz .")
    machine.bin.joinpath("npm").chmod(0o755)
    done = subprocess.run(
        [str(HOUSE / "scripts" / "voice-vector")],
        env={"PATH": f"{machine.bin}:{os.environ['PATH']}", "HOTLINE_VAR": str(tmp_path / "var")},
        capture_output=True,
        text=True,
        timeout=20,
    )
    assert done.returncode == 1
    assert "is not the file we know" in done.stderr
    assert not (tmp_path / "var").exists()


# ── locks ──────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", ["build", "base", "dev", "voice", "npm"])
def test_a_lock_names_hashes_and_no_address(name: str) -> None:
    text = (HOUSE / "requirements" / f"{name}.txt").read_text()
    assert not re.search(r"://|^\s*--(?!hash=sha256:)", text, re.MULTILINE)
    pins = re.findall(r"^[a-z].*", text, re.MULTILINE)
    assert pins
    assert all(re.match(r"[\w.-]+==\S+( ; .*)? \\$", pin) for pin in pins)


def test_the_locks_hold_every_dependency_and_agree() -> None:
    project = tomllib.loads((HOUSE / "pyproject.toml").read_text())["project"]
    locks = {name: _pins(name) for name in ("base", "dev", "voice")}
    for name, wanted in {"base": project["dependencies"], **project["optional-dependencies"]}.items():
        if name in locks:
            plain = {re.sub(r"[_.]", "-", re.split(r"[\[<>=; ]", line)[0].lower()) for line in wanted}
            assert plain <= locks[name].keys()
    for one, other in combinations([*locks.values(), _pins("build")], 2):
        shared = one.keys() & other.keys()
        assert {pin: one[pin] for pin in shared} == {pin: other[pin] for pin in shared}


def _pins(name: str) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for pin, version in re.findall(
        r"^([\w.-]+)==(\S+)", (HOUSE / "requirements" / f"{name}.txt").read_text(), re.MULTILINE
    ):
        found[pin] = (*found.get(pin, ()), version)
    return found


# ── Docker ─────────────────────────────────────────────────────────────────


COMPOSE: dict[str, Any] = YAML(typ="safe", pure=True).load((HOUSE / "docker" / "compose.yaml").read_text())


@pytest.fixture
def service() -> dict[str, Any]:
    found: dict[str, Any] = COMPOSE["services"]["hotline"]
    return found


def test_the_image_is_set_up_by_the_same_script_as_a_machine() -> None:
    text = (HOUSE / "docker" / "Dockerfile").read_text()
    commands = re.findall(r"^RUN (\S+ \S+ \S+)", text, re.MULTILINE)
    assert [command for command in commands if command.startswith("scripts/")] == [
        "scripts/setup system run",
        "scripts/setup asterisk run",
        "scripts/setup python run",
        "scripts/setup python run",
    ]
    assert not re.search(r"\b(pip|apt-get|mmdebstrap) ", text)
    assert "@scripts/setup run\n" in (HOUSE / "Makefile").read_text()


def test_the_container_is_not_root_and_tells_its_health() -> None:
    text = (HOUSE / "docker" / "Dockerfile").read_text()
    assert re.findall(r"^USER (\w+)$", text, re.MULTILINE)[-1] not in ("root", "0")
    assert "/healthz" in text
    assert '"hotline", "up"' in text.replace(".venv/bin/hotline", "hotline")


@pytest.mark.parametrize("name", list(COMPOSE["services"]))
def test_compose_opens_nothing_to_the_world(name: str) -> None:
    service = COMPOSE["services"][name]
    assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", []))
    assert not any("HOST" in str(name) for name in service.get("environment", {}))
    assert (service["cap_drop"], service["read_only"]) == (["ALL"], True)
    assert service["security_opt"] == ["no-new-privileges:true"]
    words = [*service.get("command", []), *service.get("environment", {}).values()]
    listens = [word for word in words if re.search(r"listen-address=.+|^[0-9.:]+$", word) and "." in word]
    assert all(re.search(r"(^|=)127\.0\.0\.1(:[0-9]+)?$", word) for word in listens)
    assert listens or service["image"] == "hotline"


@pytest.mark.parametrize("name", sorted(COMPOSE["services"].keys() - {"hotline", "backup", "alert-bridge"}))
def test_what_watches_is_of_one_version_healthy_and_asked_for(name: str) -> None:
    """Docker itself does not run here: what can be read of it is held to what lies in the checkout."""
    service = COMPOSE["services"][name]
    assert re.fullmatch(r"[a-z]+/[a-z]+:v?[0-9]+\.[0-9]+\.[0-9]+", service["image"])
    assert "watch" in service["profiles"]
    assert service["healthcheck"]["test"][0] == "CMD"
    for volume in service["volumes"]:
        source, _, way = volume.partition(":")
        assert source in COMPOSE["volumes"] or (way.endswith(":ro") and source.startswith("../monitoring/")), volume


def test_compose_names_only_folders_of_its_own(service: dict[str, Any]) -> None:
    assert service["logging"]["options"] == {"max-size": "20m", "max-file": "5"}
    named = {volume.partition(":")[0] for one in COMPOSE["services"].values() for volume in one["volumes"]}
    assert {name for name in named if "/" not in name} == COMPOSE["volumes"].keys()


def test_compose_builds_this_image_and_keeps_what_was_recorded(service: dict[str, Any]) -> None:
    folder = HOUSE / "docker"
    build = service["build"]
    context = (folder / build["context"]).resolve()
    assert context == HOUSE
    assert (context / build["dockerfile"]).is_file()
    assert [volume for volume in service["volumes"] if volume.endswith(":/hotline/var")]
    assert "../config:/hotline/config:ro" in service["volumes"]
