"""Picks of a model: what it gives is chosen by probability and time."""

from __future__ import annotations

import logging

import numpy as np
import pytest
from obspy import Stream, Trace

from libseis import TimeWindow
from libseis.mspass.algorithms.ml.arrival import annotate_arrival_time
from support.data_objects import time_series


class Model:
    """As SeisBench's models: for a Stream of data, a Stream of probabilities on the same samples."""

    def __init__(self, channel: str = "PhaseNet_P") -> None:
        self.channel = channel
        self.seen = Stream()

    def annotate(self, stream: Stream) -> Stream:
        self.seen = stream
        (source,) = stream
        trace = Trace(np.linspace(0.0, 1.0, source.stats.npts))
        trace.stats.update({"starttime": source.stats.starttime, "delta": source.stats.delta, "channel": self.channel})
        return Stream([trace])


def test_picks_are_chosen_by_probability() -> None:
    d = time_series(11, dt=1.0, t0=0.0)
    annotate_arrival_time(d, 0.75, model=Model())
    assert d["p_wave_picks"] == pytest.approx({8.0: 0.8, 9.0: 0.9, 10.0: 1.0})
    annotate_arrival_time(d, model=Model())
    assert min(d["p_wave_picks"].values()) == pytest.approx(0.2)


def test_picks_are_inside_the_window_and_outside_of_gaps() -> None:
    d, model = time_series(10, dt=1.0, t0=0.0), Model()
    annotate_arrival_time(d, 0.0, TimeWindow(0.4, 3.6), model)
    assert set(d["p_wave_picks"]) == {1.0, 2.0, 3.0} and len(model.seen[0]) <= 5
    d.add_gap(TimeWindow(2.0, 2.5))
    annotate_arrival_time(d, 0.0, TimeWindow(-5.0, 3.0), model)
    assert set(d["p_wave_picks"]) == {0.0, 1.0, 3.0}


def test_relative_data_become_utc_and_dead_data_stay() -> None:
    d = time_series(10, dt=1.0, t0=1e9)
    d.ator(1e9)
    annotate_arrival_time(d, 0.0, model=Model())
    assert d.time_is_UTC() and min(d["p_wave_picks"]) == 1e9
    dead = time_series(10)
    dead.kill()
    annotate_arrival_time(dead, model=Model())
    assert not dead.is_defined("p_wave_picks")


def test_what_is_odd_is_told(caplog: pytest.LogCaptureFixture) -> None:
    d = time_series(10, dt=1.0, t0=0.0)
    with caplog.at_level(logging.WARNING):
        annotate_arrival_time(d, 7.0, TimeWindow(100.0, 200.0), Model())
        assert min(d["p_wave_picks"].values()) >= 0.2 and max(d["p_wave_picks"]) == 9.0
        annotate_arrival_time(d, 0.0, model=Model("PhaseNet_S"))
        assert d["p_wave_picks"] == {}
    assert [
        word in record.message
        for word, record in zip(("threshold", "outside", "no trace"), caplog.records, strict=True)
    ]
