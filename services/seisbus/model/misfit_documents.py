"""What misfit jobs measured: total misfits, and documents of windows and adjoint sources as libseis.misfit's values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from libseis.misfit import AdjointSource, RejectedWindow, Window


@dataclass(frozen=True, slots=True)
class TotalMisfit:
    """Sums over the stations of an event at an evaluation (`path`: default, i01 or i01/s00)."""

    event: str
    path: str
    stations: int
    sources: int
    windows: int
    misfit: float


_WINDOW = ("left", "right", "center", "dt", "min_period", "cc_shift", "max_cc", "dlna", "weight")
_SOURCE = ("channel_id", "component", "dt", "time_offset", "misfit", "min_period", "max_period", "starttime")


def window_value(document: Mapping[str, Any]) -> Window:
    """A misfit_window document as a Window."""
    from libseis.misfit import Window
    from libseis.misfit.traveltimes import PhaseArrival

    phases = tuple(PhaseArrival(*phase) for phase in document["phases"])
    return Window(**{name: document[name] for name in _WINDOW}, phases=phases)


def rejected_values(document: Mapping[str, Any]) -> list[RejectedWindow]:
    """A rejected_window document, which holds those of a component, as RejectedWindows."""
    from libseis.misfit import RejectedWindow, Rejection

    return [RejectedWindow(**{**window, "rejection": Rejection(window["rejection"])}) for window in document["windows"]]


def adjoint_value(document: Mapping[str, Any]) -> AdjointSource:
    """An adjoint_source document as an AdjointSource."""
    from libseis.misfit import AdjointSource, AdjointType

    return AdjointSource(
        **{name: document[name] for name in _SOURCE},
        type=AdjointType.parse(document["type"]),
        samples=np.frombuffer(document["samples"], "<f8"),
        window_misfits=tuple(document["window_misfits"]),
    )
