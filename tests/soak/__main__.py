"""`python -m soak`, with tests on the path, as `make soak` does."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys
import tempfile
import traceback
from pathlib import Path

from soak.measures import MiB
from soak.soak import SoakError, soak


def main() -> int:
    """Soak in a folder that goes at the end; 1 when something was wrong."""
    parser = argparse.ArgumentParser(prog="make soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=30, help="how long (30)")
    parser.add_argument("--seed", type=int, default=None, help="of all chance; a new one each time, said at the start")
    arguments = parser.parse_args()
    seed = secrets.randbelow(1 << 32) if arguments.seed is None else arguments.seed

    def say(line: str) -> None:
        print(line, flush=True)

    with tempfile.TemporaryDirectory(prefix="seisbus-soak-") as folder:
        try:
            done = asyncio.run(soak(Path(folder), arguments.minutes, seed, say))
        except SoakError as error:
            traceback.print_exception(error.__cause__)
            print(f"soak: {error}", file=sys.stderr)
            return 1
    say(f"{done.rounds} rounds, {done.kills} kills, {done.windows} windows checked, nothing lost or changed; "
        f"the longest silence {done.silence:.1f} s")  # fmt: skip
    for name, use in sorted(done.most.items()):
        say(f"{name}: at most {use.memory // MiB} MiB, {use.files} descriptors, {use.threads} threads")
    return 0


if __name__ == "__main__":
    sys.exit(main())
