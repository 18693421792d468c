"""Poison: a message that no delivery can help ends as a dead letter and failed windows, and a replay saves them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import nats
import pytest
from nats.js import JetStreamContext

from seis.v1 import task_pb2
from seisbus.bus.codec import decode_fetch, encode_fetch
from support.browser import visit, web_page
from support.chaos import JOB, End, impatient_system, settled_end, small_archive
from support.system import System
from support.waiting import eventually

_DELIVERIES = 3
_STAGES = {"SEIS_FETCH": "fetcher", "SEIS_WINDOW": "windower", "SEIS_WRITE": "writer"}


@pytest.fixture(scope="module")
async def disturbed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[System]:
    """A stack that gives a message three chances."""
    archive = small_archive(tmp_path_factory.mktemp("archive"))
    environment = {"SEISBUS_MAX_DELIVER": str(_DELIVERIES)}
    async with impatient_system(tmp_path_factory.mktemp("poison"), archive, environment=environment) as system:
        yield system


@pytest.fixture(scope="module")
async def undisturbed(disturbed: System) -> End:
    return await settled_end(disturbed, await disturbed.run(JOB))


@pytest.mark.parametrize("stream", _STAGES)
async def test_garbage_is_buried_at_once_and_its_windows_are_saved_by_a_replay(
    disturbed: System, undisturbed: End, stream: str
) -> None:
    job, tag = await run_with_one_replaced(disturbed, stream, lambda _: b"\xff\xfe garbage")

    done = await disturbed.client.wait(job)
    assert (done.state, done.ledger.failed) == ("completed", 2)
    (letter,) = await disturbed.client.dead_letters(job)
    assert (letter.stream, letter.task, letter.deliveries) == (stream, tag, 1)
    assert (await disturbed.client.dead_letter(letter.id)).body == b"\xff\xfe garbage"
    failed = [outcome async for outcome in disturbed.client.outcomes(job, ["failed"])]
    assert [(outcome.reason, outcome.refs) for outcome in failed] == [("dead_letter", (letter.id,))] * 2

    await disturbed.client.replay(letter.id)
    again = await disturbed.client.wait(job)
    assert (again.state, again.ledger.failed) == ("completed", 0)
    assert await settled_end(disturbed, again) == undisturbed


async def test_a_plan_message_of_garbage_is_buried_and_the_job_planned_all_the_same(
    disturbed: System, undisturbed: End
) -> None:
    await disturbed.stack.hold("indexer")
    job = await disturbed.client.submit(JOB)
    async with jetstream(disturbed) as js:
        await replaced(js, "SEIS_PLAN", job.id, lambda _: b"garbage")
    await disturbed.stack.release("indexer")
    done = await disturbed.client.wait(job.id)
    assert (done.state, done.ledger.failed) == ("completed", 0)
    (letter,) = await disturbed.client.dead_letters(job.id)
    assert letter.stream == "SEIS_PLAN"
    assert await settled_end(disturbed, done) == undisturbed


async def test_a_message_on_which_the_handler_always_fails_is_buried_after_its_deliveries(
    disturbed: System, undisturbed: End
) -> None:
    def of_no_archive(body: bytes) -> bytes:
        order = decode_fetch(task_pb2.Envelope.FromString(body).inline)
        objects = tuple(replace(ref, archive="nowhere", missing="") for ref in order.task.objects)
        inline = encode_fetch(replace(order, task=replace(order.task, archive="nowhere", objects=objects)))
        return task_pb2.Envelope(inline=inline).SerializeToString()

    job, tag = await run_with_one_replaced(disturbed, "SEIS_FETCH", of_no_archive)
    done = await disturbed.client.wait(job)
    assert (done.state, done.ledger.failed) == ("completed", 2)
    (letter,) = await disturbed.client.dead_letters(job)
    assert (letter.task, letter.deliveries) == (tag, _DELIVERIES + 1)
    assert "without success" in letter.reason

    await disturbed.client.replay(letter.id)
    assert await settled_end(disturbed, await disturbed.client.wait(job)) == undisturbed


async def run_with_one_replaced(system: System, stream: str, change: Callable[[bytes], bytes]) -> tuple[str, str]:
    """Submit the job and replace one message in a stream while its service is down; job and task of that message."""
    await system.stack.hold(_STAGES[stream])
    job = await system.client.submit(JOB)
    async with jetstream(system) as js:
        tag = await replaced(js, stream, job.id, change)
    await system.stack.release(_STAGES[stream])
    return job.id, tag


async def replaced(js: JetStreamContext, stream: str, job: str, change: Callable[[bytes], bytes]) -> str:
    """Put a changed body in place of the first message of a job in a stream, headers kept; the task it is of."""

    async def first() -> Any:
        state = (await js.stream_info(stream)).state
        return await js.get_msg(stream, state.first_seq) if state.messages else None

    found = await eventually(first)
    headers = dict(found.headers)
    assert headers["Seis-Job"] == job
    await js.delete_msg(stream, found.seq)
    await js.publish(found.subject, change(found.data), headers={**headers, "Nats-Msg-Id": f"{job}-poison"})
    return headers["Seis-Task"]


@asynccontextmanager
async def jetstream(system: System) -> AsyncIterator[JetStreamContext]:
    connection = await nats.connect(system.stack.servers.nats.url)
    try:
        yield connection.jetstream()
    finally:
        await connection.close()


@pytest.mark.long
async def test_a_dead_letter_is_replayed_by_a_click(
    disturbed: System, undisturbed: End, chromium: Any, tmp_path: Path
) -> None:
    job, _ = await run_with_one_replaced(disturbed, "SEIS_WINDOW", lambda _: b"\xff\xfe garbage")
    assert (await disturbed.client.wait(job)).ledger.failed == 2
    environment = {"SEISBUS_CONTROL_ADDRESS": disturbed.stack.control_address}
    async with web_page(tmp_path, environment) as url, visit(chromium, url) as visitor:
        page = visitor.page
        await visitor.open(f"/jobs/{job}")
        await page.get_by_role("link", name="Dead letters of this job").click()
        await page.locator("tbody th a").click()
        await page.get_by_text("SEIS_WINDOW").wait_for()
        await page.get_by_role("button", name="Replay").click()
        await page.locator("#state").get_by_text("completed").wait_for()
    again = await disturbed.client.wait(job)
    assert (again.state, again.ledger.failed) == ("completed", 0)
    assert await settled_end(disturbed, again) == undisturbed
