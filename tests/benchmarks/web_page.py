"""First paint of a job's page in Chromium, and what its pictures and lists cost the servers, as the job grows.

PYTHONPATH=tests python -m tests.benchmarks.web_page [WINDOWS ...]

The default is 10,000 and 1,000,000 windows (1,389 channels on 30 days).

Pictures and lists are asked for without a browser. Their CPU seconds are those of the page's server, control and the
database together, of the first time; what is asked for again within ten minutes is remembered.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from bson import ObjectId
from tests.benchmarks.first_look import DAYS, FIRST, HOUR_NS, made
from tests.benchmarks.usage import idle, measured

from libseis.codes import Channel
from libseis.isotime import DAY_NS
from seisbus.client import AsyncClient
from seisbus.local import local_stack
from seisbus.model.ids import document_id, window_id
from seisbus.store.client import Store
from seisbus.store.collections import CHANNEL, WF_TIMESERIES
from support.browser import asked, web_page
from support.chaos import small_archive

_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
_TIMES = 3
_JOB: dict[str, Any] = {
    "archive": "local",
    "windows": {"absolute": [{"start": "2011-03-11T05:48:03.2Z", "end": "2011-03-11T06:48:03.2Z"}]},
}
# what a job's page asks for, and two pages of windows: the dead, and those of a cell of the availability
_PARTS = {
    "section": "section.json",
    "map": "map.json",
    "days": "days.json",
    "channels": "channels",
    "dead": "windows?fate=dead",
    "cell": "windows?channel=CI.S0000..BHZ&day=2022-01-30",
}


async def stored(store: Store, client: AsyncClient) -> dict[str, Any]:
    """The document of a waveform that a real job of one hour stored."""
    await client.wait((await client.sync_index("local")).id)
    done = await client.wait((await client.submit(_JOB)).id)
    found = await store[WF_TIMESERIES].find({"job": done.id}).to_list()
    return dict(next(document for document in found if document["npts"] == min(d["npts"] for d in found)))


async def with_waveforms(store: Store, job: str, channels: int, like: dict[str, Any]) -> None:
    """Give the windows of the job's first day documents that all have the bytes of one, and stations their places."""
    first = FIRST * DAY_NS
    await store[WF_TIMESERIES].delete_many({"job": job})
    for at in range(channels):
        channel = Channel("CI", f"S{at:04d}"[:5], "", "BHZ")
        documents = []
        for hour in range(24):
            start, end = first + hour * HOUR_NS, first + (hour + 1) * HOUR_NS
            identity = ObjectId(document_id(window_id(job, str(channel), start, end, ""), "0"))
            moved = {
                "_id": identity, "job": job, "net": channel.net, "sta": channel.sta, "chan": channel.chan,
                "t0_ns": start, "starttime": start / 1e9, "endtime": end / 1e9,
            }  # fmt: skip
            documents.append({**like, **moved})
        await store[WF_TIMESERIES].insert_many(documents)
        place = {"lat": 32 + at % 37 / 5, "lon": -121 + at % 41 / 5, "elev": 0.0, "edepth": 0.0}
        span = {"start_ns": 0, "end_ns": None, "starttime": 0.0, "endtime": None}
        codes = {"archive": "scedc", "net": channel.net, "sta": channel.sta, "loc": "", "chan": channel.chan}
        identity = f"scedc/{channel}/{job}"
        await store[CHANNEL].insert_one({"_id": identity, "sample_rate": 40.0, **codes, **place, **span})


async def figures(sizes: list[int]) -> None:
    """Print a row per size: of the first paint the least of three, since other programs only add."""
    from playwright.async_api import async_playwright

    with tempfile.TemporaryDirectory(prefix="seisbus-web-page-") as name:
        folder = Path(name)
        archive = small_archive(folder / "archive", defects=())
        async with (
            local_stack(folder / "stack", s3_root=archive) as stack,
            AsyncClient(stack.control_address) as client,
            async_playwright() as driver,
        ):
            place = stack.environment["SEISBUS_MONGODB_URI"], stack.environment["SEISBUS_DATABASE"]
            environment = {"SEISBUS_CONTROL_ADDRESS": stack.control_address}
            browser = await driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            async with await Store.connect(*place) as store, web_page(folder, environment) as url:
                like = await stored(store, client)
                print("  windows  first paint" + "".join(f"{part:>10s}" for part in _PARTS) + "   CPU seconds")
                for size in sizes:
                    job = await made(store, size)
                    await with_waveforms(store, job, -(-size // (DAYS * 24)), like)
                    await idle()
                    costs = []
                    for path in _PARTS.values():
                        with measured() as usage:
                            status, text, _ = await asked(f"{url}/jobs/{job}/{path}")
                        assert status == 200 and '"said"' not in text, text
                        costs.append(usage.total_cpu("web", "control", "secantusd"))
                    paints = []
                    for _ in range(_TIMES):
                        page = await browser.new_page()
                        await page.goto(f"{url}/jobs/{job}", wait_until="load")
                        paints.append(await page.evaluate(_PAINT) / 1000)
                        await page.close()
                    print(f"{size:9,d} {min(paints):10.2f} s" + "".join(f"{c:10.2f}" for c in costs), flush=True)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(figures([int(text) for text in sys.argv[1:]] or [10_000, 1_000_000]))
