"""One example of every value that services send each other, with its writer and reader."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

import numpy as np

from libseis.codes import Channel, Sensor
from libseis.misfit.config import Config
from libseis.misfit.flexwin.window import Window as MisfitWindow
from seisbus.bus import codec
from seisbus.model import handovers
from seisbus.model.outcome import Fate
from seisbus.model.subject import Event
from seisbus.model.task import ObjectRef, Part, Recipe, Task, Window, WindowTemplate

Case: TypeAlias = tuple[Any, Callable[[Any], bytes], Callable[[bytes], Any]]

JOB = "01j9zq3w5x8k2m4n6p"
TASK = f"{JOB}.000001.000002"
_CHANNEL = Channel("CI", "PASC", "", "BHZ")
_EVENT = Event("ci38457511")
WINDOW = Window(f"{JOB}.00ff", _CHANNEL, 1_299_822_483_200_000_000, 1_299_826_083_200_000_000, True, _EVENT)
_KNOTS = ((0, 1_299_801_600_000_000_000), (512, 1_299_801_604_000_000_000))
_REF = ObjectRef("scedc", "a/CIPASC.ms", 7_000_000, "etag", 1_299_801_600_000_000_000, _CHANNEL, "", _KNOTS, True)
_GONE = ObjectRef("scedc", "a/gone.ms", missing="no_such_key")
_RECIPE = Recipe(
    "fill", "linear", "last", ({"filter": {"type": "lowpass", "freq": 2.0}},),
    10_000_000_000, 20_500_000_000, "gridfs", "float64", "tag",
    verify_full=True, scan=True,
)  # fmt: skip
_READ = handovers.ObjectRecords(
    _REF, "etag", (0, 512, 1024, 1536), b"records", ("a gap",), 3, "", "mixed record lengths"
)
_LOG = (handovers.LogLine("cut", "filled a gap", handovers.Severity.COMPLAINT),)
_PIECE = handovers.Piece(_CHANNEL, 1_299_822_483_200_000_000, 40, 1, 3, handovers.Packing.FLOAT64, bytes(24))
_OUTCOMES = (
    handovers.WindowOutcome(
        WINDOW, Fate.SAVED, pieces=(_PIECE,), log=_LOG, steps=("filter",),
        sources=(handovers.Source("scedc", "k", "e", (0, 512), "why"),),
    ),
    handovers.WindowOutcome(WINDOW, Fate.DEAD, "gap", "a gap of 3 s", log=_LOG),
)  # fmt: skip
_SENSOR = Sensor.of(_CHANNEL)
_THREE = tuple(Channel("CI", "PASC", "", f"BH{letter}") for letter in "12Z")
_AXES = (0.6, 0.8, 0.0, 0.8, -0.6, 0.0, 0.0, 0.0, 1.0)
_SEISMOGRAM = handovers.SeismogramPiece(
    _THREE, 1_299_822_483_200_000_000, 40, 1, np.arange(300, dtype=np.int32).reshape((3, 100), order="F"),
    _AXES, _AXES, False, False, "counts", (0.0, 0.003, -0.001),
)  # fmt: skip
_ROTATED = replace(
    _SEISMOGRAM, samples=np.linspace(0, 1, 30).reshape((3, 10), order="F"), tmatrix=(1.0, 0, 0, 0, 1.0, 0, 0, 0, 1.0),
    cardinal=True, orthogonal=True, units="m/s",
)  # fmt: skip

# The kept bodies of version 0.1.0 have only the component for a window, and no such field for an adjoint source.
_COMPONENTS = (
    handovers.MeasuredComponent("Z", windows=(MisfitWindow(0, 0, 0, 0.0, 0.0, 0, 0.0, 0.0, 0.0),)),
    handovers.MeasuredComponent("", source=handovers.AdjointTrace("", "", "", bytes(16), 0.0, 0.0, 0.0, 0.0, 0.0, "")),
)

# Each value with today's writer and reader of it.
CASES: dict[str, Case] = {
    "plan": (handovers.PlanOrder(JOB, 2), codec.encode_plan, codec.decode_plan),
    "fetch": (
        handovers.FetchOrder(Task(TASK, JOB, "scedc", (_REF, _GONE), (WINDOW,), (Part(0, 1),)), _RECIPE, 2, 3),
        codec.encode_fetch, codec.decode_fetch,
    ),
    "fetch of an event file": (
        handovers.FetchOrder(
            Task(TASK, JOB, "scedc", (_REF,), (WINDOW,), (Part(0, 1),), WindowTemplate(None, None, "ci1")),
            Recipe(),
            1,
            1,
        ),
        codec.encode_fetch, codec.decode_fetch,
    ),
    "window": (
        handovers.WindowOrder(JOB, TASK, 2, 3, 1, 4, (_READ,), (WINDOW,), _RECIPE),
        codec.encode_window, codec.decode_window,
    ),
    "outcomes": (
        handovers.OutcomeBatch(JOB, TASK, 2, 1, 4, _RECIPE, _OUTCOMES),
        codec.encode_outcomes, codec.decode_outcomes,
    ),
    "outcomes of sensors": (
        handovers.OutcomeBatch(
            JOB, TASK, 2, 0, 1, replace(_RECIPE, components=3),
            (
                handovers.WindowOutcome(
                    replace(WINDOW, channel=_SENSOR.channel), Fate.SAVED, log=_LOG, seismograms=(_SEISMOGRAM, _ROTATED)
                ),
                handovers.WindowOutcome(
                    replace(WINDOW, channel=_SENSOR.channel), Fate.MISSING, "lacks_component", "no BHE"
                ),
            ),
        ),
        codec.encode_outcomes, codec.decode_outcomes,
    ),
    "expansion": (
        handovers.OutcomeBatch(JOB, TASK, 2, 0, 1, _RECIPE, (), handovers.Expansion((WINDOW,), (Part(0, 1),))),
        codec.encode_outcomes, codec.decode_outcomes,
    ),
    "build": (handovers.BuildOrder(JOB, TASK, 2, 3, WINDOW), codec.encode_build, codec.decode_build),
    "misfit": (
        handovers.MisfitOrder(
            JOB, TASK, 2, 3, WINDOW, (_PIECE,), (_PIECE,), Config(min_period=10, processing="pyatoa_2022"),
            b"<quakeml/>", b"<stationxml/>", {"Z": ()}, ("no synthetic of N",), keep_rejected=True,
        ),
        codec.encode_misfit, codec.decode_misfit,
    ),
    "measurement": (
        handovers.Measurement(
            JOB, TASK, 2, WINDOW, Fate.SAVED, "", "", _COMPONENTS, "", _LOG, (_PIECE,),
        ),
        codec.encode_measurement, codec.decode_measurement,
    ),
}  # fmt: skip
