"""Times of SAC headers, read back by obspy: reference time, begin, origin, phase, picks, and what IZTYPE says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import obspy
import pytest
from hypothesis import given
from hypothesis import strategies as st
from obspy import UTCDateTime
from obspy.io.sac import SACTrace

from libseis.codes import Channel
from libseis.segments import Rate, Segment
from seisbus.writer.formats.sac_times import Marks, marks_of, put_times

T0 = 1_299_822_400 * 10**9 + 123_456_000
MARKS: dict[str, Any] = {"phase_name": "Pdiff", "phase_time": T0 / 1e9 + 60.25}
PICKED: dict[str, Any] = {
    "phase_name": "P", "phase_time": T0 / 1e9 + 60.25, "pick_time": T0 / 1e9 + 60.25,
    "picks": [{"phase": "S", "time": T0 / 1e9 + 95.5}, {"phase": "P", "time": T0 / 1e9 + 60.25}],
}  # fmt: skip
ORIGIN_NS = T0 - 300 * 10**9 - 4_321_000


def written(path: Path, document: dict[str, Any], origin_ns: int | None) -> tuple[SACTrace, obspy.Trace, str]:
    """A file's header and Trace as obspy reads them, and what was told."""
    sac = SACTrace(data=np.arange(100, dtype=np.float32), delta=0.01)
    told = put_times(sac, T0, marks_of(document, origin_ns))
    sac.write(str(path))
    return SACTrace.read(str(path)), obspy.read(str(path))[0], told


@pytest.mark.parametrize(
    ("reference", "header", "when", "iztype"),
    [
        ("origin", "o", ORIGIN_NS / 1e9, "io"),
        ("phase", "a", PICKED["phase_time"], "ia"),
        ("pick", "t0", PICKED["pick_time"], "it0"),
    ],
)
def test_the_reference_time_is_the_mark(tmp_path: Path, reference: str, header: str, when: float, iztype: str) -> None:
    document = {**PICKED, "time_reference": reference, "reference_time": when}
    sac, trace, told = written(tmp_path / "a.sac", document, ORIGIN_NS)
    assert (sac.iztype, told) == (iztype, "")
    assert abs(sac.reftime - UTCDateTime(when)) < 1e-3 and 0.0 <= getattr(sac, header) < 1e-3
    for name, expected in (
        ("b", T0 / 1e9), ("o", ORIGIN_NS / 1e9), ("a", PICKED["phase_time"]),
        ("t0", PICKED["phase_time"]), ("t1", PICKED["picks"][0]["time"]),
    ):  # fmt: skip
        assert float(sac.reftime + getattr(sac, name)) == pytest.approx(expected, abs=5e-5), name
    assert (sac.ka, sac.kt0, sac.kt1) == ("P", "P", "S")
    assert abs(trace.stats.starttime.ns - T0) < 50_000


def test_without_a_reference_it_is_the_origin_and_without_an_event_the_begin(tmp_path: Path) -> None:
    sac, _, _ = written(tmp_path / "a.sac", MARKS, ORIGIN_NS)
    assert (sac.iztype, sac.ka) == ("io", "Pdiff") and sac.t0 is None
    sac, trace, _ = written(tmp_path / "b.sac", MARKS, None)
    assert (sac.iztype, sac.o) == ("ib", None) and trace.stats.starttime.ns == T0
    assert float(sac.reftime + sac.a) == pytest.approx(MARKS["phase_time"], abs=5e-5)
    sac, trace, _ = written(tmp_path / "c.sac", {}, None)
    assert sac.iztype == "ib" and sac.a is None and trace.stats.starttime.ns == T0


def test_a_mark_too_far_away_is_told(tmp_path: Path) -> None:
    document = {"time_reference": "phase", "phase_time": T0 / 1e9 - 1e6, "reference_time": T0 / 1e9 - 1e6}
    sac, trace, told = written(tmp_path / "a.sac", document, None)
    assert sac.iztype == "ib" and "so far from the phase" in told and trace.stats.starttime.ns == T0


def test_names_are_cut_to_what_sac_takes(tmp_path: Path) -> None:
    sac, _, _ = written(tmp_path / "a.sac", {**MARKS, "phase_name": "PKiKPPcPScS"}, None)
    assert sac.ka == "PKiKPPcP"


def test_ten_picks_have_a_place() -> None:
    document = {"picks": [{"phase": f"P{n}", "time": 12.0 - n} for n in range(12)]}
    marks = marks_of(document, None)
    assert sorted(marks.headers) == [f"t{n}" for n in range(10)] and marks.names["kt0"] == "P11"
    assert marks == Marks(marks.headers, marks.names, "")


@given(late=st.integers(-(10**12), 10**12), t0_ns=st.integers(0, 2 * 10**18))
def test_the_first_sample_is_where_it_was(late: int, t0_ns: int) -> None:
    sac = SACTrace(data=np.zeros(10, np.float32), delta=0.01)
    told = put_times(sac, t0_ns, marks_of({}, t0_ns + late))
    tolerance = 200_000 if not told else 2_000  # 2 % of a sample, else the rounding of the rest of a millisecond
    assert abs((sac.reftime.ns + round(float(sac.b) * 1e9)) - t0_ns) <= tolerance
    assert bool(told) == (sac.iztype == "ib")


def test_a_whole_draft(tmp_path: Path) -> None:
    from seisbus.model.kinds.export import Export
    from seisbus.model.task import Window
    from seisbus.writer.formats import About, open_draft

    channel = Channel("CI", "PAS", "", "BHZ")
    about = About(Window("j.x", channel, T0, T0 + 10**9, True), None)
    draft = open_draft(Export.model_validate({"format": "sac", "tag": "t"}), tmp_path / "sac", about)
    document: Any = {"time_reference": "phase", "reference_time": MARKS["phase_time"], **MARKS}
    draft.add(document, Segment(channel, T0, Rate(40), np.arange(100, dtype=np.int32)), {})
    draft.close()
    (file,) = (tmp_path / "sac").glob("*.SAC")
    sac = SACTrace.read(str(file))
    assert (sac.iztype, sac.ka) == ("ia", "Pdiff") and sac.b == pytest.approx(-60.25, abs=1e-3)
    assert abs(obspy.read(str(file))[0].stats.starttime.ns - T0) < 50_000
