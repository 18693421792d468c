"""Run seisfetch (PyPI), the most similar program, on the same windows, in a separate environment.

It needs an older pymseed than ours, so it cannot be in the same environment. Its clients are boto3's, which take the
endpoint from AWS_ENDPOINT_URL_S3. Its own calls in 16 threads and writing the samples to one file are timed; it has no
documents and no ledger.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

_VERSION = "0.5.0"
# pandas and obspy are not needed for its numpy interface
_PROGRAM = """
import json, sys, time
from concurrent.futures import ThreadPoolExecutor
order = json.load(sys.stdin)
begun = time.perf_counter()
from seisfetch import SeisfetchClient
client = SeisfetchClient(backend="s3_open", datacenter="scedc", max_workers=order["threads"])
errors = []
def one(codes):
    net, sta, loc, chan = codes
    try:
        return client.get_numpy(net, sta, location=loc, channel=chan, starttime=order["start"], endtime=order["end"])
    except Exception as error:
        errors.append(f"{type(error).__name__}: {error}")
saved = 0
with open(order["output"], "wb") as file, ThreadPoolExecutor(order["threads"]) as pool:
    for bundle in pool.map(one, order["channels"]):
        traces = [] if bundle is None else bundle.traces
        saved += bool(traces)
        for trace in traces:
            file.write(trace.data.astype("float64").tobytes())
print(json.dumps({"seconds": time.perf_counter() - begun, "saved": saved, "errors": errors[:3]}))
"""


@dataclass(frozen=True, slots=True)
class Seisfetch:
    """The interpreter of the environment with seisfetch, or why there is none."""

    python: Path | None
    problem: str = ""


def installed() -> Seisfetch:
    """seisfetch in an environment below the cache folder (SEISBUS_BENCH_CACHE), which is made if it is missing."""
    cache = Path(os.environ.get("SEISBUS_BENCH_CACHE", Path.home() / ".cache" / "seisbus"))
    folder = cache / f"seisfetch-{_VERSION}"
    python = folder / "bin" / "python"
    probe = [str(python), "-c", "import seisfetch"]
    if python.exists() and subprocess.run(probe, capture_output=True).returncode == 0:
        return Seisfetch(python)
    venv.create(folder, with_pip=True, clear=True)
    made = subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", f"seisfetch=={_VERSION}"],
        capture_output=True,
        text=True,
        timeout=600,
    )
    if made.returncode != 0:
        return Seisfetch(None, f"seisfetch {_VERSION} cannot be installed: {made.stderr.strip().splitlines()[-1:]}")
    return Seisfetch(python)


def run(
    python: Path,
    endpoint: str,
    output: Path,
    channels: list[tuple[str, str, str, str]],
    start: str,
    end: str,
    threads: int = 16,
) -> dict[str, float]:
    """Fetch and decode the windows; seconds and how many channels gave data."""
    order = {
        "threads": threads, "channels": channels, "start": start, "end": end, "output": str(output)
    }  # fmt: skip
    done = subprocess.run(
        [str(python), "-c", _PROGRAM],
        input=json.dumps(order),
        capture_output=True,
        text=True,
        env={**os.environ, "AWS_ENDPOINT_URL_S3": endpoint},
    )
    if done.returncode != 0:
        print(done.stderr, file=sys.stderr)
        return {"seconds": float("nan"), "saved": 0}
    answer: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return answer
