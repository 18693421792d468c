"""Errors as gRPC status codes with one sentence; no traceback ever leaves the process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, NoReturn

import grpc
from grpc.aio import AbortError, ServerInterceptor, ServicerContext

from ..archive.errors import UnknownArchiveError
from ..errors import NotFoundError, SeisbusError, StateError, UnavailableError, UserError

_log = logging.getLogger(__name__)

# the first class that fits decides
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


class StatusInterceptor(ServerInterceptor):
    """Wraps every call so that what it raises ends as a status."""

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
            return grpc.unary_unary_rpc_method_handler(_one(handler.unary_unary), **coding)
        # Watching health and reflection are the only bodies without an async generator; they raise nothing of ours.
        if handler.unary_stream is not None and handler_call_details.method.startswith("/seis."):
            return grpc.unary_stream_rpc_method_handler(_many(handler.unary_stream), **coding)
        return handler


async def _abort(context: ServicerContext[Any, Any], error: Exception) -> NoReturn:
    code, sentence = status_of(error)
    if code is grpc.StatusCode.INTERNAL:
        _log.error("a call failed", exc_info=error)
    # tells the client that this UNAVAILABLE is control's own word and not a connection that failed
    await context.abort(code, sentence, trailing_metadata=(("seisbus-status", code.name.lower()),))
    raise AssertionError("abort returned")


def _one(call: Callable[[Any, Any], Awaitable[Any]]) -> Callable[[Any, Any], Awaitable[Any]]:
    async def wrapped(request: Any, context: ServicerContext[Any, Any]) -> Any:
        try:
            return await call(request, context)
        except (AbortError, asyncio.CancelledError):
            raise
        except Exception as error:
            await _abort(context, error)

    return wrapped


def _many(call: Callable[[Any, Any], AsyncIterator[Any]]) -> Callable[[Any, Any], AsyncIterator[Any]]:
    async def wrapped(request: Any, context: ServicerContext[Any, Any]) -> AsyncIterator[Any]:
        try:
            async for response in call(request, context):
                yield response
        except (AbortError, asyncio.CancelledError):
            raise
        except Exception as error:
            await _abort(context, error)

    return wrapped
