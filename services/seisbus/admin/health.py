"""`python -m seisbus.admin.health`: is the service in this container taking work? The HEALTHCHECK of the images.

Exit code 0 when it is, 1 otherwise. Asks SEISBUS_HEALTH_ADDRESS of the container's own environment.
"""

from __future__ import annotations

import sys

from ..extras import program

with program("services"):
    import grpc
    from grpc_health.v1 import health_pb2, health_pb2_grpc

    from ..security import read_bytes
    from ..settings import ProbeSettings, load_settings

_SECONDS = 3.0


def serving(settings: ProbeSettings, target: str) -> bool:
    """Whether the health service at `target` (host:port) says SERVING within three seconds.

    With TLS the certificate must name `localhost`; it is checked by its authority or by itself.
    """
    options = [("grpc.ssl_target_name_override", "localhost"), ("grpc.enable_http_proxy", 0)]
    cert, key, ca = settings.grpc_tls_cert_file, settings.grpc_tls_key_file, settings.grpc_tls_ca_file
    if cert is None or key is None or settings.health_plaintext:
        channel = grpc.insecure_channel(target, options=options)
    else:
        # needed if the server requires client certificates
        chain, private = (read_bytes(path, "SEISBUS_GRPC_TLS_CERT_FILE") for path in (cert, key))
        roots = read_bytes(ca or cert, "SEISBUS_GRPC_TLS_CA_FILE")
        channel = grpc.secure_channel(target, grpc.ssl_channel_credentials(roots, private, chain), options=options)
    with channel:
        try:
            answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(), timeout=_SECONDS)
        except grpc.RpcError:
            return False
    return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)


def main() -> int:
    """The exit code."""
    settings = load_settings(ProbeSettings)
    port = settings.health_address.rpartition(":")[2]
    return 0 if serving(settings, f"127.0.0.1:{port}") else 1


if __name__ == "__main__":
    sys.exit(main())
