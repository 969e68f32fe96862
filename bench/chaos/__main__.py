"""`python -m bench.chaos`: every fault, and the table of what was promised."""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from pathlib import Path

from bench import report
from bench.chaos.faults import FAULTS, REPEATS
from bench.chaos.phases import SHORT, Size
from bench.chaos.promise import Promise, table, worst
from bench.stand import StandFailed, unwinds
from hotline.asterisk_program import AsteriskMissing


def main() -> int:
    """The command: 0 when every promise held."""
    command = argparse.ArgumentParser(prog="python -m bench.chaos", description=__doc__)
    command.add_argument("faults", nargs="*", help=f"which: {', '.join(FAULTS)} (all)")
    command.add_argument("--repeat", type=int, help="so many runs of each; the table tells the worst (by the fault)")
    command.add_argument("--short", action="store_true", help="16 callers instead of 100")
    command.add_argument("--keep", type=Path, help="keep logs and databases in this new folder")
    given = command.parse_args()
    if unknown := set(given.faults) - FAULTS.keys():
        command.error(f"no such fault: {', '.join(sorted(unknown))}")
    if shutil.which("sipp") is None:
        print("SIPp is not installed: apt-get install sip-tester", file=sys.stderr)
        return 2
    unwinds()
    size = SHORT if given.short else Size()
    told: list[Promise] = []
    with tempfile.TemporaryDirectory(prefix="chaos-") as temporary:
        folder = (given.keep or Path(temporary)).absolute()
        for name in given.faults or FAULTS:
            rounds = []
            for n in range(given.repeat or REPEATS.get(name, 1)):
                try:
                    rounds.append(FAULTS[name](folder / f"{name}-{n + 1}", size))
                except (StandFailed, AsteriskMissing) as error:
                    print(f"{name}: {error}", file=sys.stderr)
                    told.append(Promise(name, "the run itself", "done", str(error).splitlines()[0], held=False))
                    break
                broken = [promise.what for promise in rounds[-1] if not promise.held]
                print(f"{name} {n + 1}: {'broken: ' + '; '.join(broken) if broken else 'held'}", file=sys.stderr)
            told += worst(rounds) if rounds else []
    print(", ".join(report.machine().values()) + "\n")
    print(table(told))
    return 0 if all(promise.held for promise in told) else 1


if __name__ == "__main__":
    sys.exit(main())
