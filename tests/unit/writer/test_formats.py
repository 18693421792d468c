"""Formats of datasets and publishing by themselves: what is cut, joined, kept twice; what replaces what."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import obspy
import pytest

from libseis import mseed
from libseis.codes import Channel
from libseis.isotime import DAY_NS
from libseis.segments import Rate, Segment
from seisbus.model.kinds.export import Export
from seisbus.model.task import Window
from seisbus.writer.formats import About, Draft, open_draft
from seisbus.writer.publishing import make_durable, publish, unfinished

SOURCE = Channel("CI", "PAS", "", "BHZ")
MIDNIGHT = 15_044 * DAY_NS
DAY = Window("j.x", Channel("CI", "PAS", "", "BHZ"), MIDNIGHT, MIDNIGHT + DAY_NS, False)


def segment(start_ns: int, data: object, rate: Fraction = Fraction(40)) -> Segment:
    return Segment(SOURCE, start_ns, Rate(rate.numerator, rate.denominator), np.asarray(data))


def new_draft(format: str, path: Path) -> Draft:
    return open_draft(Export.model_validate({"format": format, "tag": "t"}), path, About(DAY, None))


def test_a_day_file_holds_the_samples_of_its_day_once(tmp_path: Path) -> None:
    counts = np.arange(400, dtype=np.int32)
    made = new_draft("mseed", tmp_path / "day")
    made.add({}, segment(MIDNIGHT - 100 * 25_000_000, counts), {})
    made.add({}, segment(MIDNIGHT + 200 * 25_000_000, np.arange(300, 500, dtype=np.int32)), {})
    made.close()
    (trace,) = obspy.read(tmp_path / "day")
    assert trace.stats.starttime.ns == MIDNIGHT
    assert np.array_equal(trace.data, np.arange(100, 500))
    assert made.problems == []


def test_a_day_file_of_miniseed_3_keeps_long_codes_and_nanoseconds(tmp_path: Path) -> None:
    long = Channel("CI", "LONGSTA", "", "BHZ")
    for format, problems in (("mseed3", 0), ("mseed", 1)):
        made = new_draft(format, tmp_path / format)
        made.add({}, Segment(long, MIDNIGHT + 7, Rate(40), np.arange(10, dtype=np.int32)), {})
        made.close()
        assert len(made.problems) == problems
        assert made.empty == bool(problems)
    (member,) = mseed.read(tmp_path / "mseed3").member
    assert (member["sta"], member.t0_ns, member.data.tolist()) == ("LONGSTA", MIDNIGHT + 7, list(range(10)))


def test_samples_that_disagree_are_said(tmp_path: Path) -> None:
    made = new_draft("mseed", tmp_path / "day")
    made.add({}, segment(MIDNIGHT, np.arange(10, dtype=np.int32)), {})
    made.add({}, segment(MIDNIGHT + 5 * 25_000_000, np.full(10, 7, np.int32)), {})
    made.close()
    (trace,) = obspy.read(tmp_path / "day")
    assert trace.data.tolist() == [*range(10), 7, 7, 7, 7, 7]
    assert len(made.problems) == 1


def test_asdf_keeps_all_samples_of_the_same_time(tmp_path: Path) -> None:
    import pyasdf

    made = new_draft("asdf", tmp_path / "a.h5")
    for value in (1.0, 2.0, 1.0):
        made.add({}, segment(MIDNIGHT, np.full(100, value)), {})
    made.close()
    assert len(made.problems) == 1
    with pyasdf.ASDFDataSet(tmp_path / "a.h5", mode="r", mpi=False) as dataset:
        station = dataset.waveforms["CI.PAS"]
        assert sorted(station.get_waveform_tags()) == ["observed", "observed_2"]
        assert sorted(trace.data[0] for trace in (*station.observed, *station.observed_2)) == [1.0, 2.0]


def test_sac_names_differ_and_rounded_counts_are_said(tmp_path: Path) -> None:
    made = new_draft("sac", tmp_path / "f")
    for top in (1, 2**24 + 1):
        made.add({}, segment(MIDNIGHT, np.array([0, top], np.int32)), {})
    made.close()
    names = sorted(file.name for file in (tmp_path / "f").iterdir())
    assert names == ["CI.PAS..BHZ.2011.070.000000.000.2.SAC", "CI.PAS..BHZ.2011.070.000000.000.SAC"]
    assert made.problems == ["CI.PAS..BHZ: counts above 2^24 are rounded to single precision."]


def test_what_another_builder_left_is_removed_and_the_old_file_stays_until_the_rename(tmp_path: Path) -> None:
    target = tmp_path / "deep" / "x.h5"
    target.parent.mkdir()
    target.write_text("old")
    left = unfinished(target, 1)
    left.write_text("half")
    part = unfinished(target, 2)
    assert not left.exists()
    part.write_text("new")
    with target.open() as reader:
        assert make_durable(part).size == 3
        publish(part, target)
        assert reader.read() == "old"
    assert target.read_text() == "new"
    assert [p.name for p in target.parent.iterdir()] == ["x.h5"]


def test_a_folder_is_replaced_file_by_file(tmp_path: Path) -> None:
    target = tmp_path / "event"
    target.mkdir()
    for name in ("a.SAC", "old.SAC", "notes.txt"):
        (target / name).write_text("old")
    part = unfinished(target, 1)
    part.mkdir()
    (part / "a.SAC").write_text("new")
    make_durable(part)
    publish(part, target)
    assert {p.name: p.read_text() for p in target.iterdir()} == {"a.SAC": "new", "notes.txt": "old"}
    assert not part.exists()


@pytest.mark.parametrize("format", ["asdf", "mseed", "mseed3", "sac", "parquet"])
def test_an_abandoned_sink_can_be_discarded(format: str, tmp_path: Path) -> None:
    from seisbus.writer.publishing import discard

    made = new_draft(format, tmp_path / "x")
    made.add({}, segment(MIDNIGHT, np.arange(10, dtype=np.int32)), {})
    made.abandon()
    discard(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


SAID = {"elog": ["2 records have a reserved byte that is not blank."], "window": "j.w"}


def test_what_error_logs_say_stands_beside_sac_and_in_asdf(tmp_path: Path) -> None:
    import pyasdf

    from libseis.asdf import read_logs

    for format in ("sac", "asdf"):
        made = new_draft(format, tmp_path / format)
        made.add(SAID, segment(MIDNIGHT, np.arange(100, dtype=np.int32)), {})
        made.add({}, segment(MIDNIGHT + 10**12, np.arange(100, dtype=np.int32)), {})
        made.close()
    (line,) = (tmp_path / "sac" / "waveforms.log.jsonl").read_text().splitlines()
    told = json.loads(line)
    assert (told["message"], told["channel"]) == (SAID["elog"][0], str(SOURCE))
    assert (tmp_path / "sac" / told["file"]).exists()
    assert len(obspy.read(str(tmp_path / "sac" / "*.SAC"))) == 2
    (log,) = read_logs(tmp_path / "asdf", "CI.PAS")
    assert (log.start_ns, log.tag, list(log.sentences)) == (MIDNIGHT, "observed", SAID["elog"])
    with pyasdf.ASDFDataSet(tmp_path / "asdf", mode="r", mpi=False) as dataset:
        assert len(dataset.waveforms["CI.PAS"].observed) == 2
        (name,) = dataset.auxiliary_data.ErrorLogs.CI_PAS.list()
        stored = dataset.auxiliary_data.ErrorLogs.CI_PAS[name]
        assert json.loads(stored.data[()].tobytes()) == SAID["elog"]
        assert stored.parameters["channel_id"] == "CI.PAS..BHZ"
        assert dataset.validate() is None


def test_the_log_of_an_sds_day_comes_and_goes_with_it(tmp_path: Path) -> None:
    target = tmp_path / "2011/CI/PAS/BHZ.D/CI.PAS..BHZ.D.2011.070"
    log = tmp_path / "2011/CI/PAS/BHZ.L/CI.PAS..BHZ.L.2011.070.log.jsonl"
    for token, about in enumerate((SAID, {}, SAID)):
        part = unfinished(target, token)
        made = new_draft("mseed", part)
        made.add(about, segment(MIDNIGHT, np.arange(100, dtype=np.int32)), {})
        made.close()
        published = make_durable(part)
        assert bool(published.log_sha256) == bool(about)
        publish(part, target)
        assert log.exists() == bool(about)
        assert [path.name for path in target.parent.iterdir()] == [target.name]
    assert json.loads(log.read_text())["message"] == SAID["elog"][0]
    # a builder that was killed leaves both of them
    made = new_draft("mseed", unfinished(target, 7))
    made.add(SAID, segment(MIDNIGHT, np.arange(100, dtype=np.int32)), {})
    made.close()
    assert len(list(target.parent.iterdir())) == 3
    unfinished(target, 8)
    assert [path.name for path in target.parent.iterdir()] == [target.name]
