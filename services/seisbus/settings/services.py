"""The settings of each program: only those that it uses."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from .concerns import (
    AckSettings,
    ArchiveSettings,
    CertificateSettings,
    GrpcSettings,
    HealthSettings,
    InputSettings,
    KindSettings,
    LeaseSettings,
    LogSettings,
    MongodbSettings,
    NatsSettings,
    OutputSettings,
    SinkSettings,
    StepSettings,
    TelemetrySettings,
    WorkSettings,
)


class ServiceSettings(
    LogSettings,
    NatsSettings,
    MongodbSettings,
    ArchiveSettings,
    OutputSettings,
    HealthSettings,
    GrpcSettings,
    TelemetrySettings,
    KindSettings,
):
    """What every service has."""

    drain_seconds: float = Field(default=20.0, gt=0, description="How long a leaving service lets running work end.")


class WorkerSettings(ServiceSettings, WorkSettings):
    """What every service has that takes work from the bus."""


class ControlSettings(ServiceSettings, SinkSettings, InputSettings, StepSettings):
    """Settings of control."""

    control_address: str = Field(default="127.0.0.1:50051", description="host:port that control listens on.")
    job_windows: int = Field(default=0, ge=0, description="Windows that one job may ask for; 0 is any number.")


class IndexerSettings(WorkerSettings, StepSettings, LeaseSettings):
    """Settings of the indexer."""

    open_tasks: int = Field(default=256, gt=0, description="Unfinished tasks of one job on the bus.")
    reconcile_seconds: float = Field(default=2.0, gt=0, description="How often the reconciler looks.")


class FetcherSettings(WorkerSettings, SinkSettings, InputSettings, StepSettings):
    """Settings of the fetcher."""


class WindowerSettings(WorkerSettings, StepSettings):
    """Settings of the windower."""


class WriterSettings(WorkerSettings, SinkSettings, LeaseSettings):
    """Settings of the writer."""

    file_bytes: int = Field(default=2_000_000_000, gt=0, description="Bytes after which a new waveform file is begun.")
    sink_orphan_seconds: float = Field(
        default=86_400.0, gt=0, description="How old an object that no document names must be to be deleted."
    )
    sink_clean_seconds: float = Field(
        default=3_600.0, gt=0, description="How often such objects are looked for (SEISBUS_SINK_ORPHAN_SECONDS)."
    )


class TopologySettings(LogSettings, NatsSettings, MongodbSettings, ArchiveSettings, KindSettings, AckSettings):
    """Settings of `python -m seisbus.admin.topology`."""

    jetstream_bytes: int = Field(
        default=8_000_000_000, gt=0, description="JetStream's file store, of which the streams take 78 %."
    )
    stream_replicas: int = Field(default=1, ge=1, le=5, description="Copies of each stream in a cluster of NATS.")
    mongodb_users_folder: Path | None = Field(
        default=None,
        description="Folder of files {service}.password: these users of MongoDB are made.",
    )


class ProbeSettings(HealthSettings, CertificateSettings):
    """Settings of `python -m seisbus.admin.health`, the probe of the container itself."""

    grpc_tls_ca_file: Path | None = Field(default=None, description="Whose signature the certificate bears.")


class WebSettings(LogSettings):
    """Settings of the web page; like every client it finds control by SEISBUS_CONTROL_ADDRESS, SEISBUS_TLS_CA ..."""

    web_address: str = Field(default="127.0.0.1:8787", description="host:port that the web page listens on.")
    web_url: str = Field(
        default="",
        description="Address under which browsers know the web page, such as `https://seisbus.example.org`; needed "
        "where it listens beyond this machine.",
    )
    web_tls_cert_file: Path | None = Field(
        default=None, description="Certificate of the web page; without it a proxy before it speaks TLS."
    )
    web_tls_key_file: Path | None = Field(default=None, description="Key of that certificate.")


class AllSettings(
    ControlSettings,
    IndexerSettings,
    FetcherSettings,
    WindowerSettings,
    WriterSettings,
    TopologySettings,
    ProbeSettings,
    WebSettings,
):
    """The settings of a whole deployment with one environment, for programs that check it from outside."""


PROGRAMS: dict[str, type[LogSettings | HealthSettings]] = {
    "control": ControlSettings,
    "indexer": IndexerSettings,
    "fetcher": FetcherSettings,
    "windower": WindowerSettings,
    "writer": WriterSettings,
    "topology": TopologySettings,
    "probe": ProbeSettings,
    "web": WebSettings,
}
