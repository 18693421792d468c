"""Metrics are scraped from a port, lines of the log name job and task, a trace goes through NATS headers."""

from __future__ import annotations

import asyncio
import json
import logging
import urllib.request

import pytest
from prometheus_client import REGISTRY

from seisbus.errors import UserError
from seisbus.local.ports import free_port
from seisbus.settings import LogSettings
from seisbus.telemetry import tracing
from seisbus.telemetry.current_work import current_work, working_for
from seisbus.telemetry.logs import configure_logging
from seisbus.telemetry.metrics import StageMeter, TaskEnd, serve_metrics


def sample(name: str, **labels: str) -> float:
    """The value of a metric now, 0 before it was first touched."""
    return REGISTRY.get_sample_value(name, labels) or 0.0


def test_a_message_is_counted_in_and_out() -> None:
    meter = StageMeter("test-stage")
    meter.taken(1, 500, redelivered=False)
    meter.taken(2, 700, redelivered=True)
    assert sample("seis_tasks_in_progress", stage="test-stage") == 2
    assert sample("seis_bytes_in_flight", stage="test-stage") == 1200
    meter.opened(500, claim=False)
    meter.left(1, 500, TaskEnd.DONE)
    meter.left(2, 700, TaskEnd.DEAD_LETTER)
    assert sample("seis_tasks_in_progress", stage="test-stage") == 0
    assert sample("seis_bytes_in_flight", stage="test-stage") == 0
    assert sample("seis_tasks_total", stage="test-stage", outcome="done") == 1
    assert sample("seis_tasks_total", stage="test-stage", outcome="dead_letter") == 1
    assert sample("seis_task_redeliveries_total", stage="test-stage") == 1
    assert sample("seis_payload_bytes_total", stage="test-stage", location="inline") == 500
    assert sample("seis_task_duration_seconds_count", stage="test-stage") == 2


def test_metrics_are_served_and_a_taken_port_is_a_users_mistake() -> None:
    StageMeter("served").holding(True)
    address = f"127.0.0.1:{free_port()}"
    serve_metrics(address)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(f"http://{address}/metrics", timeout=5) as response:
        assert 'seis_stage_holding{stage="served"} 1.0' in response.read().decode()
    with pytest.raises(UserError, match="cannot be listened on"):
        serve_metrics(address)


async def test_a_line_of_the_log_names_the_work_it_is_about(capsys: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        configure_logging(LogSettings(log_format="json"))

        async def message(task: str) -> None:
            working_for("j1", task, 2)
            await asyncio.sleep(0)  # the other one runs meanwhile
            logging.getLogger("test").info("about %s", task)

        await asyncio.gather(asyncio.create_task(message("j1.0.0")), asyncio.create_task(message("j1.0.1")))
        logging.getLogger("test").info("about nothing")
    finally:
        root.handlers[:] = handlers
        root.setLevel(level)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["job"], line["task"], line["attempt"]) for line in lines[:2]] == [
        ("j1", "j1.0.0", 2),
        ("j1", "j1.0.1", 2),
    ]
    assert "job" not in lines[2]
    assert current_work() is None


def test_a_trace_goes_from_publication_to_work(monkeypatch: pytest.MonkeyPatch) -> None:
    export = pytest.importorskip("opentelemetry.sdk.trace.export", reason="the extra `tracing` is not installed")
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    monkeypatch.setattr(tracing, "_tracer", None)
    exporter = memory.InMemorySpanExporter()
    headers = {"Seis-Job": "j1", "Seis-Task": "j1.0.0", "Nats-Msg-Id": "m"}
    with tracing.publishing("SEIS_FETCH", headers):
        assert "traceparent" not in headers  # off until it is configured
    tracing.use("test", export.SimpleSpanProcessor(exporter))
    with tracing.publishing("SEIS_FETCH", headers):
        pass
    with tracing.processing("SEIS_FETCH", headers), tracing.publishing("SEIS_WINDOW", dict(headers)):
        pass
    sent, forwarded, worked = exporter.get_finished_spans()
    assert (sent.name, worked.name, forwarded.name) == ("send SEIS_FETCH", "process SEIS_FETCH", "send SEIS_WINDOW")
    assert worked.parent.span_id == sent.context.span_id
    assert forwarded.context.trace_id == sent.context.trace_id
    assert worked.attributes["seis.task"] == "j1.0.0"
