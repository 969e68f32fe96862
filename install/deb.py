"""Build the Debian package: `python install/deb.py FOLDER [--quick]`; `make deb` does it.

In it: the program below /usr/lib/hotline with the very Python packages that requirements/base.txt locks (taken out of
`.venv`, so nothing is fetched), the units, the user, the folders, and the shipped files as examples. It is for the
Python whose packages these are. Asterisk is not in it: Debian's own from 22.10.1 on, or `hotline-asterisk` unpacks it.
"""

from __future__ import annotations

import gzip
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from compileall import compile_dir
from hashlib import md5
from importlib import metadata
from pathlib import Path
from py_compile import PycInvalidationMode

HOUSE = Path(__file__).resolve().parent.parent
OURS = (
    "acd",
    "asterisk",
    "config",
    "desk",
    "hotline",
    "ivr",
    "knowledge",
    "paperwork",
    "prompts",
    "records",
    "routing",
)
"""Folders of the program; `requirements/base.txt` and the script that unpacks Asterisk come beside them."""
MEASURES = ("__init__", "calls", "capacity", "engine", "figures", "ports", "report", "sipp", "sounds", "stand")
"""Of `bench`, what `hotline bench` needs; what attacks and breaks things stays out."""
SCENARIOS = ("agent.xml.j2", "caller.xml.j2", "register.xml")
_NOT_OURS = shutil.ignore_patterns(
    "__pycache__", "node_modules", "src", "public", "*.ts", "*.js", "package*.json", ".*"
)
_LEFT_OUT = re.compile(r"(^|/)tests?/")
LIB = "usr/lib/hotline"


def build(out: Path, *, quick: bool = False) -> Path:
    """Make the package in `out`; `quick` is for tests: it is larger. Raises OSError, CalledProcessError."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as folder:
        root = Path(folder) / "root"
        stage(root)
        size = sum(path.lstat().st_size for path in root.rglob("*") if not path.is_dir())
        control(root, size // 1024)
        package = out / f"hotline_{version()}_{architecture()}.deb"
        packed = ["-Znone"] if quick else ["-Zxz", "-z6"]
        words = ["dpkg-deb", "--root-owner-group", *packed, "--build", str(root), str(package)]
        subprocess.run(words, check=True, stdout=subprocess.DEVNULL)
    return package


def stage(root: Path) -> None:
    """Lay everything out below `root`, as it lies on a machine."""
    lib = root / LIB
    for name in OURS:
        ignored = shutil.ignore_patterns("__pycache__") if name == "prompts" else _NOT_OURS
        shutil.copytree(HOUSE / name, lib / name, ignore=ignored)
    shutil.copytree(HOUSE / "desk" / "web" / "dist", lib / "desk" / "web" / "dist", dirs_exist_ok=True)
    for name in (*(f"{module}.py" for module in MEASURES), *SCENARIOS):
        put(root, f"{LIB}/bench/{name}", (HOUSE / "bench" / name).read_text("utf-8"))
    for name in (*OURS, "bench"):  # the program cannot write there: it would compile all of itself at each start
        compiled = {"quiet": 1, "stripdir": str(root), "prependdir": "/"}
        compile_dir(lib / name, invalidation_mode=PycInvalidationMode.UNCHECKED_HASH, **compiled)  # type: ignore[arg-type]
    put(root, f"{LIB}/requirements/base.txt", (HOUSE / "requirements" / "base.txt").read_text("utf-8"))
    put(root, f"{LIB}/scripts/asterisk-tree", (HOUSE / "scripts" / "asterisk-tree").read_text("utf-8"), 0o755)
    packages(lib / "packages")
    script = (HOUSE / "install" / "hotline.sh").read_text("utf-8").replace("@PYTHON@", f"/usr/bin/{python()}")
    put(root, f"{LIB}/hotline.sh", script, 0o755)
    (root / "usr/bin").mkdir(parents=True)
    (root / "usr/bin/hotline").symlink_to("../lib/hotline/hotline.sh")
    for unit in (*HOUSE.glob("install/systemd/*.service"), *HOUSE.glob("install/systemd/*.timer")):
        put(root, f"usr/lib/systemd/system/{unit.name}", unit.read_text("utf-8"))
    for kind in ("sysusers", "tmpfiles"):
        put(root, f"usr/lib/{kind}.d/hotline.conf", (HOUSE / f"install/systemd/{kind}.conf").read_text("utf-8"))
    put(root, "etc/default/hotline", (HOUSE / "install" / "default").read_text("utf-8"), 0o600)
    doc = root / "usr/share/doc/hotline"
    for name in ("install", "backup", "running", "monitoring"):
        for page in HOUSE.glob(f"docs/{name}*.md"):
            put(root, f"usr/share/doc/hotline/{page.name}", page.read_text("utf-8"))
    for example in HOUSE.glob("install/systemd/hotline.service.d/*.example"):
        put(root, f"usr/share/doc/hotline/examples/{example.name}", example.read_text("utf-8"))
    hook = (HOUSE / "install" / "certbot-deploy-hook").read_text("utf-8")
    put(root, "usr/share/doc/hotline/examples/certbot-deploy-hook", hook)
    watching = shutil.ignore_patterns("tests", "__pycache__", "*.py")
    shutil.copytree(HOUSE / "monitoring", root / "usr/share/hotline/monitoring", ignore=watching)
    put(root, "usr/share/doc/hotline/copyright", copyright_())
    changes = f"hotline ({version()}) unstable; urgency=medium\n\n  * See CHANGELOG.md of this version.\n\n"
    changes += " -- The hotline's maintainers <maintainers@hotline.example>  Sun, 22 Nov 2026 12:00:00 +0800\n"
    (doc / "changelog.gz").write_bytes(gzip.compress(changes.encode(), mtime=0))
    for path in (root, *root.rglob("*")):
        if not path.is_symlink():
            private = path == root / "etc/default/hotline"
            path.chmod(0o600 if private else 0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)


def packages(target: Path) -> None:
    """The locked distributions, out of the environment that we run in. Raises SystemExit for one that is not there."""
    for distribution in locked():
        for file in distribution.files or ():
            source = Path(str(distribution.locate_file(file)))
            if ".." in file.parts or _LEFT_OUT.search(str(file)) or not source.is_file():
                continue
            (target / file).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target / file)  # what Python compiled is good for a file of this date alone

    about = f"Metadata-Version: 2.1\nName: hotline\nVersion: {version()}\n"
    put(target, f"hotline-{version()}.dist-info/METADATA", about)


def locked() -> Iterator[metadata.Distribution]:
    """Those of requirements/base.txt that this Python has; one whose condition does not hold is not there."""
    text = (HOUSE / "requirements" / "base.txt").read_text("utf-8")
    pins: dict[str, list[tuple[str, str]]] = {}
    for name, pinned, condition in re.findall(r"^([\w.-]+)==(\S+)( ; .*)? \\$", text, re.MULTILINE):
        pins.setdefault(name, []).append((pinned, condition))
    for name, versions in pins.items():
        try:
            found = metadata.distribution(name)
        except metadata.PackageNotFoundError:
            if all(condition for _, condition in versions):
                continue
            raise SystemExit(f"{name} is not installed: make setup") from None
        if found.version not in [pinned for pinned, _ in versions]:
            raise SystemExit(f"{name} {found.version} is not as locked: make setup")
        yield found


def control(root: Path, kilobytes: int) -> None:
    """What dpkg goes by."""
    folder = root / "DEBIAN"
    folder.mkdir(mode=0o755)
    fields = (HOUSE / "install/debian/control").read_text("utf-8")
    told = {"VERSION": version(), "ARCHITECTURE": architecture(), "SIZE": str(kilobytes), "PYTHON": python()}
    for name, value in told.items():
        fields = fields.replace(f"@{name}@", value)
    (folder / "control").write_text(fields, "utf-8")
    (folder / "conffiles").write_text("/etc/default/hotline\n", "utf-8")
    for script in ("postinst", "prerm", "postrm"):
        (folder / script).write_text((HOUSE / "install/debian" / script).read_text("utf-8"), "utf-8")
        (folder / script).chmod(0o755)
    sums = [
        f"{md5(path.read_bytes(), usedforsecurity=False).hexdigest()}  {path.relative_to(root)}\n"
        for path in sorted(root.rglob("*"))
        if path.is_file() and not path.is_symlink() and folder not in path.parents
    ]
    (folder / "md5sums").write_text("".join(sums), "utf-8")


def put(root: Path, name: str, text: str, mode: int = 0o644) -> None:
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    path.chmod(mode)


def version() -> str:
    return metadata.version("hotline")


def python() -> str:
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def architecture() -> str:
    done = subprocess.run(["dpkg", "--print-architecture"], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def copyright_() -> str:
    """Whose it is; what the Python packages are under stands in each one's own `.dist-info`."""
    return (
        "hotline\n\nCopyright: 2026 the hotline's contributors\nLicense: Apache-2.0\n"
        " On Debian systems the full text is in /usr/share/common-licenses/Apache-2.0.\n"
        " The Python packages below /usr/lib/hotline/packages are under the licenses in their .dist-info folders.\n"
    )


if __name__ == "__main__":
    os.umask(0o022)  # dpkg-deb refuses folders that are closed to others
    sys.stdout.write(f"{build(Path(sys.argv[1]), quick='--quick' in sys.argv)}\n")
