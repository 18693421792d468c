"""Settings of every process, from the environment (prefix SEISBUS_), read once and frozen."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from .errors import UserError


class Settings(BaseSettings):
    """What a Seisbus process must know; every field is the variable SEISBUS_<NAME>."""

    model_config = SettingsConfigDict(env_prefix="SEISBUS_", frozen=True, extra="ignore")

    nats_url: str = "nats://127.0.0.1:4222"
    mongodb_uri: str = "mongodb://127.0.0.1:27017"
    database: str = "seisbus"
    control_address: str = "127.0.0.1:50051"
    health_address: str = "127.0.0.1:0"
    output_root: Path = Path("output")
    # The only folder that synthetics are read from; none are when it is not set.
    input_root: Path | None = None
    archives_file: Path | None = None
    archive_local_endpoint: str = Field(default="", pattern="^(https?://.+)?$")
    log_level: str = "INFO"
    log_format: str = Field(default="text", pattern="^(text|json)$")

    # Messages a service works on at once: CPU stages gain nothing beyond the cores, I/O stages do.
    concurrency: int = Field(default=0, ge=0)
    # Bytes of messages in memory of one service: 8 of the largest inline messages.
    bytes_in_flight: int = Field(default=64_000_000, gt=0)
    # A delivery that is neither acknowledged nor in progress for so long goes to another replica.
    ack_wait_seconds: float = Field(default=30.0, gt=0)
    # Deliveries before a message is dead-lettered.
    max_deliver: int = Field(default=10, gt=0)
    # Unfinished tasks of one job on the bus (K of the flow rules).
    open_tasks: int = Field(default=256, gt=0)
    # How long a draining service lets running work end.
    drain_seconds: float = Field(default=20.0, gt=0)
    # Lease of the reconciler, and how often it looks.
    lease_seconds: float = Field(default=15.0, gt=0)
    reconcile_seconds: float = Field(default=2.0, gt=0)
    # JetStream's file store, of which the streams take 78 %, and copies of each stream in a cluster.
    jetstream_bytes: int = Field(default=8_000_000_000, gt=0)
    stream_replicas: int = Field(default=1, ge=1, le=5)
    # Bytes after which the writer begins a new waveform file.
    file_bytes: int = Field(default=2_000_000_000, gt=0)

    # The bucket that waveform files and datasets go to (s3://bucket/prefix), instead of to the output folder; a store
    # other than Amazon's by its URL. Credentials are where AWS's own tools look for them.
    sink: str = ""
    sink_endpoint: str = ""
    sink_region: str = ""
    # How old an object that no document names must be to be deleted, and how often such are looked for.
    sink_orphan_seconds: float = Field(default=86_400.0, gt=0)
    sink_clean_seconds: float = Field(default=3_600.0, gt=0)

    # Who this process is to NATS and MongoDB. Secrets stand in files (mounted secrets), never in variables.
    nats_user: str = ""
    nats_password_file: Path | None = None
    nats_nkey_file: Path | None = None
    nats_credentials_file: Path | None = None
    nats_tls_ca_file: Path | None = None
    nats_tls_cert_file: Path | None = None
    nats_tls_key_file: Path | None = None
    mongodb_user: str = ""
    mongodb_password_file: Path | None = None
    mongodb_tls_ca_file: Path | None = None
    mongodb_tls_cert_key_file: Path | None = None
    # Folder with a file {service}.password each: `python -m seisbus.admin.topology` makes these users of MongoDB.
    mongodb_users_folder: Path | None = None

    # The certificate of the gRPC ports (control and health), and of whom client certificates are demanded.
    grpc_tls_cert_file: Path | None = None
    grpc_tls_key_file: Path | None = None
    grpc_tls_client_ca_file: Path | None = None
    # Whose signature the certificate bears: for the probe of the container itself.
    grpc_tls_ca_file: Path | None = None
    # The probes of Kubernetes speak no TLS: then the health port answers nothing but health, without it.
    health_plaintext: bool = False
    # Who may call (see app.access); without it everybody may do everything.
    tokens_file: Path | None = None
    # Largest request; a job text is at most 4 MB and needs room for its envelope.
    request_bytes: int = Field(default=8_000_000, ge=100_000)
    # Streams (watching, reading waveforms) that one caller may hold open at once.
    streams_per_client: int = Field(default=32, gt=0)
    # Windows that one job may ask for; 0 is any number.
    job_windows: int = Field(default=0, ge=0)
    # Steps of other installed packages that jobs may name, separated by commas.
    user_steps: str = ""
    # Job kinds of other installed packages, separated by commas.
    job_kinds: str = ""

    # Where Prometheus reads metrics (host:port); nowhere when empty.
    metrics_address: str = ""
    # Where traces go (an OTLP/HTTP collector's URL); nowhere when empty. Needs the extra `tracing`.
    traces_endpoint: str = ""


def load_settings() -> Settings:
    """Settings of this process; UserError naming the variable when one is wrong."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        name = "SEISBUS_" + "_".join(str(part) for part in first["loc"]).upper()
        raise UserError(f"Environment variable {name}: {first['msg']} (found {first['input']!r}).") from None
