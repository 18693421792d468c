"""A job kind of another package, without an edit in Seisbus: plan, ledger, cancel, retry, purge, `jobs`, `show`."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from seisbus.client import AsyncClient, ClientError, Job
from seisbus.local.stack import LocalStack, local_stack
from seisbus.model.kind import KINDS
from seisbus.model.outcome import Fate
from support.waiting import eventually

OUTSIDE = Path(__file__).resolve().parents[1] / "support" / "outside"
ALLOWED = {"PYTHONPATH": str(OUTSIDE), "SEISBUS_JOB_KINDS": "toy"}
TOY = {"kind": "toy", "name": "three words", "toy": {"words": ["one", "late two", "three"]}}


@pytest.fixture(scope="module")
async def stack(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[LocalStack]:
    """A stack whose deployment allows the toy."""
    environment = {**ALLOWED, "SEISBUS_RECONCILE_SECONDS": "0.5"}
    async with local_stack(tmp_path_factory.mktemp("toys"), extra_env=environment) as running:
        yield running


@pytest.fixture(scope="module")
async def client(stack: LocalStack) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(stack.control_address) as connected:
        yield connected


async def outcomes(client: AsyncClient, job: Job) -> dict[str, tuple[str, str, str]]:
    return {o.subject.text: (o.fate.value, o.reason, o.detail) async for o in client.outcomes(job.id)}


def command(stack: LocalStack, *arguments: str, environment: dict[str, str]) -> str:
    """What the command line prints, run as users run it."""
    done = subprocess.run(
        [sys.executable, "-m", "seisbus.cli", "--address", stack.control_address, *arguments],
        env={**os.environ, **environment}, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout


async def test_a_toy_is_planned_accounted_for_and_retried(stack: LocalStack, client: AsyncClient) -> None:
    job = await client.submit(TOY)
    done = await client.wait(job.id)
    assert (done.state, done.kind) == ("completed", "toy")
    assert done.ledger.counts() == {"planned": 3, "saved": 2, "dead": 1, "missing": 0, "failed": 0, "cancelled": 0}
    assert done.notes == ("The toy has 3 words.",)
    assert await outcomes(client, job) == {
        "one": ("saved", "", "said one"),
        "late two": ("dead", "too_early", "late two comes later."),
        "three": ("saved", "", "said three"),
    }

    await client.retry(job.id, [Fate.DEAD], "too_early")
    again = await client.wait(job.id)
    assert (again.state, again.ledger.saved, again.ledger.planned) == ("completed", 3, 3)
    assert (await outcomes(client, job))["late two"] == ("saved", "", "said late two")

    text = command(stack, "jobs", environment=ALLOWED)
    assert "three words (a toy)" in text
    assert "late two: said late two" in command(stack, "show", job.id, environment=ALLOWED)
    # a command line without the package shows what it knows of every job
    plain = command(stack, "show", job.id, environment={})
    assert "planned 3 = saved 3" in plain
    assert "said" not in plain

    purge, _ = await client.purge([job.id])
    assert purge is not None
    assert (await client.wait(purge.id)).ledger.saved == 1
    with pytest.raises(ClientError, match="no job"):
        await client.job(job.id)


async def test_a_toy_is_cancelled_and_what_is_left_is_done_by_a_retry(stack: LocalStack, client: AsyncClient) -> None:
    await stack.hold("writer")
    job = await client.submit(TOY)

    async def planned() -> bool:
        return (await client.job(job.id)).ledger.planned == 3

    await eventually(planned)
    await client.cancel(job.id)
    cancelled = await client.wait(job.id)
    await stack.release("writer")
    assert (cancelled.state, cancelled.ledger.cancelled, cancelled.ledger.planned) == ("cancelled", 3, 3)
    await client.retry(job.id)
    done = await client.wait(job.id)
    assert (done.state, done.ledger.saved) == ("completed", 3)


@pytest.mark.parametrize(
    ("job", "sentence"),
    [
        ({"kind": "toy"}, "a job of kind toy needs the key toy"),
        ({"kind": "toy", "toy": {"words": []}}, "toy.words"),
        ({"kind": "toy", "toy": {"words": ["rude"]}}, "not a word for a toy"),
        ({"kind": "toy", "steps": ["demean"], "toy": {"words": ["a"]}}, "a job of kind toy takes no steps"),
        ({"kind": "game"}, f"kind: expected one of {', '.join(KINDS.all())}, toy"),
    ],
)
async def test_what_is_wrong_with_a_toy_is_said(client: AsyncClient, job: dict[str, object], sentence: str) -> None:
    with pytest.raises(ClientError, match=sentence):
        await client.submit(job)
