"""Errors as gRPC status codes with one sentence; no traceback ever leaves the process."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NoReturn

import grpc
from grpc.aio import AbortError, ServerInterceptor, ServicerContext

from ..archive.definition import UnknownArchiveError
from ..deadlines import CONTROL_EARLIER_SECONDS, CONTROL_KNOWN_SECONDS, CONTROL_LONG_SECONDS, CONTROL_SECONDS
from ..errors import NotFoundError, SeisbusError, StateError, UnavailableError, UserError
from ..store.client import budget
from .context import CallContext

_log = logging.getLogger(__name__)

# the first matching class decides
_CODES: tuple[tuple[type[SeisbusError], grpc.StatusCode], ...] = (
    (NotFoundError, grpc.StatusCode.NOT_FOUND),
    (UnknownArchiveError, grpc.StatusCode.NOT_FOUND),
    (StateError, grpc.StatusCode.FAILED_PRECONDITION),
    (UserError, grpc.StatusCode.INVALID_ARGUMENT),
    (UnavailableError, grpc.StatusCode.UNAVAILABLE),
    (SeisbusError, grpc.StatusCode.INTERNAL),
)


def status_of(error: Exception) -> tuple[grpc.StatusCode, str]:
    """Code and sentence for a client."""
    for kind, code in _CODES:
        if isinstance(error, kind):
            return code, error.message
    return (
        grpc.StatusCode.INTERNAL,
        f"Control met an unexpected {type(error).__name__}; its log has the details.",
    )


# Calls whose work grows with a job, or that read an archive. All others read a few documents.
_LONG = frozenset(
    {"SubmitJob", "PurgeJobs", "GetAvailability", "ListOutcomes", "ListWaveforms", "ListEvents", "ListChannels"}
    | {"ListDayFiles", "ListIndexKeys", "ListLogs", "ListCemetery", "ListDatasets", "ListMisfits"}
)
# The least time that a call gets, even if its deadline is near.
_LEAST_SECONDS = 0.5
# Calls that need no server, because control knows the answer.
_KNOWN = frozenset({"ListArchives"})


class StatusInterceptor(ServerInterceptor):
    """Wraps every call, so that it ends in time and its errors become a status."""

    def __init__(self, context: CallContext) -> None:
        self._context = context

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        """The handler of the call with errors translated."""
        handler = await continuation(handler_call_details)
        if handler is None:
            return None
        coding = {
            "request_deserializer": handler.request_deserializer,
            "response_serializer": handler.response_serializer,
        }
        if handler.unary_unary is not None:
            return grpc.unary_unary_rpc_method_handler(
                self._one(handler.unary_unary, handler_call_details.method), **coding
            )
        # only the watch of health and reflection come without an async generator; they raise no errors of ours
        if handler.unary_stream is not None and handler_call_details.method.startswith("/seis."):
            return grpc.unary_stream_rpc_method_handler(self._many(handler.unary_stream), **coding)
        return handler

    def _one(self, call: Callable[[Any, Any], Awaitable[Any]], method: str) -> Callable[[Any, Any], Awaitable[Any]]:
        name = method.rpartition("/")[2]
        ours = method.startswith("/seis.") and name not in _KNOWN
        longest = CONTROL_LONG_SECONDS if name in _LONG else CONTROL_SECONDS

        async def wrapped(request: Any, context: ServicerContext[Any, Any]) -> Any:
            left = context.time_remaining()  # the caller's own deadline; our sentence says more than the client's
            most = longest if left is None else min(longest, max(_LEAST_SECONDS, left - CONTROL_EARLIER_SECONDS))
            began, seconds = time.monotonic(), most
            try:
                if not ours:
                    return await call(request, context)
                if name in _LONG:
                    await self._context.store.look()
                if self._context.hops.sentence("MongoDB"):
                    seconds = min(most, CONTROL_KNOWN_SECONDS)
                # the outer limit is for everything but the database, whose own sentence comes first
                async with asyncio.timeout(seconds + 0.5):
                    with budget(seconds):
                        return await call(request, context)
            except (AbortError, asyncio.CancelledError):
                raise
            except TimeoutError:
                sentence = self._context.hops.sentence() or f"Control did not finish this within {seconds:.0f} s."
                await _abort(context, UnavailableError("control", sentence), final=True)
            except Exception as error:
                final = time.monotonic() - began > CONTROL_KNOWN_SECONDS - 0.5
                await _abort(context, self._known(error), final=final)

        return wrapped

    def _many(self, call: Callable[[Any, Any], AsyncIterator[Any]]) -> Callable[[Any, Any], AsyncIterator[Any]]:
        async def wrapped(request: Any, context: ServicerContext[Any, Any]) -> AsyncIterator[Any]:
            try:
                await self._context.store.look()
                async for response in call(request, context):
                    yield response
            except (AbortError, asyncio.CancelledError):
                raise
            except Exception as error:
                await _abort(context, self._known(error), final=True)

        return wrapped

    def _known(self, error: Exception) -> Exception:
        """The sentence, with the time since when and what was tried, if that is known of the hop."""
        if isinstance(error, UnavailableError) and (sentence := self._context.hops.sentence(error.hop)):
            return UnavailableError(error.hop, sentence)
        return error


async def _abort(context: ServicerContext[Any, Any], error: Exception, *, final: bool = False) -> NoReturn:
    """`final`: enough time was spent. The client library would repeat the call, which helps in a quick restart, but
    here would only delay the sentence for the user."""
    code, sentence = status_of(error)
    if code is grpc.StatusCode.INTERNAL:
        _log.error("a call failed", exc_info=error)
    # tells the client that control itself sent this UNAVAILABLE, and that the connection works
    metadata = [("seisbus-status", code.name.lower())]
    if final:  # in gRPC this means "do not repeat this call yourself" (proposal A6)
        metadata.append(("grpc-retry-pushback-ms", "-1"))
    await context.abort(code, sentence, trailing_metadata=tuple(metadata))
    raise AssertionError("abort returned")
