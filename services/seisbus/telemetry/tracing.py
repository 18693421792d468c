"""Follow one window through all services with OpenTelemetry spans; NATS headers carry the context (W3C traceparent).

It is off and costs nothing unless `configure` is called. It needs the extra `tracing`. Names and attributes follow
OpenTelemetry's semantic conventions for messaging.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from ..errors import UserError

_tracer: Any = None


def configure(endpoint: str, service: str) -> None:
    """Send spans of this process to an OTLP/HTTP collector; does nothing if `endpoint` is empty.

    UserError if the packages are not installed.
    """
    if not endpoint:
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise UserError("SEISBUS_TRACES_ENDPOINT needs OpenTelemetry: pip install 'seisbus[tracing]'.") from None
    use(service, BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)))


def use(service: str, processor: Any) -> None:
    """Give spans of this process to an OpenTelemetry span processor."""
    global _tracer
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider

    provider = TracerProvider(resource=Resource.create({"service.name": f"seisbus-{service}"}))
    provider.add_span_processor(processor)
    _tracer = provider.get_tracer("seisbus")


@contextmanager
def publishing(stream: str, headers: dict[str, str]) -> Iterator[None]:
    """A span around a publication; its context is added to `headers`."""
    if _tracer is None:
        yield
        return
    from opentelemetry.propagate import inject
    from opentelemetry.trace import SpanKind

    with _tracer.start_as_current_span(
        f"send {stream}", kind=SpanKind.PRODUCER, attributes=_attributes(stream, headers)
    ):
        inject(headers)
        yield


@contextmanager
def processing(stream: str, headers: Mapping[str, str]) -> Iterator[None]:
    """A span around the work on a message, a child of the publication's."""
    if _tracer is None:
        yield
        return
    from opentelemetry.propagate import extract
    from opentelemetry.trace import SpanKind

    with _tracer.start_as_current_span(
        f"process {stream}",
        context=extract(dict(headers)),
        kind=SpanKind.CONSUMER,
        attributes=_attributes(stream, headers),
    ):
        yield


def _attributes(stream: str, headers: Mapping[str, str]) -> dict[str, str]:
    return {
        "messaging.system": "nats",
        "messaging.destination.name": stream,
        "messaging.message.id": headers.get("Nats-Msg-Id", ""),
        "seis.job": headers.get("Seis-Job", ""),
        "seis.task": headers.get("Seis-Task", ""),
    }
