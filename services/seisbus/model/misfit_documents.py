"""Results of misfit jobs: total misfits, and documents of windows and adjoint sources as values of libseis.misfit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NotRequired, TypedDict

from .shown import Shown

if TYPE_CHECKING:
    from libseis.misfit import AdjointSource, RejectedWindow, Window


@dataclass(frozen=True, slots=True)
class TotalMisfit(Shown):
    """Sums over the stations of an event at an evaluation (`path`: default, i01 or i01/s00)."""

    event: str
    path: str
    stations: int
    sources: int
    windows: int
    misfit: float


class OfComponent(TypedDict):
    """What was measured on a component of a station."""

    component: str
    channel_id: str  # of the observed trace
    path: str  # of the evaluation


class MisfitWindowFields(OfComponent):
    """A window as a document: `libseis.misfit.Window`, with its station and component. Samples count from 0, times are
    in seconds."""

    left: int
    right: int
    center: int
    dt: float
    min_period: float
    cc_shift: int
    max_cc: float
    dlna: float
    weight: float
    phases: list[tuple[str, float]]  # [name, s after the origin]
    number: int  # in its component
    starttime: str  # ISO 8601, of the first sample of the trace
    units: NotRequired[str]  # of the traces that were compared, if it is known


class AdjointFields(OfComponent):
    """An adjoint source as a document, without its samples; `component` is SPECFEM's. Times are s."""

    type: str
    misfit: float
    dt: float
    npts: int
    time_offset: float  # of the first sample after the origin
    min_period: float
    max_period: float
    starttime: str  # ISO 8601
    window_misfits: list[float]
    window_count: int
    units: NotRequired[str]


class AdjointSamples(AdjointFields):
    """An adjoint source with its samples."""

    samples: bytes  # little-endian float64


class RejectedWindowFields(TypedDict):
    """A candidate that failed, as `libseis.misfit.RejectedWindow`."""

    left: int
    right: int
    center: int
    rejection: str
    value: float | None
    limit: float | None


class RejectedFields(OfComponent):
    """The rejected windows of a component."""

    windows: list[RejectedWindowFields]


def window_value(document: MisfitWindowFields) -> Window:
    """A misfit_window document as a Window."""
    from libseis.misfit import Window
    from libseis.misfit.traveltimes import PhaseArrival

    phases = tuple(PhaseArrival(*phase) for phase in document["phases"])
    return Window(
        document["left"],
        document["right"],
        document["center"],
        document["dt"],
        document["min_period"],
        document["cc_shift"],
        document["max_cc"],
        document["dlna"],
        document["weight"],
        phases,
    )


def rejected_values(document: RejectedFields) -> list[RejectedWindow]:
    """A rejected_window document, which holds those of a component, as RejectedWindows."""
    from libseis.misfit import RejectedWindow, Rejection

    return [
        RejectedWindow(w["left"], w["right"], w["center"], Rejection(w["rejection"]), w["value"], w["limit"])
        for w in document["windows"]
    ]


def adjoint_value(document: AdjointSamples) -> AdjointSource:
    """An adjoint_source document as an AdjointSource."""
    import numpy as np

    from libseis.misfit import AdjointSource, AdjointType

    return AdjointSource(
        channel_id=document["channel_id"],
        component=document["component"],
        type=AdjointType.parse(document["type"]),
        samples=np.frombuffer(document["samples"], "<f8"),
        dt=document["dt"],
        time_offset=document["time_offset"],
        misfit=document["misfit"],
        min_period=document["min_period"],
        max_period=document["max_period"],
        starttime=document["starttime"],
        window_misfits=tuple(document["window_misfits"]),
    )
