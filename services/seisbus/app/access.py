"""Check who may make a gRPC call, limit open streams, and write the audit log.

Without a tokens file everybody may do everything (a laptop). With one, only health is open to all. A method that is
missing in the table needs an operator.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from contextvars import ContextVar
from typing import Any, Final

import grpc
from grpc.aio import ServerInterceptor, ServicerContext

from .tokens import Caller, Role, TokenBook

_log = logging.getLogger("seisbus.audit")

_BEARER: Final = "Bearer "
# all methods of gRPC's standard services; None means open to all
_OF_GRPC: Final[dict[str, Role | None]] = {
    "grpc.health.v1.Health": None,
    "grpc.reflection.v1.ServerReflection": Role.READER,
    "grpc.reflection.v1alpha.ServerReflection": Role.READER,
}
_CONTROL: Final[dict[str, Role]] = {
    "SubmitJob": Role.SUBMITTER,
    "GetJob": Role.READER,
    "ListJobs": Role.READER,
    "WatchJob": Role.READER,
    "CancelJob": Role.SUBMITTER,
    "RetryJob": Role.SUBMITTER,
    "GetCaller": Role.READER,
    "ExplainJob": Role.READER,
    "GetAvailability": Role.READER,
    "PurgeJobs": Role.OPERATOR,
    "SyncIndex": Role.SUBMITTER,
    "ListArchives": Role.READER,
    "ListIndexKeys": Role.READER,
    "ListDayFiles": Role.READER,
    "ListEvents": Role.READER,
    "ListChannels": Role.READER,
    "ListOutcomes": Role.READER,
    "ListWaveforms": Role.READER,
    "GetDatum": Role.READER,
    "GetHistory": Role.READER,
    "StreamWaveforms": Role.READER,
    "ListLogs": Role.READER,
    "ListCemetery": Role.READER,
    "ListDatasets": Role.READER,
    "StreamDataset": Role.READER,
    "ListMisfits": Role.READER,
    "ListDeadLetters": Role.READER,
    "GetDeadLetter": Role.READER,
    "ReplayDeadLetter": Role.OPERATOR,
}
_WORKER: Final[dict[str, Role]] = {
    "GetStatus": Role.READER,
    "Pause": Role.OPERATOR,
    "Resume": Role.OPERATOR,
    "Drain": Role.OPERATOR,
}
ROLES: Final = {
    **{f"/seis.control.v1.ControlService/{method}": role for method, role in _CONTROL.items()},
    **{f"/seis.control.v1.WorkerService/{method}": role for method, role in _WORKER.items()},
}
# for calls without a known caller
ANYBODY: Final = Caller("anybody", Role.OPERATOR)
# the caller of the running call
CALLER: Final[ContextVar[Caller]] = ContextVar("CALLER", default=ANYBODY)


def needed_role(method: str) -> Role | None:
    """The lowest role that may call a method (by its full name); None if it is open to all."""
    service = method.split("/")[1] if method.startswith("/") else ""
    return _OF_GRPC[service] if service in _OF_GRPC else ROLES.get(method, Role.OPERATOR)


class AccessInterceptor(ServerInterceptor):
    """Refuses calls without a right to them and streams beyond the limit; logs every change and every refusal."""

    def __init__(self, book: TokenBook | None, *, streams_per_client: int) -> None:
        self._book = book
        self._most = streams_per_client
        self._open: Counter[str] = Counter()

    async def intercept_service(
        self,
        continuation: Callable[[grpc.HandlerCallDetails], Awaitable[grpc.RpcMethodHandler]],
        handler_call_details: grpc.HandlerCallDetails,
    ) -> grpc.RpcMethodHandler:
        """The handler of a call, with the check before it."""
        handler = await continuation(handler_call_details)
        method = handler_call_details.method
        needed = needed_role(method)
        if needed is None:
            return handler
        if handler is None:  # callers without a token cannot find out which methods exist
            return grpc.unary_unary_rpc_method_handler(self._guarded(_no_such_method, method, needed))
        coding = {
            "request_deserializer": handler.request_deserializer,
            "response_serializer": handler.response_serializer,
        }
        if handler.unary_unary is not None:
            return grpc.unary_unary_rpc_method_handler(self._guarded(handler.unary_unary, method, needed), **coding)
        if handler.unary_stream is not None:
            return grpc.unary_stream_rpc_method_handler(
                self._guarded_stream(handler.unary_stream, method, needed), **coding
            )
        return grpc.stream_stream_rpc_method_handler(
            self._guarded_stream(handler.stream_stream, method, needed), **coding
        )

    def _guarded(self, call: Callable[..., Any], method: str, needed: Role) -> Callable[..., Awaitable[Any]]:
        async def wrapped(request: Any, context: ServicerContext[Any, Any]) -> Any:
            caller = await self._admit(method, needed, context)
            if needed is not Role.READER and self._book is not None:
                _audit(logging.INFO, "allowed", caller.name, method, context)
            CALLER.set(caller)
            return await call(request, context)

        return wrapped

    def _guarded_stream(self, call: Callable[..., Any], method: str, needed: Role) -> Callable[..., AsyncIterator[Any]]:
        async def wrapped(request: Any, context: ServicerContext[Any, Any]) -> AsyncIterator[Any]:
            caller = await self._admit(method, needed, context)
            key = caller.name if self._book is not None else _host(context)
            if self._open[key] >= self._most:
                _audit(logging.WARNING, "refused: too many streams", caller.name, method, context)
                await context.abort(
                    grpc.StatusCode.RESOURCE_EXHAUSTED,
                    f"{caller.name} has {self._most} streams open, which is the limit; close one first.",
                )
            self._open[key] += 1
            try:
                async for response in call(request, context):
                    yield response
            finally:
                self._open[key] -= 1
                if not self._open[key]:
                    del self._open[key]

        return wrapped

    async def _admit(self, method: str, needed: Role, context: ServicerContext[Any, Any]) -> Caller:
        if self._book is None:
            return ANYBODY
        caller = self._caller(self._book, context)
        if caller is None:
            _audit(logging.WARNING, "refused: not authenticated", "-", method, context)
            await context.abort(
                grpc.StatusCode.UNAUTHENTICATED,
                "This deployment needs a valid token (--token-file, SEISBUS_TOKEN_FILE).",
            )
            raise AssertionError("abort returned")
        if caller.role < needed:
            role = f"{'an' if needed is Role.OPERATOR else 'a'} {needed.name.lower()}"
            _audit(logging.WARNING, f"refused: needs {needed.name.lower()}", caller.name, method, context)
            await context.abort(
                grpc.StatusCode.PERMISSION_DENIED,
                f"{caller.name} is a {caller.role.name.lower()}; this call needs {role}.",
            )
        return caller

    @staticmethod
    def _caller(book: TokenBook, context: ServicerContext[Any, Any]) -> Caller | None:
        metadata = {str(key): value for key, value in context.invocation_metadata() or ()}
        header = metadata.get("authorization", "")
        if isinstance(header, str) and header.startswith(_BEARER):
            return book.by_token(header[len(_BEARER) :])
        names = context.auth_context().get("x509_common_name", ())
        return book.by_certificate(names[0].decode("utf-8", "replace")) if names else None


async def _no_such_method(_: Any, context: ServicerContext[Any, Any]) -> None:
    await context.abort(grpc.StatusCode.UNIMPLEMENTED, "There is no such method.")


def _audit(level: int, decision: str, caller: str, method: str, context: ServicerContext[Any, Any]) -> None:
    _log.log(level, "%s %s %s from %s", decision, caller, method.rpartition("/")[2], context.peer())


def _host(context: ServicerContext[Any, Any]) -> str:
    """The peer without its port."""
    return str(context.peer()).rpartition(":")[0]
