"""Send a token with every call, as metadata that an interceptor adds.

This does not use gRPC's own call credentials. They are a plugin, and a channel that is closed while gRPC destroys its
plugin can wait for ever (grpc/grpc#42247). The caller must make sure that the channel uses TLS.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from grpc.aio import (
    ClientCallDetails,
    ClientInterceptor,
    Metadata,
    StreamStreamClientInterceptor,
    StreamUnaryClientInterceptor,
    UnaryStreamClientInterceptor,
    UnaryUnaryClientInterceptor,
)

from ..security import SecretError, read_secret

# characters that may follow "Bearer" in a header (RFC 6750, 2.1)
_TOKEN: Final = re.compile(r"[A-Za-z0-9._~+/-]+=*")


def bearer(token_file: Path, variable: str) -> Sequence[ClientInterceptor]:
    """Interceptors that send the token in this file (named by the setting `variable`) with calls of all four kinds.

    SecretError if the file has no token.
    """
    token = read_secret(token_file, variable)
    if not is_token(token):
        raise SecretError(variable, token_file, "it must hold exactly one token, which is one word in ASCII.")
    return bearer_of(token)


def is_token(text: str) -> bool:
    """Whether a text can be a token."""
    return _TOKEN.fullmatch(text) is not None


def bearer_of(token: str) -> Sequence[ClientInterceptor]:
    """Interceptors that send this token."""
    # gRPC uses each object for one kind of calls only
    return tuple(kind(f"Bearer {token}") for kind in (_UnaryUnary, _UnaryStream, _StreamUnary, _StreamStream))


class _Bearer:
    def __init__(self, value: str) -> None:
        self._value = value

    def _with_token(self, details: Any) -> Any:
        metadata = Metadata(*(details.metadata or ()), ("authorization", self._value))
        return ClientCallDetails(details.method, details.timeout, metadata, details.credentials, details.wait_for_ready)


class _UnaryUnary(_Bearer, UnaryUnaryClientInterceptor):
    async def intercept_unary_unary(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await continuation(self._with_token(client_call_details), request)


class _UnaryStream(_Bearer, UnaryStreamClientInterceptor):
    async def intercept_unary_stream(self, continuation: Any, client_call_details: Any, request: Any) -> Any:
        return await continuation(self._with_token(client_call_details), request)


class _StreamUnary(_Bearer, StreamUnaryClientInterceptor):
    async def intercept_stream_unary(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:
        return await continuation(self._with_token(client_call_details), request_iterator)


class _StreamStream(_Bearer, StreamStreamClientInterceptor):
    async def intercept_stream_stream(self, continuation: Any, client_call_details: Any, request_iterator: Any) -> Any:
        return await continuation(self._with_token(client_call_details), request_iterator)
