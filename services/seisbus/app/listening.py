"""Make a gRPC server from settings: port, limits, certificates, and the check of callers."""

from __future__ import annotations

import ssl
from collections.abc import Sequence
from typing import Any

import grpc
from grpc.aio import ServerInterceptor

from ..deadlines import KEEPALIVE_SECONDS
from ..errors import UserError
from ..security import SecretError, read_bytes
from ..settings import GrpcSettings
from .access import AccessInterceptor
from .tokens import TokenBook


def access_of(settings: GrpcSettings) -> AccessInterceptor:
    """The check of callers; SecretError if the tokens file cannot be used, UserError for tokens without TLS."""
    if settings.tokens_file is not None and settings.grpc_tls_cert_file is None:
        raise UserError(
            "SEISBUS_TOKENS_FILE without SEISBUS_GRPC_TLS_CERT_FILE: tokens would travel in the clear; set both."
        )
    book = None if settings.tokens_file is None else TokenBook(settings.tokens_file)
    return AccessInterceptor(book, streams_per_client=settings.streams_per_client)


def grpc_server(settings: GrpcSettings, interceptors: Sequence[ServerInterceptor]) -> grpc.aio.Server:
    """A server with this deployment's limits; the first interceptor sees a call first."""
    return grpc.aio.server(
        interceptors=interceptors,
        options=[
            ("grpc.max_receive_message_length", settings.request_bytes),
            # clients ping while a stream is silent; by default gRPC treats many pings as an attack
            ("grpc.http2.min_recv_ping_interval_without_data_ms", int(KEEPALIVE_SECONDS * 500)),
            ("grpc.http2.max_ping_strikes", 0),
        ],
    )


def listen(server: grpc.aio.Server, address: str, settings: GrpcSettings, variable: str, *, plain: bool = False) -> int:
    """Open a port (0 picks a free one), with TLS if a certificate is set; returns its number. UserError if it fails.

    `variable` is the setting that `address` comes from. With `plain`, TLS is never used.
    """
    credentials = None if plain else server_credentials(settings)
    try:
        if credentials is None:
            return int(server.add_insecure_port(address))
        return int(server.add_secure_port(address, credentials))
    except RuntimeError as error:
        raise UserError(
            f"{address} cannot be listened on ({error}); choose a free host:port for {variable}."
        ) from error


def server_credentials(settings: GrpcSettings) -> Any:
    """The certificate and key of this process, None when none is set; SecretError when they cannot be used."""
    cert, key = settings.grpc_tls_cert_file, settings.grpc_tls_key_file
    if cert is None:
        return None
    if key is None:
        raise UserError("SEISBUS_GRPC_TLS_CERT_FILE needs SEISBUS_GRPC_TLS_KEY_FILE, the key of the certificate.")
    variable = "SEISBUS_GRPC_TLS_CERT_FILE"
    chain, private = read_bytes(cert, variable), read_bytes(key, "SEISBUS_GRPC_TLS_KEY_FILE")
    try:
        # gRPC itself only says that the port cannot be bound
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(cert, key)
    except ssl.SSLError as error:
        raise SecretError(variable, cert, f"it and its key cannot be used ({error.reason}).") from None
    clients = settings.grpc_tls_client_ca_file
    roots = None if clients is None else read_bytes(clients, "SEISBUS_GRPC_TLS_CLIENT_CA_FILE")
    return grpc.ssl_server_credentials([(private, chain)], roots, require_client_auth=roots is not None)
