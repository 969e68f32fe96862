"""Which Asterisk we run: the machine's own where it is new enough, else the one that `make setup` unpacked."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from hotline.settings import HOUSE, Settings

LEAST = (22, 10, 1)
"""First release of the LTS line 22 with every security fix that concerns us."""

TREE = HOUSE / ".asterisk" / "tree"
"""Where `make setup` unpacks it; shared by every `var` of this checkout."""


class AsteriskMissing(RuntimeError):
    """No usable Asterisk; the text says what to do."""


@dataclass(frozen=True, slots=True)
class AsteriskProgram:
    """A program file with its modules and data, not yet running."""

    command: tuple[str, ...]
    """How to start it, without arguments."""
    modules: Path
    data: Path
    """Folder with `documentation` (Asterisk refuses to read its configuration without it) and `rest-api`."""
    sbin: Path
    version: tuple[int, ...]

    def has(self, module: str) -> bool:
        return (self.modules / f"{module}.so").is_file()

    @property
    def release(self) -> str:
        """The version as people write it: `22.10.1`."""
        return ".".join(str(part) for part in self.version)


def find_asterisk(settings: Settings) -> AsteriskProgram:
    """The Asterisk to run: `asterisk_tree` if set, else the machine's own, else the unpacked one.

    Raises AsteriskMissing.
    """
    if settings.asterisk_tree:
        return _new_enough(from_tree(settings.asterisk_tree.absolute()))
    own = from_machine()
    if own and own.version >= LEAST:
        return own
    if not TREE.is_dir():
        raise AsteriskMissing("there is no Asterisk yet: run `make setup`")
    return _new_enough(from_tree(TREE))


def from_tree(tree: Path) -> AsteriskProgram:
    """The Asterisk in an unpacked Debian tree, started through that tree's own loader and libraries."""
    program = _only(tree, "usr/sbin/asterisk")
    modules = _only(tree, "usr/lib/*/asterisk/modules")
    libraries = modules.parent.parent
    loader = _only(libraries, "ld-linux*.so.*")
    command = (str(loader), "--library-path", str(libraries), str(program))
    return AsteriskProgram(command, modules, tree / "usr/share/asterisk", program.parent, _version(command, str(tree)))


def from_machine() -> AsteriskProgram | None:
    """The Asterisk that the machine has installed, if any."""
    program = shutil.which("asterisk")
    if program is None:
        return None
    real = Path(program).resolve()
    root = real.parent.parent
    modules = next(iter(sorted([*root.glob("lib/asterisk/modules"), *root.glob("lib/*/asterisk/modules")])), None)
    data = next(
        (d for d in (root / "share/asterisk", Path("/var/lib/asterisk")) if (d / "documentation").is_dir()), None
    )
    if modules is None or data is None:
        return None
    return AsteriskProgram((str(real),), modules, data, real.parent, _version((str(real),), program))


def _only(folder: Path, pattern: str) -> Path:
    found = sorted(folder.glob(pattern))
    if not found:
        raise AsteriskMissing(f"{folder}: no {pattern} here, so no unpacked Asterisk: `make asterisk` makes one")
    return found[0]


def _version(command: tuple[str, ...], where: str) -> tuple[int, ...]:
    try:
        said = subprocess.run([*command, "-V"], capture_output=True, text=True, timeout=20, check=True).stdout
    except (OSError, subprocess.SubprocessError) as error:
        raise AsteriskMissing(f"{where}: this Asterisk does not start: {error}") from error
    numbers = re.search(r"Asterisk (?:certified-)?(\d+(?:\.\d+)*)", said)
    if numbers is None:
        raise AsteriskMissing(f"{where}: no version in {said.strip()!r}")
    return tuple(int(part) for part in numbers[1].split("."))


def _new_enough(program: AsteriskProgram) -> AsteriskProgram:
    if program.version < LEAST:
        least = ".".join(str(part) for part in LEAST)
        raise AsteriskMissing(f"{program.sbin}: Asterisk {program.release} is older than {least}: run `make setup`")
    return program
