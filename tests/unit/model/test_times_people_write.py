"""Times mean what a seismologist means, or are refused; never seconds since 1970 by accident."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from obspy import UTCDateTime

from libseis.isotime import iso
from seisbus.archive.events import from_csv, from_mappings
from seisbus.cli.archives import moment
from seisbus.client.jobfile import job_text
from seisbus.client.values import time_ns
from seisbus.errors import JobFileError
from seisbus.model.job import parse_job
from seisbus.model.times import moment_ns

WRITTEN: list[tuple[object, str]] = [
    *((text, "2023-01-01T00:00:00Z") for text in ("2023", 2023, np.int64(2023), "2023-01", "2023-001", 2023001)),
    ("2023-03", "2023-03-01T00:00:00Z"),
    *(
        (text, "2011-03-11T00:00:00Z")
        for text in (
            "20110311", 20110311, "2011-03-11", "2011/03/11", "2011/3/11", "2011-070", "2011,070", "2011.070",
            "2011:070", "2011070", 2011070, "2011/070", " 2011-03-11Z ", np.datetime64("2011-03-11"), date(2011, 3, 11),
            "2011-03-10T24:00:00",
        )
    ),
    *(
        (text, "2011-03-11T05:46:23.2Z")
        for text in (
            "2011-03-11T05:46:23.2Z", "2011-03-11 05:46:23.2", "2011-03-11T05:46:23,2", "2011-070T05:46:23.2",
            "2011,070,05:46:23.2", "2011:070:05:46:23.2", "2011070T054623.2", "20110311T054623.2Z", "20110311_054623.2",
            "2011-03-11T14:46:23.2+09:00", "2011-03-11T14:46:23.2+0900", "2011/03/11, 05:46:23.2", "20110311054623.2",
            "2011-03-11 05:46:23.2 UTC", UTCDateTime("2011-03-11T05:46:23.2"), 1299822383.2, "1299822383.2",
            "@1299822383.2", np.datetime64("2011-03-11T05:46:23.2"),
        )
    ),
    ("2011-03-11T05:46", "2011-03-11T05:46:00Z"),
    ("2011-03-11T05", "2011-03-11T05:00:00Z"),
    ("2012-366", "2012-12-31T00:00:00Z"),
    ("1960-05-22T19:11:14", "1960-05-22T19:11:14Z"),
    ("@0", "1970-01-01T00:00:00Z"),
    (-303454126, "1960-05-20T19:11:14Z"),
]  # fmt: skip
REFUSED: list[object] = [
    0, 1, -1, 2011.5, 2011.07, 201103, "201103", 110311, 20111311, "20110230", 2011000, 2011366, "2011-366", "2011-000",
    "2011-70", "2011-7-070", "11-03-2011", "11.03.2011", "03/11/2011", "2011-02-29", "2011-13", "2011-03-32",
    "2011-03-11T25:00", "2011-03-11T05:60", "2011-03-11T05:46:61", "2011-03-11+99:00", 2011031105, 201103110546.5,
    1299822383200, 1299822383200000000, "nan", "inf", float("nan"), float("inf"), "1e9999", "yesterday", "", "3000",
    "@", "0000-01-01", "2011-03/11", "٢٠١١", None, True, [], {},
]  # fmt: skip


@pytest.mark.parametrize(("written", "meant"), WRITTEN)
def test_they_mean_what_a_seismologist_means_everywhere(written: object, meant: str) -> None:
    assert iso(moment_ns(written)) == meant
    assert iso(time_ns(written)) == meant, "the client"
    assert iso(from_mappings([{"time": written, "lat": 1, "lon": 2}])[0].time_ns) == meant, "events"
    job = {"archive": "local", "windows": {"absolute": [{"start": written, "end": "2100-01-01"}]}}
    (span,) = parse_job(job_text(job)).windows.absolute  # type: ignore[union-attr, misc, attr-defined]
    assert iso(span.start) == meant, "a job of a notebook"
    if isinstance(written, str):
        assert moment(written) == written, "the command line"
        assert iso(from_csv(f'time,lat,lon\n"{written}",1,2\n'.encode())[0].time_ns) == meant, "events of a table"


@pytest.mark.parametrize("written", REFUSED)
def test_what_is_doubtful_is_refused_in_a_sentence(written: object) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        moment_ns(written)


@pytest.mark.parametrize(
    "written", ["2023", "20110311", "2011070", "2011-070", "2011-03-11", "2011-03-11T05:46:23.123456789Z"]
)
def test_unquoted_in_yaml_too(written: str) -> None:
    text = f"archive: local\nwindows:\n  absolute:\n    - {{start: {written}, end: 2200-01-01}}\n"
    for read in (text, job_text(text)):
        (span,) = parse_job(read).windows.absolute  # type: ignore[union-attr, misc, attr-defined]
        assert span.start == moment_ns(written)


@pytest.mark.parametrize(
    "written", ["2011-02-30", "2011-13-01", "2011-03-11T25:00:00", "!!timestamp 2011-02-30", "2011.07", "12:30:45"]
)
def test_a_date_that_does_not_exist_is_one_sentence(written: str) -> None:
    text = f"archive: local\nwindows:\n  absolute:\n    - {{start: {written}, end: 2200-01-01}}\n"
    for read in (parse_job, job_text):
        with pytest.raises(JobFileError, match=r"^Job file: [^\n]*\.$"):
            read(text)


@given(st.integers(0, 99_999_999))
def test_no_small_number_is_ever_seconds_since_1970(number: int) -> None:
    for written in (number, str(number)):
        try:
            found = moment_ns(written)
        except ValueError:
            continue
        assert found != number * 10**9 or number == 0
        assert iso(found)[:4] == str(number)[:4]


@given(st.text(alphabet="0123456789-:,./TZ +@e", max_size=30))
def test_any_text_is_a_time_or_a_sentence(text: str) -> None:
    try:
        moment_ns(text)
    except ValueError as error:
        assert "is not a time" in str(error)


def test_the_loader_leaves_yaml_itself_alone() -> None:
    assert yaml.safe_load("2011-03-11") == date(2011, 3, 11)
