"""Seismograms in the client: stored bytes as data objects and traces, arrays in an order, pictures in three panels."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from libseis import Seismogram, TimeSeries
from libseis.codes import ChannelFilter
from seisbus.client import Stored
from seisbus.client.arrays import ArrayError, component_arrays
from seisbus.client.decode import MixedKindsError, datum_of, ensemble_of, traces_of
from seisbus.client.plot import plot
from seisbus.client.section import PlotError

T0 = 1_299_822_600_000_000_000
TURNED = [0.6, 0.8, 0.0, 0.8, -0.6, 0.0, 0.0, 0.0, 1.0]  # a sensor's channels 1, 2, Z; right angles, mirrored


def counts(npts: int = 400) -> NDArray[np.float64]:
    return np.random.default_rng(npts).integers(-1000, 1000, (3, npts)).astype(np.float64)


def stored(samples: NDArray[np.float64], *, mode: str = "file", **more: Any) -> Stored:
    document = {
        "_id": "5f", "net": "XX", "sta": "ABC", "loc": "", "chan": ["BH1", "BH2", "BHZ"], "npts": samples.shape[1],
        "t0_ns": T0, "starttime": T0 / 1e9, "delta": 0.05, "rate": [20, 1], "units": "counts", "tmatrix": TURNED,
        "cardinal": False, "orthogonal": False, "storage_mode": mode, **more,
    }  # fmt: skip
    return Stored(document, samples.tobytes(order="C" if mode == "gridfs" else "F"))


@pytest.mark.parametrize("mode", ["file", "s3", "gridfs"])
def test_stored_bytes_are_a_seismogram(mode: str) -> None:
    datum = datum_of(stored(counts(), mode=mode))
    assert isinstance(datum, Seismogram) and datum.live
    assert np.array_equal(np.asarray(datum.data), counts())
    assert np.asarray(datum.data).flags.f_contiguous
    assert (datum.t0_ns, datum.npts, datum.samprate(), datum["chan"]) == (T0, 400, 20.0, ["BH1", "BH2", "BHZ"])
    assert datum.tmatrix.ravel().tolist() == TURNED


def test_what_steps_rotated_still_says_how_the_sensor_stood() -> None:
    east_north_up = np.eye(3).ravel().tolist()
    datum = datum_of(stored(counts(), tmatrix=east_north_up, axes=TURNED))
    assert datum.cardinal()
    assert (datum["tmatrix"], datum["axes"], datum["chan"]) == (east_north_up, TURNED, ["BHE", "BHN", "BHZ"])
    named = datum_of(stored(counts(), tmatrix=east_north_up, axes=TURNED, components=["BHR", "BHT", "BHZ"]))
    assert (named["chan"], named["channels"]) == (["BHR", "BHT", "BHZ"], ["BH1", "BH2", "BHZ"])


def test_times_that_are_relative_are_so_in_the_metadata() -> None:
    datum = datum_of(stored(counts(), endtime=T0 / 1e9 + 19.95, time_standard="UTC", reference_time=T0 / 1e9 + 5))
    assert datum.time_is_relative()
    assert (datum["starttime"], datum["endtime"]) == (datum.t0, datum.endtime()) == (-5.0, pytest.approx(14.95))
    assert (datum["time_standard"], datum["reference_time"]) == ("Relative", datum.time_reference())


def test_bytes_that_are_cut_off_are_a_dead_seismogram() -> None:
    whole = stored(counts())
    datum = datum_of(Stored(whole.document, whole.data[:-8]))
    assert isinstance(datum, Seismogram) and datum.dead() and datum.npts == 0
    assert "1,199 samples" in datum.elog.get_error_log()[0].message


@pytest.mark.parametrize(
    ("more", "names"),
    [
        ({}, ["BH1", "BH2", "BHZ"]),
        ({"tmatrix": np.eye(3).ravel().tolist(), "axes": TURNED}, ["BHE", "BHN", "BHZ"]),
        ({"tmatrix": [0, -1.0, 0, 1.0, 0, 0, 0, 0, 1.0], "axes": TURNED}, ["BH1", "BH2", "BHZ"]),
        ({"tmatrix": [0, -1.0, 0, 0, 0, 1.0, 1.0, 0, 0], "axes": TURNED}, ["BH1", "BH2", "BH3"]),
    ],
    ids=["sensor", "standard", "turned", "ray"],
)
def test_components_are_traces_called_after_their_channels_or_where_they_point(
    more: dict[str, Any], names: list[str]
) -> None:
    pytest.importorskip("obspy")
    traces = traces_of([stored(counts(), **more)], T0, T0 + 10**12)
    assert [trace.stats.channel for trace in traces] == names
    for trace, row in zip(traces, counts(), strict=True):
        assert trace.data.dtype == np.int32
        assert np.array_equal(trace.data, row)
    (one,) = traces_of([stored(counts(), **more)], T0, T0 + 10**12, ChannelFilter(chan=names[1]))
    assert np.array_equal(one.data, counts()[1])


def test_no_ensemble_holds_both_kinds() -> None:
    with pytest.raises(MixedKindsError, match="1 TimeSeries and 2 Seismograms"):
        ensemble_of([TimeSeries(10), datum_of(stored(counts())), datum_of(stored(counts()))])


@pytest.mark.parametrize("order", ["ZNE", "ENZ"])
def test_arrays_have_the_components_in_the_order_asked_for(order: str) -> None:
    data = [datum_of(stored(counts(400))), datum_of(stored(counts(401)))]
    found = component_arrays(ensemble_of(data), order)
    assert found.shape == (2, 3, 400)
    for rows, samples in zip(found, (counts(400), counts(401)), strict=True):
        east, north, up = np.linalg.solve(np.reshape(TURNED, (3, 3)), samples)[:, :400]
        wanted = {"E": east, "N": north, "Z": up}
        assert np.allclose(rows, [wanted[letter] for letter in order], atol=1e-9)
    assert data[0].tmatrix.ravel().tolist() == TURNED  # the data stay as they are


@pytest.mark.parametrize(
    ("data", "order", "told"),
    [
        ([stored(counts())], "ZRT", "use E, N and Z"),
        ([], "ZNE", "no live member"),
        ([stored(counts(300)), stored(counts(400))], "ZNE", "300 to 400 samples"),
        ([stored(counts()), stored(counts(), rate=[40, 1])], "ZNE", "20, 40 Hz"),
    ],
)
def test_what_makes_no_array_is_told(data: list[Stored], order: str, told: str) -> None:
    with pytest.raises(ArrayError, match=told):
        component_arrays([datum_of(one) for one in data], order)


def test_seismograms_are_drawn_in_three_panels() -> None:
    pytest.importorskip("matplotlib")
    data = [datum_of(stored(counts(), sta=sta)) for sta in ("ABC", "DEF")]
    figure = plot(ensemble_of(data), "wt", normalize=False)
    assert [axes.get_title(loc="right") for axes in figure.axes] == ["Component 1", "Component 2", "Component Z"]
    for row, axes in enumerate(figure.axes):
        assert [text.get_text() for text in axes.get_yticklabels()] == ["XX.ABC..BH?", "XX.DEF..BH?"]
        drawn = axes.lines[0].get_ydata()
        wanted = counts()[row] - counts()[row].mean()
        assert np.corrcoef(drawn, -wanted)[0, 1] > 0.999 or np.corrcoef(drawn, wanted)[0, 1] > 0.999
    standard = [datum_of(stored(counts(), tmatrix=np.eye(3).ravel().tolist()))]
    figure = plot(standard, time_axis="down")
    assert [axes.get_title(loc="right") for axes in figure.axes] == ["East", "North", "Up"]
    with pytest.raises(PlotError, match="one after the other"):
        plot([datum_of(stored(counts())), _series()])


def _series() -> TimeSeries:
    series = TimeSeries(10)
    series.set_live()
    return series
