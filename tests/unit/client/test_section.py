"""What a picture is made of: thinning keeps every extreme, gaps break lines, order and labels are right."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from libseis import ErrorSeverity, Seismogram, SeismogramEnsemble, TimeSeries, TimeSeriesEnsemble
from seisbus.client.plot import TOLD, Style, plot
from seisbus.client.section import PlotError, origin_of, thin, trace_of

ORIGIN = 1299822383.2


def datum(sta: str, samples: np.ndarray, **more: object) -> TimeSeries:
    made = TimeSeries(
        {"net": "CI", "sta": sta, "loc": "", "chan": "HHZ", "delta": 0.01, "starttime": ORIGIN + 100, **more}, samples
    )
    made.set_live()
    return made


def ensemble(*members: TimeSeries) -> TimeSeriesEnsemble:
    made = TimeSeriesEnsemble()
    for member in members:
        made.member.append(member)
    return made


@settings(max_examples=50)
@given(st.integers(1, 5000), st.integers(1, 700), st.integers(0, 2**32 - 1))
def test_thinning_keeps_order_ends_and_the_extremes_of_every_stretch(n: int, columns: int, seed: int) -> None:
    samples = np.random.default_rng(seed).normal(size=n)
    times = np.arange(n, dtype=np.float64)
    kept_times, kept = thin(times, samples, columns)
    assert np.all(np.diff(kept_times) >= 0)
    assert np.array_equal(kept, samples[kept_times.astype(int)])
    assert (kept.min(), kept.max()) == (samples.min(), samples.max())
    assert len(kept) <= 2 * columns
    width = -(-n // columns)
    for begin in range(0, n, width):
        inside = kept[(kept_times >= begin) & (kept_times < begin + width)]
        assert (inside.min(), inside.max()) == (
            samples[begin : begin + width].min(),
            samples[begin : begin + width].max(),
        )


def test_a_gap_survives_thinning() -> None:
    samples = np.sin(np.arange(100_000) / 50)
    samples[40_000:60_000] = np.nan
    _, kept = thin(np.arange(100_000.0), samples, 500)
    assert 0.15 < np.isnan(kept).mean() < 0.25


def test_the_mean_is_removed_and_the_peak_is_of_what_is_drawn() -> None:
    trace = trace_of(datum("ADO", np.array([5.0, 5.0, 9.0, 5.0])))
    assert trace.label == "CI.ADO..HHZ"
    assert trace.peak == 3.0
    assert trace.samples.tolist() == [-1.0, -1.0, 3.0, -1.0]
    assert trace.times[0] == ORIGIN + 100


def test_the_origin_is_named_only_when_all_agree() -> None:
    one = datum("A", np.ones(3), source_time=ORIGIN, source_magnitude=9.1)
    other = datum("B", np.ones(3), source_time=ORIGIN + 1)
    found = origin_of(ensemble(one), [one])
    assert found is not None
    assert found.text == "Origin 2011-03-11 05:46:23.2 UTC, M 9.1"
    assert origin_of(ensemble(one, other), [one, other]) is None
    assert origin_of(ensemble(other), [datum("C", np.ones(3))]) is None


@pytest.mark.parametrize("style", list(Style))
@pytest.mark.parametrize("time_axis", ["right", "down"])
def test_every_style_draws_its_traces(style: Style, time_axis: str, tmp_path: Path) -> None:
    wave = np.sin(np.arange(3000) / 20)
    path = tmp_path / "picture.png"
    members = ensemble(*(datum(f"S{i}", wave * 10.0**i) for i in range(5)))
    figure = plot(members, style, title="Title", time_axis=time_axis, path=path)
    axes = figure.axes[0]
    lines = 5 if style in (Style.WT, Style.WTVA, Style.WTVAIM) else 0
    fills = 5 if style in (Style.WTVA, Style.VAR, Style.WTVAIM) else 0
    images = 1 if style in (Style.IMAGE, Style.WTVAIM) else 0
    assert (len(axes.lines), len(axes.collections)) == (lines, fills + images)
    names = [label.get_text() for label in (axes.get_xticklabels() if time_axis == "down" else axes.get_yticklabels())]
    assert names == [f"CI.S{i}..HHZ" for i in range(5)]
    assert path.read_bytes().startswith(b"\x89PNG")


def test_positive_area_is_filled_upward_and_normalised_traces_reach_equally_far() -> None:
    pulse = np.zeros(100)
    pulse[50] = 7.0
    members = ensemble(datum("A", pulse), datum("B", 1000 * pulse))
    axes = plot(members, "wtva").axes[0]
    assert axes.yaxis_inverted()
    for place, fill in enumerate(axes.collections):
        heights = fill.get_paths()[0].vertices[:, 1]
        assert heights.min() == pytest.approx(place - 0.62, abs=0.01)
        assert heights.max() == pytest.approx(place, abs=0.01)
    loud, quiet = (np.ptp(line.get_ydata()) for line in plot(members, "wt", normalize=False).axes[0].lines[::-1])
    assert loud == pytest.approx(1000 * quiet)


def test_a_section_by_distance_is_sorted_and_says_who_lacks_coordinates() -> None:
    place = {"source_lat": 0.0, "source_lon": 0.0, "site_lat": 0.0}
    far, near = datum("FAR", np.ones(9), site_lon=9.0, **place), datum("NEAR", np.ones(9), site_lon=3.0, **place)
    axes = plot(ensemble(far, near), order="distance").axes[0]
    assert [text.get_text() for text in axes.texts] == ["CI.NEAR..HHZ", "CI.FAR..HHZ"]
    assert not axes.yaxis_inverted()
    with pytest.raises(PlotError, match=r"CI\.LOST\.\.HHZ lacks them \(1 of 2 traces\)"):
        plot(ensemble(near, datum("LOST", np.ones(9))), order="distance")


def test_what_cannot_be_drawn_is_said() -> None:
    dead = TimeSeries(10)
    with pytest.raises(PlotError, match="no live member"):
        plot(ensemble(dead))
    with pytest.raises(PlotError, match="'wiggle' is no style; expected one of wt, wtva"):
        plot(ensemble(datum("A", np.ones(3))), "wiggle")


def test_complaints_and_what_is_not_drawn_are_said_in_the_picture() -> None:
    members = [datum(f"S{n}", np.sin(np.arange(500) / 9)) for n in range(4)]
    members[1].elog.log_error("windower", "The data's edge leaves less padding.", ErrorSeverity.Complaint)
    members[2].elog.log_error("windower", "for information", ErrorSeverity.Informational)
    members[3].elog.log_error("windower", "its bytes are gone", ErrorSeverity.Invalid)
    members[3].kill()
    made = ensemble(*members)
    made.elog.log_error("seisbus.client", "4 windows are dead (gap)", ErrorSeverity.Complaint)
    for down, order in (("right", "member"), ("down", "member")):
        figure = plot(made, time_axis=down, order=order)
        (axes,) = figure.axes[:1]
        axis = axes.get_xticklabels() if down == "down" else axes.get_yticklabels()
        marked = [label.get_text() for label in axis if label.get_text().startswith(TOLD)]
        assert marked == [f"{TOLD} CI.S1..HHZ"]
        below = " ".join(figure.get_supxlabel().split())
        assert "1 of 3 traces have complaints on their error logs; CI.S1..HHZ: The data's edge" in below
        assert "1 dead, not drawn; CI.S3..HHZ: its bytes are gone" in below and "4 windows are dead (gap)" in below
    assert "2 more not drawn" in plot(made, limit=1).get_supxlabel()
    assert plot(ensemble(datum("S0", np.sin(np.arange(500) / 9)))).get_supxlabel() == ""


FAR = {"source_lat": 0.0, "source_lon": 0.0, "site_lat": 0.0, "source_depth": 33.0, "source_time": ORIGIN}


def far(degrees: float, **more: object) -> TimeSeries:
    return datum(f"S{degrees:.0f}", np.ones(90_000), site_lon=degrees, **{**FAR, **more})  # type: ignore[arg-type]


def predicted_times(axes: Any, phase: str) -> list[float]:
    """Times of a curve or of ticks of a phase, sorted by place, as the time axis counts them."""
    (found,) = [artist for artist in (*axes.lines, *axes.collections) if artist.get_gid() == phase]
    if found in axes.lines:
        return [float(x) for x in found.get_xdata()]
    return [float(segment[0][0]) for segment in found.get_segments()]


def test_predicted_phases_are_a_curve_of_one_event_and_ticks_of_several() -> None:
    from obspy.taup import TauPyModel

    model = TauPyModel("ak135")

    def time(depth: float, degrees: float) -> float:
        return float(model.get_travel_times(depth, degrees, ["P"])[0].time)

    one = plot(ensemble(far(60.0), far(40.0)), "wt", order="distance", phases=["P", "PKIKP"], model="ak135").axes[0]
    found = [days * 86400 - ORIGIN for days in predicted_times(one, "P")]
    assert found == pytest.approx([time(33.0, 40.0), time(33.0, 60.0)], abs=0.02)
    assert all(np.isnan(days) for days in predicted_times(one, "PKIKP"))  # later than what is shown, or not there

    members = [far(40.0), far(60.0, source_depth=600.0)]
    for member in members:
        member.ator(ORIGIN)
        member["time_reference"] = "origin"
    several = plot(ensemble(*members), "wt", order="distance", phases=["P"], model="ak135", span=(200, 700)).axes[0]
    assert predicted_times(several, "P") == pytest.approx([time(33.0, 40.0), time(600.0, 60.0)], abs=0.02)
    assert several.get_xlabel() == "Time after the origin (s)"
    assert several.get_xlim() == pytest.approx((200, 700), abs=0.3)


def test_what_predicted_phases_need_is_said() -> None:
    with pytest.raises(PlotError, match=r"need source_depth of receiver and source; CI\.S40\.\.HHZ lacks that"):
        lacking = {key: value for key, value in FAR.items() if key != "source_depth"}
        plot(ensemble(datum("S40", np.ones(9), site_lon=40.0, **lacking)), phases=["P"])
    with pytest.raises(PlotError, match="'Moon' is not a phase"):
        plot(ensemble(far(40.0)), phases=["Moon"])
    with pytest.raises(PlotError, match="'earth' is no Earth model; expected one of iasp91"):
        plot(ensemble(far(40.0)), phases=["P"], model="earth")
    with pytest.raises(PlotError, match="no member has samples from -5 to 5 s"):
        plot(ensemble(far(40.0)), span=(-5, 5))


def turned(sta: str, *peaks: float) -> Seismogram:
    """A Seismogram of R, T, Z with these amplitudes, relative to its phase."""
    samples = np.outer(peaks, np.sin(np.arange(400) / 9))
    codes = {"net": "CI", "sta": sta, "loc": "", "chan": ["BHR", "BHT", "BHZ"]}
    marks = {"time_reference": "phase", "phase_name": "P", "site_lon": 40.0, **FAR}
    made = Seismogram({"delta": 0.1, "starttime": ORIGIN, **codes, **marks}, samples)
    made.tmatrix = np.array([[0.6, 0.8, 0.0], [0.8, -0.6, 0.0], [0.0, 0.0, 1.0]])
    made.set_live()
    made.ator(ORIGIN + 20)
    return made


def test_turned_components_have_their_names_and_keep_their_sizes() -> None:
    made = SeismogramEnsemble()
    made.member.append(turned("A", 1.0, 0.1, 4.0))
    figure = plot(made, "wt", order="distance")
    radial, transverse, up = figure.axes
    assert [axes.get_title("right") for axes in figure.axes] == ["Radial", "Transverse", "Up"]
    assert radial.get_xlabel() == "Time after P (s)"
    assert [text.get_text() for axes in figure.axes for text in axes.texts] == ["CI.A..BH?"]
    heights = [np.ptp(axes.lines[0].get_ydata()) for axes in (radial, transverse, up)]
    assert np.array(heights) / heights[2] == pytest.approx([0.25, 0.025, 1.0], abs=0.01)


def test_phases_stand_in_order_of_distance_on_the_axis() -> None:
    """As one reads the section from below: P, then Pdiff, then PKIKP."""
    made = SeismogramEnsemble()
    for name, degrees in (("PKIKP", 150.0), ("P", 40.0), ("Pdiff", 110.0), ("P", 90.0)):
        member = turned("A", 1.0, 0.1, 4.0)
        member["phase_name"], member["distance_deg"] = name, degrees
        made.member.append(member)
    assert plot(made, "wt", order="distance").axes[0].get_xlabel() == "Time after P, Pdiff or PKIKP (s)"
