"""Settings of the programs, from the environment (SEISBUS_...): by concern, and composed for each program."""

from .concerns import (
    ArchiveSettings,
    FromEnvironment,
    GrpcSettings,
    LogSettings,
    MongodbSettings,
    NatsSettings,
    SinkSettings,
    StepSettings,
    WorkSettings,
)
from .loading import load_settings, variable
from .services import (
    PROGRAMS,
    AllSettings,
    ControlSettings,
    FetcherSettings,
    IndexerSettings,
    ProbeSettings,
    ServiceSettings,
    TopologySettings,
    WebSettings,
    WindowerSettings,
    WorkerSettings,
    WriterSettings,
)

__all__ = [
    "PROGRAMS",
    "AllSettings",
    "ArchiveSettings",
    "ControlSettings",
    "FetcherSettings",
    "FromEnvironment",
    "GrpcSettings",
    "IndexerSettings",
    "LogSettings",
    "MongodbSettings",
    "NatsSettings",
    "ProbeSettings",
    "ServiceSettings",
    "SinkSettings",
    "StepSettings",
    "TopologySettings",
    "WebSettings",
    "WindowerSettings",
    "WorkSettings",
    "WorkerSettings",
    "WriterSettings",
    "load_settings",
    "variable",
]
