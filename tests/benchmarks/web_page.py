"""Measure the first paint of a job's page in Chromium, and the time of its pictures, for jobs of different sizes.

python -m tests.benchmarks.web_page [WINDOWS ...]     by default 10,000 and 1,000,000 (1,389 channels on 30 days)
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.first_look import made

from seisbus.local import local_stack
from seisbus.store.client import Store
from support.browser import asked, web_page

_PAINT = "() => performance.getEntriesByName('first-contentful-paint')[0].startTime"
_TIMES = 3


async def measured(sizes: list[int]) -> None:
    """Print a row per size: the least of three, because other programs only make it longer."""
    from playwright.async_api import async_playwright

    with tempfile.TemporaryDirectory(prefix="seisbus-web-page-") as name:
        folder = Path(name)
        async with local_stack(folder / "stack") as stack, async_playwright() as driver:
            place = stack.environment["SEISBUS_MONGODB_URI"], stack.environment["SEISBUS_DATABASE"]
            environment = {"SEISBUS_CONTROL_ADDRESS": stack.control_address}
            browser = await driver.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
            async with await Store.connect(*place) as store, web_page(folder, environment) as url:
                print("  windows  first paint  availability")
                for size in sizes:
                    job = await made(store, size)
                    paints = []
                    for _ in range(_TIMES):
                        page = await browser.new_page()
                        await page.goto(f"{url}/jobs/{job}", wait_until="load")
                        paints.append(await page.evaluate(_PAINT) / 1000)
                        await page.close()
                    began = time.monotonic()
                    status, text, _ = await asked(f"{url}/jobs/{job}/days.json")
                    assert status == 200, text
                    print(f"{size:9,d} {min(paints):10.2f} s {time.monotonic() - began:11.2f} s", flush=True)
            await browser.close()


if __name__ == "__main__":
    asyncio.run(measured([int(text) for text in sys.argv[1:]] or [10_000, 1_000_000]))
