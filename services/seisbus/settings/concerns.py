"""Settings by concern, each for one task of a process. The settings of a service are composed of these.

Every field is the environment variable SEISBUS_<NAME>. Its description is the row of docs/reference/settings.md.
"""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class FromEnvironment(BaseSettings):
    """Read once, and frozen. Variables of other processes are ignored, because deployments share one environment."""

    model_config = SettingsConfigDict(env_prefix="SEISBUS_", frozen=True, extra="ignore")


class LogSettings(FromEnvironment):
    """How a process logs."""

    log_level: str = Field(default="INFO", description="Least level of what is logged: DEBUG, INFO, WARNING or ERROR.")
    log_format: str = Field(default="text", pattern="^(text|json)$", description="text for people, or json.")


class NatsSettings(FromEnvironment):
    """Address of NATS and the login of this process. Secrets are in files (mounted secrets), never in variables."""

    nats_url: str = Field(default="nats://127.0.0.1:4222", description="URL of NATS, or several with commas between.")
    nats_user: str = Field(default="", description="User of NATS; it has an inbox of its own.")
    nats_password_file: Path | None = Field(default=None, description="File with the password of that user.")
    nats_nkey_file: Path | None = Field(default=None, description="File with an nkey seed, instead of a password.")
    nats_credentials_file: Path | None = Field(default=None, description="File with a JWT and its seed, instead.")
    nats_tls_ca_file: Path | None = Field(default=None, description="Authority that checks NATS's certificate.")
    nats_tls_cert_file: Path | None = Field(default=None, description="Certificate shown to NATS.")
    nats_tls_key_file: Path | None = Field(default=None, description="Key of that certificate.")


class MongodbSettings(FromEnvironment):
    """Address of MongoDB and the login of this process."""

    mongodb_uri: str = Field(default="mongodb://127.0.0.1:27017", description="URI of MongoDB.")
    database: str = Field(default="seisbus", description="Name of the database.")
    mongodb_user: str = Field(default="", description="User of MongoDB.")
    mongodb_password_file: Path | None = Field(default=None, description="File with the password of that user.")
    mongodb_tls_ca_file: Path | None = Field(default=None, description="Authority that checks MongoDB's certificate.")
    mongodb_tls_cert_key_file: Path | None = Field(default=None, description="Certificate and key shown to MongoDB.")


class ArchiveSettings(FromEnvironment):
    """Which archives there are."""

    archives_file: Path | None = Field(
        default=None, description="TOML file with more archives (docs/howto/archives.md)."
    )
    archive_local_endpoint: str = Field(
        default="",
        pattern="^(https?://.+)?$",
        description="URL of the S3 server of the archive `local`; no such archive without it.",
    )


class OutputSettings(FromEnvironment):
    """Where files go."""

    output_root: Path = Field(default=Path("output"), description="Folder that waveform files and datasets go to.")


class SinkSettings(FromEnvironment):
    """The bucket for files, in place of a folder; its credentials come from the same places as for AWS's tools."""

    sink: str = Field(default="", description="Bucket (s3://bucket/prefix) for files, instead of the output folder.")
    sink_endpoint: str = Field(default="", description="URL of a store other than Amazon's.")
    sink_region: str = Field(default="", description="Region of the bucket.")


class InputSettings(FromEnvironment):
    """Files of users that a service reads."""

    input_root: Path | None = Field(
        default=None, description="The only folder that synthetics are read from; none are when it is not set."
    )


class CertificateSettings(FromEnvironment):
    """The certificate of the gRPC ports (control and health)."""

    grpc_tls_cert_file: Path | None = Field(
        default=None, description="Certificate of the gRPC ports; no TLS without it."
    )
    grpc_tls_key_file: Path | None = Field(default=None, description="Key of that certificate.")


class HealthSettings(FromEnvironment):
    """Where a process reports its state."""

    health_address: str = Field(
        default="127.0.0.1:0", description="host:port of health and worker control; 0 is any port."
    )
    health_plaintext: bool = Field(
        default=False,
        description="The health port speaks no TLS, which Kubernetes's probes cannot, and answers nothing but health.",
    )


class GrpcSettings(CertificateSettings):
    """Who may call, how much, and how callers are known."""

    grpc_tls_client_ca_file: Path | None = Field(default=None, description="Authority whose certificates callers show.")
    tokens_file: Path | None = Field(default=None, description="Who may call; without it everybody may do everything.")
    request_bytes: int = Field(
        default=8_000_000,
        ge=100_000,
        description="Bytes of the largest request; a job file of 4 MB must fit.",
    )
    streams_per_client: int = Field(
        default=32, gt=0, description="Streams (watching, reading waveforms) that one caller may hold open at once."
    )


class TelemetrySettings(FromEnvironment):
    """Receivers of metrics and traces."""

    metrics_address: str = Field(default="", description="host:port of metrics for Prometheus; none when empty.")
    traces_endpoint: str = Field(
        default="", description="URL of an OTLP/HTTP collector of traces; none when empty. Needs the extra `tracing`."
    )


class KindSettings(FromEnvironment):
    """Kinds of jobs from outside."""

    job_kinds: str = Field(default="", description="Job kinds of other installed packages, with commas between.")


class StepSettings(FromEnvironment):
    """Steps from outside."""

    user_steps: str = Field(default="", description="Steps of other installed packages, with commas between.")


class AckSettings(FromEnvironment):
    """How long NATS waits for a worker."""

    ack_wait_seconds: float = Field(
        default=30.0,
        gt=0,
        description="After so long without a sign of progress a message goes to another replica.",
    )


class WorkSettings(AckSettings):
    """How workers take messages."""

    concurrency: int = Field(
        default=0,
        ge=0,
        description="Messages worked on at once (the windower: threads); 0 leaves it to the service.",
    )
    # 8 of the largest inline messages
    bytes_in_flight: int = Field(default=64_000_000, gt=0, description="Bytes of messages in memory of one process.")
    max_deliver: int = Field(default=10, gt=0, description="Deliveries before a message becomes a dead letter.")


class LeaseSettings(FromEnvironment):
    """Tasks that only one process at a time may do."""

    lease_seconds: float = Field(default=15.0, gt=0, description="How long a lease holds without its holder's renewal.")
