"""The gRPC server of the control plane: the service, health and reflection on one port."""

from __future__ import annotations

from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection
from seis.control.v1 import control_pb2, control_pb2_grpc

from ..errors import UserError
from .context import Context
from .data_calls import DataCalls
from .job_calls import JobCalls
from .status import StatusInterceptor

SERVICE: Final = control_pb2.DESCRIPTOR.services_by_name["ControlService"].full_name
# A job text is at most 4 MB; gRPC's default of 4 MB leaves no room for its envelope.
_RECEIVE_BYTES: Final = 8_000_000
_GRACE_SECONDS: Final = 3.0


class ControlServicer(JobCalls, DataCalls, control_pb2_grpc.ControlServiceServicer):
    """All calls of ControlService."""

    def __init__(self, context: Context) -> None:
        self.context = context


class ControlServer:
    """A listening server; made by `start`, ended by `stop`."""

    def __init__(self, server: grpc.aio.Server, checks: health.aio.HealthServicer, port: int) -> None:
        self._server = server
        self._checks = checks
        self.port = port

    @classmethod
    async def start(cls, context: Context, address: str) -> ControlServer:
        """Listen on `address` (host:port, port 0 is any free one); UserError when it cannot be bound."""
        server = grpc.aio.server(
            interceptors=[StatusInterceptor()], options=[("grpc.max_receive_message_length", _RECEIVE_BYTES)]
        )
        checks = health.aio.HealthServicer()
        control_pb2_grpc.add_ControlServiceServicer_to_server(ControlServicer(context), server)
        health_pb2_grpc.add_HealthServicer_to_server(checks, server)
        reflection.enable_server_reflection((SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
        try:
            port = server.add_insecure_port(address)
        except RuntimeError as error:
            raise UserError(
                f"Control cannot listen on {address}: choose a free host:port for SEISBUS_CONTROL_ADDRESS."
            ) from error
        await server.start()
        for name in ("", SERVICE):
            await checks.set(name, health_pb2.HealthCheckResponse.SERVING)
        return cls(server, checks, port)

    async def stop(self) -> None:
        """Tell health checks first, let running calls end, close."""
        await self._checks.enter_graceful_shutdown()
        await self._server.stop(_GRACE_SECONDS)
