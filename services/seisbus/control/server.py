"""The gRPC server of the control plane: the service, health and reflection on one port."""

from __future__ import annotations

from typing import Final

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection

from seis.control.v1 import control_pb2, control_pb2_grpc

from ..app.listening import access_of, grpc_server, listen
from ..settings import GrpcSettings
from .context import CallContext
from .data_calls import DataCalls
from .job_calls import JobCalls
from .status import StatusInterceptor

SERVICE: Final = control_pb2.DESCRIPTOR.services_by_name["ControlService"].full_name
_GRACE_SECONDS: Final = 3.0


class ControlServicer(JobCalls, DataCalls, control_pb2_grpc.ControlServiceServicer):
    """All calls of ControlService."""

    def __init__(self, context: CallContext) -> None:
        self.context = context


class ControlServer:
    """A listening server; made by `start`, ended by `stop`."""

    def __init__(self, server: grpc.aio.Server, checks: health.aio.HealthServicer, port: int) -> None:
        self._server = server
        self._checks = checks
        self.port = port

    @classmethod
    async def start(cls, context: CallContext, address: str, settings: GrpcSettings | None = None) -> ControlServer:
        """Listen on `address` (host:port, port 0 is any free one) as `settings` say.

        Raises UserError when the address cannot be bound, SecretError when certificate or tokens cannot be used.
        """
        settings = settings or GrpcSettings()
        server = grpc_server(settings, [access_of(settings), StatusInterceptor(context)])
        checks = health.aio.HealthServicer()
        control_pb2_grpc.add_ControlServiceServicer_to_server(ControlServicer(context), server)
        health_pb2_grpc.add_HealthServicer_to_server(checks, server)
        reflection.enable_server_reflection((SERVICE, health.SERVICE_NAME, reflection.SERVICE_NAME), server)
        port = listen(server, address, settings, "SEISBUS_CONTROL_ADDRESS")
        await server.start()
        for name in ("", SERVICE):
            await checks.set(name, health_pb2.HealthCheckResponse.SERVING)
        return cls(server, checks, port)

    async def stop(self) -> None:
        """Tell health checks first, let running calls end, close."""
        await self._checks.enter_graceful_shutdown()
        await self._server.stop(_GRACE_SECONDS)
