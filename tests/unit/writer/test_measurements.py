"""A measurement becomes documents; one whose component has no name is poison before anything is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, cast

import pytest

from libseis.misfit import RejectedWindow, Rejection, Window
from libseis.misfit.traveltimes import PhaseArrival
from seisbus.app import WriterContext
from seisbus.bus import Delivery
from seisbus.bus.codec import decode_measurement, encode_measurement
from seisbus.bus.tags import Tag
from seisbus.errors import PoisonError
from seisbus.model.handovers import AdjointTrace, MeasuredComponent, Measurement
from seisbus.model.misfit_documents import adjoint_value, rejected_values, window_value
from seisbus.writer.measurements import MeasurementWriter, settled
from support.messages import CASES, JOB, TASK

START = "2011-03-11T05:48:03.200000Z"
WINDOW = Window(10, 40, 20, 0.5, 10.0, -3, 0.9, 0.125, 2.5, (PhaseArrival("P", 12.5), PhaseArrival("S", 20.0)))
REJECTED = (
    RejectedWindow(1, 2, 1, Rejection.CORRELATION, 0.5, 0.7),
    RejectedWindow(1, 2, 1, Rejection.OVERLAP),
)
SOURCE = AdjointTrace("CI.PASC..BHZ", "BXZ", "cc_traveltime", bytes(16), 0.5, -1.5, 0.25, 10.0, 30.0, START, (0.25,))
COMPONENTS = (
    MeasuredComponent("Z", "CI.PASC..BHZ", START, "m", (WINDOW,), REJECTED, SOURCE),
    MeasuredComponent("N", "CI.PASC..BHN", START, rejected=REJECTED[1:]),
)
FOUND: Measurement = replace(CASES["measurement"][0], components=COMPONENTS, path="i01/s00")


def test_a_measurement_comes_back_off_the_bus() -> None:
    assert decode_measurement(encode_measurement(FOUND)) == FOUND


def test_documents_hold_all_of_it() -> None:
    entry = settled(FOUND)
    window, source, *rejected, synthetic, log = (content for _, content in entry.documents)
    assert window_value(window) == WINDOW
    named = {"component": "Z", "channel_id": "CI.PASC..BHZ", "path": "i01/s00", "units": "m", "starttime": START}
    assert window.items() >= {**named, "number": 0}.items()
    assert source.items() >= {**named, "component": "BXZ", "npts": 2, "window_count": 1, "samples": bytes(16)}.items()
    again = adjoint_value(source)
    assert (again.type, again.misfit, again.time_offset, again.window_misfits) == ("cc_traveltime", 0.25, -1.5, (0.25,))
    assert [tuple(rejected_values(one)) for one in rejected] == [REJECTED, REJECTED[1:]]
    assert [one["component"] for one in rejected] == ["Z", "N"]
    assert synthetic["samples"] == bytes(24) and log["logdata"]


@pytest.mark.parametrize(
    "components",
    [
        (MeasuredComponent("", windows=(WINDOW,)),),
        (MeasuredComponent("", rejected=REJECTED),),
        CASES["measurement"][0].components,
    ],
)
async def test_a_component_without_a_name_is_poison(components: Any) -> None:
    body = encode_measurement(replace(FOUND, components=components))
    writer = MeasurementWriter(cast(WriterContext, None))  # nothing is asked of it
    with pytest.raises(PoisonError, match="component without a name"):
        await writer.handle(Delivery(Tag(JOB, TASK, 2), body, 1, lambda _: None))
