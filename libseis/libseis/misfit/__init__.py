"""Misfit measurement for adjoint tomography: windows, misfits and adjoint sources of observed and synthetic waveforms.

The steps are Pyatoa's. The window selection is written here after the FLEXWIN paper. pyadjoint measures.
Names are loaded at their first use, so that importing this package does not import obspy, pyadjoint or matplotlib.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from ..extras import extra

if TYPE_CHECKING:
    from libseis.signal.design import OutputUnit

    from .adjoint import AdjointSource
    from .config import Config, Processing
    from .errors import ConfigError, ManagerError, MisfitError, Reason
    from .evaluation import Evaluation
    from .flexwin import RejectedWindow, Rejection, Window
    from .manager import Manager
    from .settings import AdjointSettings, AdjointType, Edition, MeasureType, TaperType, WindowSettings
    from .station import ComponentMeasurement, StationMeasurement, measure_station
    from .synthetic_example import Example, example

_HOMES = {
    "AdjointSource": "adjoint",
    "Config": "config",
    "OutputUnit": "config",
    "Processing": "config",
    "ConfigError": "errors",
    "ManagerError": "errors",
    "MisfitError": "errors",
    "Reason": "errors",
    "Evaluation": "evaluation",
    "Example": "synthetic_example",
    "example": "synthetic_example",
    "RejectedWindow": "flexwin",
    "Rejection": "flexwin",
    "Window": "flexwin",
    "Manager": "manager",
    "AdjointSettings": "settings",
    "AdjointType": "settings",
    "Edition": "settings",
    "MeasureType": "settings",
    "TaperType": "settings",
    "WindowSettings": "settings",
    "ComponentMeasurement": "station",
    "StationMeasurement": "station",
    "measure_station": "station",
}

__all__ = [
    "AdjointSettings",
    "AdjointSource",
    "AdjointType",
    "ComponentMeasurement",
    "Config",
    "ConfigError",
    "Edition",
    "Evaluation",
    "Example",
    "Manager",
    "ManagerError",
    "MeasureType",
    "MisfitError",
    "OutputUnit",
    "Processing",
    "Reason",
    "RejectedWindow",
    "Rejection",
    "StationMeasurement",
    "TaperType",
    "Window",
    "WindowSettings",
    "example",
    "measure_station",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    with extra("misfit"):
        return getattr(import_module(f".{_HOMES[name]}", __name__), name)
