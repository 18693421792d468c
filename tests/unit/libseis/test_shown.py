"""How data objects show themselves in a terminal and in a notebook."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from typing import Any

import numpy as np
import pytest

from libseis import ErrorSeverity, Seismogram, SeismogramEnsemble, TimeSeries, TimeSeriesEnsemble, TimeWindow
from libseis.shown import rows_html
from support.data_objects import ensemble, seismogram, time_series


def svg_of(html: str) -> ElementTree.Element:
    """The picture in a text of HTML, which must be well-formed."""
    return ElementTree.fromstring(html).find(".//{*}svg")  # type: ignore[return-value]


def test_a_time_series_says_what_matters() -> None:
    d = time_series(1000, dt=0.01, units="m/s", source_time=1.6e9, source_magnitude=5.25)
    assert repr(d) == (
        "TimeSeries({XX.TEST..BHZ: 1,000 samples, 100 Hz, 2020-09-13 12:26:40 to 12:26:49.99 UTC, m/s, live})"
    )
    html = d._repr_html_()
    assert "100 Hz" in html and "2020-09-13 12:26:40 UTC, M 5.2" in html
    assert len(svg_of(html).findall("{*}path")) == 1
    assert len(html) < 20_000


def test_a_dead_one_says_so_and_an_empty_one_has_no_picture() -> None:
    d = time_series(10)
    d.elog.log_error("test", "broken", ErrorSeverity.Complaint)
    d.kill()
    assert repr(d).endswith("dead, 1 log entry})")
    assert "<svg" not in d._repr_html_() + TimeSeries()._repr_html_() + Seismogram(5)._repr_html_()


def test_times_after_an_event_and_times_out_of_range_are_told() -> None:
    d = time_series(11, dt=0.1)
    d.ator(d.t0 + 5)
    assert "-5 to -4 s" in repr(d)
    d = time_series(11)
    d.t0 = 1e15
    assert "times out of range" in repr(d)


def test_a_gap_breaks_the_line() -> None:
    d = time_series(100, dt=1.0)
    d.add_gap(TimeWindow(d.t0 + 40, d.t0 + 50))
    (path,) = svg_of(d._repr_html_()).findall("{*}path")
    assert path.attrib["d"].count("M") == 2
    assert "1 gap" in repr(d)


def test_three_components_have_a_line_each() -> None:
    html = seismogram(50, chan=["BHE", "BHN", "BHZ"])._repr_html_()
    assert [text.text for text in svg_of(html).findall("{*}text")] == ["XX.TEST..BHE", "XX.TEST..BHN", "XX.TEST..BHZ"]


@pytest.mark.parametrize(("make", "kind"), [(time_series, TimeSeriesEnsemble), (seismogram, SeismogramEnsemble)])
def test_an_ensemble_counts_members_and_stations(make: Any, kind: type) -> None:
    members = [make(20, sta=f"S{number:02d}") for number in range(12)]
    members[3].kill()
    found = ensemble(*members, array="a<b>")
    assert type(found) is kind
    counts = rf"{kind.__name__}\({{12 (TimeSeries|Seismograms), 1 dead, 12 stations, XX.S00, .*, …, "
    assert re.match(counts, repr(found))
    html = found._repr_html_()
    assert len(svg_of(html).findall("{*}path")) == 8
    assert repr(kind()).startswith(f"{kind.__name__}({{0 ")


def test_no_text_of_data_becomes_html() -> None:
    d = time_series(20, sta="<script>", units="<b>")
    assert "<script>" not in d._repr_html_() and "<b>" not in d._repr_html_()
    assert "<i>" not in rows_html("<i>", [{"<i>": "<i>"}], 1)


def test_a_flat_and_a_missing_line_are_no_error() -> None:
    assert "<svg" in time_series(10, data=np.zeros(10))._repr_html_()
    assert "<svg" not in time_series(10, data=np.full(10, np.nan))._repr_html_()
