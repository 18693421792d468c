"""The web page on a running stack, in a real browser: every flow by clicks, at two widths; and what it refuses."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from bson import ObjectId

from seisbus.client import Job
from seisbus.store import collections as c
from seisbus.store.client import Store
from seisbus.testing.make import make_archive
from seisbus.testing.spec import ArchiveSpec, Defect
from support.browser import PHONE, WIDTHS, visit, web_page
from support.system import System

DAY = date(2016, 9, 14)
SPEC = ArchiveSpec(
    seed=5, days=(DAY,), channels=18, hours=(0.0, 24.0), defects=(Defect.GAP_INSIDE, Defect.EMPTY), event_traces=0,
    real=False, bucket="web",
)  # fmt: skip
SPAN = {"start": str(DAY), "end": "2016-09-15"}
# texts that would be markup, script, or the end of either
HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>{{7*7}}</textarea>javascript:alert(3)"


@dataclass(frozen=True, slots=True)
class Shown:
    """The page's address, the stack that it shows, and a closed job."""

    url: str
    system: System
    job: Job


@pytest.fixture(scope="module")
async def shown(system: System, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Shown]:
    root = tmp_path_factory.mktemp("web")
    await asyncio.to_thread(make_archive, root, SPEC)
    bucket = system.buckets / "web"
    bucket.rmdir()
    (root / "web").rename(bucket)
    await system.sync("web")
    job = await system.run({"name": "one day", "archive": "web", "windows": {"tile": {**SPAN, "length": "6h"}}})
    environment = {"SEISBUS_CONTROL_ADDRESS": system.stack.control_address}
    async with web_page(tmp_path_factory.mktemp("page"), environment) as url:
        yield Shown(url, system, job)


async def test_from_the_jobs_to_a_dead_window_and_to_a_waveform_in_three_clicks(chromium: Any, shown: Shown) -> None:
    async with visit(chromium, shown.url) as visitor:
        page = visitor.page
        await visitor.open("/")
        await page.get_by_role("link", name="one day").first.click()
        await page.get_by_role("heading", name="one day").wait_for()
        # 1: a reason, 2: a window with its metadata and error log
        await page.locator("#reasons a").first.click()
        await page.get_by_role("heading", name="Windows", exact=True).wait_for()
        await page.locator("tbody th a").first.click()
        await page.get_by_role("heading", name="Error log").wait_for()
        dead = [o async for o in shown.system.client.outcomes(shown.job.id, ["dead"])]
        log = await page.locator("main").inner_text()
        assert any(str(o.channel) in log for o in dead)
        assert "windower" in log and "data_tag" not in log
        # the same way to a saved window: its samples are drawn
        await page.get_by_role("link", name="one day").click()
        await page.locator("#fate-saved").click()
        await page.locator("tbody th a").first.click()
        await visitor.drawn("waveform")
        said = await page.locator("#waveform figcaption").inner_text()
        assert re.fullmatch(r"Waveform of \S+, its mean removed; largest amplitude [\d.,]+ counts\.", said)
        assert await page.get_by_role("row", name="channel_lat").count() == 1


async def test_a_job_is_tried_submitted_watched_cancelled_and_retried(chromium: Any, shown: Shown) -> None:
    """On a phone; while the windower is away nothing ends, so that everything can be seen."""
    stack = shown.system.stack
    async with visit(chromium, shown.url, PHONE) as visitor:
        page = visitor.page
        await visitor.open("/new")
        await page.get_by_label("Name", exact=True).fill("by hand")
        await page.get_by_label("Archive").select_option("web")
        await page.get_by_label("Channels").fill("BH?,HH?,LH?")
        await page.get_by_label("Start (UTC)").fill(SPAN["start"])
        await page.get_by_label("End (UTC)").fill("no time")
        await page.get_by_label("Length of a window").fill("1h")
        await page.locator("form:visible").get_by_role("button", name="Dry run").click()
        assert "no time" in await page.get_by_role("alert").inner_text()
        await page.get_by_label("End (UTC)").fill(SPAN["end"])
        await page.locator("form:visible").get_by_role("button", name="Dry run").click()
        estimate = page.locator("#estimate")
        await estimate.wait_for()
        assert f"{24 * SPEC.channels}" in await estimate.inner_text()
        await stack.hold("windower")
        try:
            await page.locator("form:visible").get_by_role("button", name="Submit").click()
            await page.get_by_role("heading", name="by hand").wait_for()
            job = page.url.rpartition("/")[2]
            # which stage waits for what
            await page.locator(".stages li", has_text="windower").get_by_text("message").wait_for()
            await page.locator(".findings").get_by_text(re.compile("waits? for the windower")).wait_for()
            await page.get_by_role("button", name="Cancel").click()
            await page.locator("#state").get_by_text("cancelled").wait_for()
        finally:
            await stack.release("windower")
        cancelled = await shown.system.client.job(job)
        assert (cancelled.state, cancelled.ledger.cancelled) == ("cancelled", 24 * SPEC.channels)
        await page.get_by_role("button", name="Retry").click()
        # the section fills and the numbers change without another load
        await page.locator("#state").get_by_text("completed").wait_for()
        await visitor.drawn("section")
        done = await shown.system.client.job(job)
        saved = await page.locator("#fate-saved").inner_text()
        assert (done.state, int(re.sub(r"\D", "", saved))) == ("completed", done.ledger.saved)
        assert await visitor.fits()


async def test_pictures_of_a_job_and_the_way_from_a_cell_to_its_windows(chromium: Any, shown: Shown) -> None:
    async with visit(chromium, shown.url) as visitor:
        page = visitor.page
        await visitor.open(f"/jobs/{shown.job.id}")
        for figure in ("section", "map", "days"):
            await visitor.drawn(figure)
        assert "waveforms" in await page.locator("#section figcaption").inner_text()
        assert re.match(r"Map of \d+ stations", await page.locator("#map figcaption").inner_text())
        said = await page.locator("#days figcaption").inner_text()
        assert f"{shown.job.ledger.saved:,} of {shown.job.ledger.planned:,} windows are saved" in said
        await page.get_by_label("Component").select_option("E")
        await page.get_by_role("button", name="Show").click()
        await visitor.drawn("section", 2)
        # a click into the picture, in the middle of the first channel's row
        names = sorted({str(row.channel) for row in await shown.system.client.availability(shown.job.id)})
        picture = page.locator("#days .drawn")
        size = await picture.bounding_box()
        await picture.click(position={"x": size["width"] / 2, "y": size["height"] / 3})
        await page.get_by_role("heading", name="Windows", exact=True).wait_for()
        assert await page.get_by_label("Channel").input_value() in names
        assert await page.get_by_label("Day (UTC)").input_value() == str(DAY)
        await page.locator("tbody tr").first.wait_for()
        assert await page.locator("tbody tr").count() == 4


@pytest.fixture(scope="module")
async def others(shown: Shown) -> AsyncIterator[dict[str, str]]:
    """A job of each kind beside windows, and a dead letter, by what it is."""
    client, environment = shown.system.client, shown.system.stack.environment
    export = await client.wait((await client.export("mseed", job=shown.job.id)).id)
    assert export.state == "completed", export.error
    found = {"index": (await client.wait((await client.sync_index("web")).id)).id, "export": export.id}
    found |= {"misfit": "01zmisfit00000000", "letter": str(ObjectId())}
    async with await Store.connect(environment["SEISBUS_MONGODB_URI"], environment["SEISBUS_DATABASE"]) as store:
        document: dict[str, Any] = dict(await store[c.JOB].find_one({"_id": export.id}) or {})
        spec = {"kind": "misfit", "name": "a misfit", "misfit": {"observed": {"job": shown.job.id}}}
        document |= {"_id": found["misfit"], "name": "a misfit", "kind": "misfit", "spec": spec, "request_id": "misfit"}
        await store[c.JOB].insert_one(document)
        await store[c.ADJOINT_SOURCE].insert_many(
            {"_id": ObjectId(), "job": found["misfit"], "event": "smi:local/2016-09-14/a-long-name-of-an-event",
             "path": path, "net": "CI", "sta": f"S{n}", "component": "Z", "window_count": n, "misfit": n / 7}
            for path in ("i01/s00", "i01/s01") for n in range(1, 9)
        )  # fmt: skip
        await store[c.DEAD_LETTER].insert_one(
            {"_id": found["letter"], "job": shown.job.id, "reason": "A message that cannot be read: no field 3.",
             "stream": "SEIS_FETCH", "subject": f"seis.fetch.web.{shown.job.id}",
             "task": f"{shown.job.id}.000000.000001", "part": 0, "deliveries": 5,
             "time_ns": shown.job.submit_time_ns, "body": b"body"}
        )  # fmt: skip
        try:
            yield found
        finally:
            await store[c.JOB].delete_one({"_id": found["misfit"]})
            await store[c.ADJOINT_SOURCE].delete_many({"job": found["misfit"]})
            await store[c.DEAD_LETTER].delete_one({"_id": found["letter"]})


@pytest.mark.parametrize("width", WIDTHS)
async def test_every_page_is_accessible_and_fits(
    chromium: Any, shown: Shown, others: dict[str, str], width: str
) -> None:
    """With SEISBUS_PAGES=FOLDER each page is kept as a picture, for people to look at."""
    client, job = shown.system.client, f"/jobs/{shown.job.id}"
    saved = (await anext(client.outcomes(shown.job.id, ["saved"]))).refs[0]
    dead = (await anext(client.outcomes(shown.job.id, ["dead"]))).refs[0]
    pages = {
        "jobs": ("/",), "job": (job, "section", "map", "days"), "windows": (f"{job}/windows?fate=dead",),
        "window": (f"/data/{saved}", "waveform"), "dead window": (f"/data/{dead}",), "new": ("/new",),
        "new like": (f"/new?of={shown.job.id}",), "dead letters": ("/dead-letters",),
        "dead letter": (f"/dead-letters/{others['letter']}",), "index job": (f"/jobs/{others['index']}",),
        "export job": (f"/jobs/{others['export']}",), "misfit job": (f"/jobs/{others['misfit']}",),
        "datasets": (f"/jobs/{others['export']}/windows",), "nothing": ("/jobs/none",),
    }  # fmt: skip
    async with visit(chromium, shown.url, WIDTHS[width], expected=("404",)) as visitor:
        for name, (path, *figures) in pages.items():
            await visitor.open(path)
            for figure in figures:
                await visitor.drawn(figure)
            if folder := os.environ.get("SEISBUS_PAGES"):
                await visitor.page.screenshot(
                    path=Path(folder) / f"{name} {width}.png".replace(" ", "-"), full_page=True
                )
            assert await visitor.violations() == [], name
            assert await visitor.fits(), name


async def test_jobs_without_windows_show_what_they_made(chromium: Any, shown: Shown, others: dict[str, str]) -> None:
    datasets = await shown.system.client.datasets(others["export"])
    async with visit(chromium, shown.url) as visitor:
        page = visitor.page
        await visitor.open(f"/jobs/{others['export']}")
        results = page.get_by_role("region", name="Results")
        assert datasets[0]["path"] in await results.inner_text()
        assert await results.locator("tbody tr").count() == len(datasets)
        assert await page.locator("figure").count() == 0
        await visitor.open(f"/jobs/{others['misfit']}")
        assert [await row.inner_text() for row in await results.locator("tbody tr").all()] == [
            f"smi:local/2016-09-14/a-long-name-of-an-event\ti01/s0{n}\t8\t8\t36\t{sum(range(9)) / 7:.6g}"
            for n in (0, 1)
        ]
        await results.get_by_role("link", name=f"job {shown.job.id}").click()
        await page.get_by_role("heading", name="one day").wait_for()


async def test_the_keyboard_alone_reaches_a_job_and_its_buttons(chromium: Any, shown: Shown) -> None:
    async with visit(chromium, shown.url) as visitor:
        page = visitor.page
        await visitor.open("/")
        await page.keyboard.press("Tab")
        assert await focused(page) == "Skip to the content"
        await page.keyboard.press("Enter")
        await tab_to(page, "one day")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="one day").wait_for()
        await tab_to(page, "Retry")
        await tab_to(page, "New job like this")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="New job").wait_for()
        await tab_to(page, "Job file (YAML)")


async def focused(page: Any) -> str:
    return str(await page.evaluate("document.activeElement.innerText.trim()"))


async def tab_to(page: Any, name: str) -> None:
    for _ in range(40):
        await page.keyboard.press("Tab")
        if await focused(page) == name:
            return
    raise AssertionError(f"no Tab leads to {name}")


async def test_texts_of_jobs_and_archives_are_never_markup(chromium: Any, shown: Shown) -> None:
    """Documents with markup in every text that somebody else may have written, as a hostile archive or user would."""
    async with hostile_job(shown) as (job, wf, grave, letter), visit(chromium, shown.url) as visitor:
        page = visitor.page
        for path, count in (
            ("/", 1), (f"/jobs/{job}", 4), (f"/jobs/{job}/windows", 4),
            (f"/jobs/{job}/windows?{urlencode({'reason': HOSTILE, 'channel': HOSTILE})}", 3), (f"/data/{wf}", 4),
            (f"/data/{grave}", 3), ("/dead-letters", 1), (f"/dead-letters/{letter}", 2), (f"/new?of={job}", 1),
            (f"/login?{urlencode({'back': '//evil.example/' + HOSTILE})}", 0),
        ):  # fmt: skip
            await visitor.open(path)
            shown_text = await page.content()
            assert await page.locator("img[src=x]").count() == 0, path
            assert await page.locator("script:not([src])").count() == 0, path
            assert await page.locator("a[href^=javascript]").count() == 0, path
            text = await page.locator("body").inner_text()
            values = await page.evaluate(
                "[...document.querySelectorAll('input,textarea')].map(e => e.value).join('\\n')"
            )
            assert (text + values).count("<img src=x onerror=alert(1)>") >= count, path
            assert "evil.example" not in shown_text or "/login" in path
        await visitor.open(f"/jobs/{job}")
        for figure in ("map", "days"):
            await page.locator(f"#{figure}").scroll_into_view_if_needed()
            await page.wait_for_function(
                "id => document.getElementById(id).getAttribute('aria-busy') === 'false'", arg=figure
            )
        await page.locator("summary", has_text="by channel").click()
        await page.get_by_role("region", name="Windows by channel").get_by_text("onerror").first.wait_for()
        assert await page.locator("img[src=x]").count() == 0


@asynccontextmanager
async def hostile_job(shown: Shown) -> AsyncIterator[tuple[str, str, str, str]]:
    """A copy of the closed job under a new id with hostile texts: job, wf document, grave, dead letter."""
    environment = shown.system.stack.environment
    job = "01zhostile000000"  # the newest, and so on the first page
    async with await Store.connect(environment["SEISBUS_MONGODB_URI"], environment["SEISBUS_DATABASE"]) as store:
        document: dict[str, Any] = dict(await store[c.JOB].find_one({"_id": shown.job.id}) or {})
        document |= {
            "_id": job,
            "name": HOSTILE,
            "error": HOSTILE,
            "notes": [HOSTILE],
            "submitted_ns": 1,
            "summed": False,
            "request_id": job,
        }
        document["spec"] = {**document["spec"], "name": HOSTILE, "output": {"data_tag": HOSTILE}}
        await store[c.JOB].insert_one(document)
        wf: dict[str, Any] = dict(await store[c.WF_TIMESERIES].find_one({"job": shown.job.id}) or {})
        wf |= {
            "_id": ObjectId(),
            "job": job,
            "sta": HOSTILE,
            "data_tag": HOSTILE,
            HOSTILE.replace(".", "").replace("$", ""): HOSTILE,
        }
        wf["dfile"] = HOSTILE
        wf["provenance"] = {"sources": [{"archive": HOSTILE, "key": HOSTILE, "etag": HOSTILE, "ranges": []}]}
        log = ObjectId()
        entries = [{"algorithm": HOSTILE, "badness": HOSTILE, "error_message": HOSTILE, "process_id": 1}]
        await store[c.ELOG].insert_one({"_id": log, "job": job, "logdata": entries, "wf_TimeSeries_id": wf["_id"]})
        await store[c.WF_TIMESERIES].insert_one({**wf, "elog_id": log})
        grave: dict[str, Any] = dict(await store[c.CEMETERY].find_one({"job": shown.job.id}) or {})
        grave |= {"_id": ObjectId(), "job": job, "reason": HOSTILE, "logdata": entries}
        grave["tombstone"] = {**grave["tombstone"], "sta": HOSTILE, "data_tag": HOSTILE}
        await store[c.CEMETERY].insert_one(grave)
        letter = str(ObjectId())
        await store[c.DEAD_LETTER].insert_one(
            {"_id": letter, "job": job, "reason": HOSTILE, "stream": "SEIS_FETCH", "subject": HOSTILE, "task": HOSTILE,
             "part": 0, "deliveries": 1, "time_ns": 1, "body": HOSTILE.encode()}
        )  # fmt: skip
        await store[c.OUTCOME].insert_one(
            {"_id": f"{job}.w", "job": job, "task": f"{job}.0.0", "part": 0, "attempt": 1, "fate": "dead",
             "reason": HOSTILE, "detail": HOSTILE, "refs": [str(grave["_id"])], "channel": f"XX.{HOSTILE}..BHZ",
             "start_ns": shown.job.submit_time_ns, "end_ns": shown.job.submit_time_ns + 10**9, "event": HOSTILE}
        )  # fmt: skip
        try:
            yield job, str(wf["_id"]), str(grave["_id"]), letter
        finally:  # documents of no job that ever ran are not what other tests count on
            await store[c.JOB].delete_one({"_id": job})
            for collection in (c.WF_TIMESERIES, c.ELOG, c.CEMETERY, c.DEAD_LETTER, c.OUTCOME):
                await store[collection].delete_many({"job": job})
