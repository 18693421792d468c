"""One gRPC connection to control: it repeats calls that may be repeated, raises errors as `ClientError`, and gives all
pages as one stream."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import contextmanager
from typing import Any, Final

import grpc

from seis.control.v1 import control_pb2, control_pb2_grpc

from ..deadlines import (
    CALL_SECONDS,
    GRPC_CONNECT_SECONDS,
    KEEPALIVE_ANSWER_SECONDS,
    KEEPALIVE_SECONDS,
    LONG_CALL_SECONDS,
)
from ..errors import ClientError, Failure, UnreachableError
from ..running import Place
from .transport import Transport

_USER_CODES: Final = frozenset(
    {
        grpc.StatusCode.INVALID_ARGUMENT,
        grpc.StatusCode.NOT_FOUND,
        grpc.StatusCode.FAILED_PRECONDITION,
        grpc.StatusCode.ALREADY_EXISTS,
        grpc.StatusCode.OUT_OF_RANGE,
        grpc.StatusCode.UNAUTHENTICATED,
        grpc.StatusCode.PERMISSION_DENIED,
    }
)
# Every call may be repeated, because submissions have a request id. Five tries take two or three seconds, long enough
# for a quick restart of control.
_SERVICE_CONFIG: Final = {
    "methodConfig": [
        {
            "name": [{"service": "seis.control.v1.ControlService"}],
            "retryPolicy": {
                "maxAttempts": 5,  # the largest number that gRPC allows
                "initialBackoff": "0.3s",
                "maxBackoff": "1.5s",
                "backoffMultiplier": 2,
                "retryableStatusCodes": ["UNAVAILABLE"],
            },
        }
    ]
}
# By default gRPC waits up to two minutes between two connections, but a restart of control takes seconds.
_RECONNECT_MS: Final = 2000
# The availability of a long job is one message; a row needs about 60 bytes.
_RECEIVE_BYTES: Final = 256_000_000


# Calls about one job or a page of jobs. All other calls may take long, so control is first asked whether it is there.
_QUICK: Final = frozenset(
    {"GetJob", "ListJobs", "CancelJob", "RetryJob", "ExplainJob", "SyncIndex", "ListArchives", "ListDeadLetters"}
    | {"GetDeadLetter", "ReplayDeadLetter", "GetCaller"}
)
# If the last answer is younger than this, control is there.
_FRESH_SECONDS: Final = 2.0


class Connection:
    """A channel to a place and its stub; `close` ends it. `patience`: seconds that are left for the first answer."""

    def __init__(self, place: Place, transport: Transport, patience: Callable[[], float] | None = None) -> None:
        self.place = place
        self._patience = patience
        self._channel = transport.channel(
            place.address,
            options=[
                ("grpc.service_config", json.dumps(_SERVICE_CONFIG)),
                ("grpc.max_receive_message_length", _RECEIVE_BYTES),
                ("grpc.max_send_message_length", -1),
                ("grpc.max_reconnect_backoff_ms", _RECONNECT_MS),
                ("grpc.min_reconnect_backoff_ms", int(GRPC_CONNECT_SECONDS * 1000)),
                ("grpc.keepalive_time_ms", int(KEEPALIVE_SECONDS * 1000)),
                ("grpc.keepalive_timeout_ms", int(KEEPALIVE_ANSWER_SECONDS * 1000)),
                # otherwise a ping that measures the line could delay this sign of life for a minute
                ("grpc.http2.ping_timeout_ms", int(KEEPALIVE_ANSWER_SECONDS * 1000)),
                ("grpc.http2.max_pings_without_data", 0),
            ],
        )
        self._answered = float("-inf")
        self.stub: Any = control_pb2_grpc.ControlServiceStub(self._channel)

    @property
    def has_answered(self) -> bool:
        """Whether control has ever answered on this connection."""
        return self._answered > float("-inf")

    async def close(self) -> None:
        """End the connection."""
        await self._channel.close()

    async def call(self, method: str, request: Any) -> Any:
        """The response of a call; ClientError or UnreachableError."""
        quick = method in _QUICK
        if not quick:
            await self._there()
        seconds = CALL_SECONDS if quick else LONG_CALL_SECONDS
        if quick and self._patience is not None and not self.has_answered:
            seconds = min(seconds, self._patience())
        with self._translated(seconds):
            response = await getattr(self.stub, method)(request, timeout=seconds)
        self._answered = time.monotonic()
        return response

    async def _there(self) -> None:
        """Ask control for something that it knows without any server, unless it has just answered."""
        if time.monotonic() - self._answered > _FRESH_SECONDS:
            await self.call("ListArchives", control_pb2.ListArchivesRequest())

    async def stream(self, method: str, request: Any) -> AsyncIterator[Any]:
        """The responses of a streaming call; a caller that stops early cancels it."""
        await self._there()
        call = getattr(self.stub, method)(request)
        try:
            with self._translated():
                async for response in call:
                    self._answered = time.monotonic()
                    yield response
        finally:
            call.cancel()

    async def responses(self, method: str, request: Any) -> AsyncIterator[Any]:
        """All pages of a paged call."""
        while True:
            response = await self.call(method, request)
            yield response
            if not response.next_page_token:
                return
            request.page_token = response.next_page_token

    async def pages(self, method: str, request: Any, items: Callable[[Any], Any]) -> AsyncIterator[Any]:
        """All items of a paged call, page by page."""
        async for response in self.responses(method, request):
            for item in items(response):
                yield item

    @contextmanager
    def _translated(self, seconds: float = 0.0) -> Any:
        try:
            yield
        except grpc.aio.AioRpcError as error:
            code = error.code()
            said = dict(error.trailing_metadata() or ()).get("seisbus-status")
            if code is grpc.StatusCode.DEADLINE_EXCEEDED:
                raise UnreachableError(self.place.address, f"it did not answer within {seconds:.0f} s") from None
            if code is grpc.StatusCode.UNAVAILABLE and said is None:
                problem = _transport_problem(error.details() or "")
                raise UnreachableError(self.place.address, problem, self.place.why) from None
            failure = Failure.USER if code in _USER_CODES else Failure.SERVICE
            raise ClientError(error.details() or code.name, code.name, failure) from None


def _transport_problem(details: str) -> str:
    """What is wrong with a connection that failed although something answered; "" if nothing answered."""
    lowered = details.lower()
    if "certificate" in lowered or "ssl" in lowered or "handshake" in lowered:
        return "its certificate is not accepted, or it speaks no TLS: check --tls-ca (SEISBUS_TLS_CA)"
    if "socket closed" in lowered or "settings frame" in lowered or "connection reset" in lowered:
        return "it closes the connection, as a TLS port does to plain text: give --tls-ca (SEISBUS_TLS_CA)"
    if "keepalive" in lowered or "ping" in lowered:
        return "it has stopped answering"
    return ""
