"""Unit: the Debian package is built, installed into a root of its own, and what it laid there works."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest

from hotline.settings import HOUSE


def run(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    return subprocess.run(words, capture_output=True, text=True, check=False, env={"PATH": path, **environment})


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    done = run(sys.executable, HOUSE / "install" / "deb.py", tmp_path_factory.mktemp("deb"), "--quick")
    assert done.returncode == 0, done.stderr
    return Path(done.stdout.strip())


@pytest.fixture(scope="module")
def machine(package: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The root of a machine on which the package was installed by dpkg."""
    root = tmp_path_factory.mktemp("machine")
    for folder in ("var/lib/dpkg/info", "var/lib/dpkg/updates", "etc"):
        (root / folder).mkdir(parents=True)
    (root / "var/lib/dpkg/status").touch()
    (root / "etc/passwd").write_text("root:x:0:0:root:/root:/bin/sh\n")
    (root / "etc/group").write_text("root:x:0:\n")
    done = dpkg(root, "--install", package)
    assert done.returncode == 0, done.stderr
    package.unlink()  # it is large
    return root


def dpkg(root: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    return run("dpkg", f"--root={root}", "--force-depends", "--force-script-chrootless", "--log=/dev/null",
               *(["--force-not-root"] if os.geteuid() else []), *words)  # fmt: skip


def hotline(machine: Path, var: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """The installed program, on the installed files."""
    program = machine / "usr" / "bin" / "hotline"
    return run(program, *words, HOTLINE_CONFIG=str(machine / "etc" / "hotline"), HOTLINE_VAR=str(var))


def test_it_is_laid_out_as_debian_has_it(machine: Path) -> None:
    listed = dpkg(machine, "--listfiles", "hotline").stdout.splitlines()
    assert {"/usr/bin/hotline", "/usr/lib/systemd/system/hotline.service", "/etc/default/hotline"} <= {*listed}
    assert not [name for name in listed if re.search(r"\.venv|node_modules|/var/", name)]
    told = dpkg(machine, "--status", "hotline").stdout
    assert f"Version: {version('hotline')}\n" in told
    assert re.search(r"Conffiles:\n /etc/default/hotline [0-9a-f]{32}\n", told)
    assert "hotline:x:" in (machine / "etc/passwd").read_text()
    assert (machine / "etc/hotline/plan.yaml").read_bytes() == (HOUSE / "config/plan.yaml").read_bytes()
    modes = {name: (machine / name).stat().st_mode & 0o777 for name in ("var/lib/hotline", "etc/default/hotline")}
    assert modes == {"var/lib/hotline": 0o700, "etc/default/hotline": 0o600}
    assert dpkg(machine, "--verify", "hotline").stdout == ""


def test_what_was_installed_works(machine: Path, tmp_path: Path) -> None:
    assert hotline(machine, tmp_path, "--version").stdout == f"hotline {version('hotline')}\n"
    assert hotline(machine, tmp_path, "check").returncode == 0
    walked = json.loads(hotline(machine, tmp_path, "dial", "1,4", "--at", "2026-11-20T10:00", "--json").stdout)
    assert walked["end"]["line"] == "immunization"
    compiled = (machine / "usr/lib/hotline").rglob("*.pyc")
    assert len({path.parent for path in compiled if "packages" not in path.parts}) > 30
    looked = json.loads(hotline(machine, tmp_path, "doctor", "--json").stdout)
    assert [one["ok"] for one in looked if "Python packages" in one["what"]] == [True]


def test_the_measurements_are_there_that_hotline_bench_takes(machine: Path) -> None:
    lib = machine / "usr/lib/hotline"
    python = re.findall(r"exec (\S+) -s", (lib / "hotline.sh").read_text())[-1]
    found = run(python, "-s", "-c", "import bench.capacity, bench.engine", PYTHONPATH=f"{lib}:{lib / 'packages'}",
                PYTHONSAFEPATH="1")  # fmt: skip
    assert (found.returncode, found.stderr) == (0, "")
    assert all((lib / "bench" / name).is_file() for name in ("agent.xml.j2", "caller.xml.j2", "register.xml"))


def test_what_operators_wrote_outlives_an_upgrade_and_a_removal(machine: Path) -> None:
    plan, kept = machine / "etc/hotline/plan.yaml", machine / "var/lib/hotline/hotline.db"
    plan.write_text("theirs: true\n")
    kept.write_text("calls")
    script = machine / "var/lib/dpkg/info/hotline.postinst"
    assert run(script, "configure", version("hotline"), DPKG_ROOT=str(machine)).returncode == 0
    assert plan.read_text() == "theirs: true\n"
    done = dpkg(machine, "--purge", "hotline")
    assert done.returncode == 0, done.stderr
    assert (plan.read_text(), kept.read_text()) == ("theirs: true\n", "calls")
    assert not (machine / "usr/bin/hotline").is_symlink()
    shutil.rmtree(machine)  # 400 MB
