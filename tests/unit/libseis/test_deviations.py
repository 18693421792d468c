"""libseis/DEVIATIONS.md: each entry names its tests, and here are those of what no other file tests."""

from __future__ import annotations

import copy
import os
import pickle
import re
import shutil
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from libseis import TimeWindow
from libseis.errors import MsPASSError
from libseis.mspass.algorithms.basic import free_surface_transformation
from libseis.mspass.algorithms.calib import ApplyCalibEngine
from libseis.mspass.algorithms.orientation import Orientation
from libseis.mspass.algorithms.signals import interpolate
from libseis.mspass.algorithms.window import WindowData, merge
from libseis.mspass.decorators import mspass_func_wrapper, timeseries_as_trace
from libseis.mspass.schema import MetadataSchema, attributes
from libseis.mspass.schema.locating import DATA, DEFAULT_FILE
from libseis.mspass.seismic import (
    CoreSeismogramEnsemble,
    CoreTimeSeriesEnsemble,
    DataGap,
    DoubleVector,
    PowerSpectrum,
    SeismogramVector,
    SlownessVector,
    TimeSeries,
    TimeSeriesEnsemble,
    TimeSeriesVector,
    _CoreSeismogram,
    _CoreTimeSeries,
)
from libseis.mspass.util.seismic import has_live_data, number_live
from libseis.mspass.utility import ErrorLogger, ErrorSeverity, LogData, Metadata, dmatrix
from libseis.signal.rotation import free_surface_matrix
from support.data_objects import T0, ensemble, messages, seismogram, time_series

HERE = Path(__file__).parent
TEXT = (HERE.parents[2] / "libseis" / "DEVIATIONS.md").read_text()
ENTRIES = [
    " ".join(entry.split()) for entry in re.findall(r"^- .*?(?=^- |^#|\Z)", TEXT, flags=re.MULTILINE | re.DOTALL)
]


def named_tests(entry: str) -> dict[str, list[str]]:
    """File -> tests that an entry names at its end."""
    match = re.search(r"\((test_\w+: [^()]*)\)$", entry)
    named = [part.split(":") for part in match.group(1).split(";")] if match else []
    return {file.strip(): re.findall(r"test_\w+", tests) for file, tests in named}


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry[2:40])
def test_every_entry_names_tests_that_exist(entry: str) -> None:
    named = named_tests(entry)
    assert named and all(named.values())
    for file, tests in named.items():
        defined = set(re.findall(r"^ *def (test_\w+)", (HERE / f"{file}.py").read_text(), flags=re.MULTILINE))
        assert set(tests) <= defined


def test_sample_numbers_out_of_reach() -> None:
    for wrong in (1e30, -1e30, float("nan"), float("inf")):
        with pytest.raises(MsPASSError):
            time_series().sample_number(wrong)


def test_slices_of_vectors_are_views() -> None:
    v = DoubleVector([1.0, 2.0, 3.0])
    v[0:2][0] = 9.0
    assert v[0] == 9.0


@pytest.mark.parametrize("make", [time_series, seismogram])
def test_data_are_multiplied_by_numbers(make: Any) -> None:
    d = make(5, extra=1)
    for made, factor in ((d * 2, 2.0), (2 * d, 2.0), (d / 4, 0.25), (-d, -1.0)):
        assert type(made) is type(d) and made is not d and made["extra"] == 1
        np.testing.assert_array_equal(made.data, factor * np.asarray(d.data))


def test_metadata_have_more_names() -> None:
    md = Metadata({"a": 1.0})
    md.put_int("n", 3)
    assert md.get_int("n") == 3 and dict(md + {"b": 2}) == md.todict() | {"b": 2}
    md.clear()
    assert md.todict() == {}


def test_everything_pickles() -> None:
    log = ErrorLogger()
    log.log_error("a", "b", ErrorSeverity.Complaint)
    gap = DataGap()
    gap.add_gap(TimeWindow(1.0, 2.0))
    core, core3 = _CoreTimeSeries(3), _CoreSeismogram(3)
    core.data[1], core3.data[2, 1] = 5.0, 6.0
    for value, seen in (
        (log, lambda x: [entry.message for entry in x.get_error_log()]),
        (log[0], lambda x: (x.algorithm, x.message, x.badness)),
        (DoubleVector([1.0, 2.0]), list),
        (dmatrix(np.eye(3)), lambda x: x.tolist()),
        (TimeSeriesVector([time_series(3)]), lambda x: [list(d.data) for d in x]),
        (SeismogramVector([seismogram(3)]), lambda x: [d.data.tolist() for d in x]),
        (gap, lambda x: [(w.start, w.end) for w in x.get_gaps()]),
        (core, lambda x: list(x.data)),
        (core3, lambda x: x.data.tolist()),
        (CoreTimeSeriesEnsemble(), lambda x: len(x.member)),
        (CoreSeismogramEnsemble(), lambda x: len(x.member)),
    ):
        again = pickle.loads(pickle.dumps(value))
        assert type(again) is type(value) and seen(again) == seen(value)


def test_pickled_spectra_keep_their_values() -> None:
    spectrum = PowerSpectrum(Metadata({"a": 1}), DoubleVector([1.0, 4.0, 9.0]), 0.5, "test", 0.0, 0.1, 4)
    again = pickle.loads(pickle.dumps(spectrum))
    assert list(again.spectrum) == [1.0, 4.0, 9.0] and (again.nf(), again.df(), again["a"]) == (3, 0.5, 1)


def test_empty_log_data() -> None:
    empty = LogData()
    assert (empty.job_id, empty.p_id, empty.algorithm, empty.message) == (0, os.getpid(), "", "")


def test_quarter_turns_are_exact() -> None:
    for hang in (0.0, 90.0, 180.0, 270.0, 360.0):
        for vang in (0.0, 90.0, 180.0):
            assert set(np.abs(Orientation(hang, vang).vector())) == {0.0, 1.0}


def test_oddities_of_seismograms() -> None:
    dead, live = seismogram(3), seismogram(3)
    dead.kill()
    before = np.array(dead.data)
    dead += live
    np.testing.assert_array_equal(dead.data, before)
    dead -= live
    np.testing.assert_array_equal(dead.data, np.zeros((3, 3)))
    live.npts = 0
    assert np.asarray(live.data).shape == (0, 0)


def test_the_free_surface_of_mspass_and_of_kennett() -> None:
    """Both for a wave to the east; rows P, SV, SH of Kennett's equation 13 are rows 3, 2, 1 of MsPASS's matrix."""
    slowness, vp, vs = 0.1, 6.0, 3.5
    found = free_surface_transformation(seismogram(3), SlownessVector(slowness, 0.0), vp, vs).tmatrix
    kennett = free_surface_matrix(270.0, slowness, vp, vs)
    up, radial = [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]
    assert found[1] @ up == pytest.approx(slowness * vs**2 / vp) == pytest.approx(kennett[0] @ radial)
    assert found[2] @ radial == pytest.approx(-slowness * vs) == pytest.approx(kennett[1] @ up)
    # the other terms agree
    assert found[2] @ up == pytest.approx(kennett[0] @ up) and found[1] @ radial == pytest.approx(kennett[1] @ radial)
    assert abs(found[0]) == pytest.approx(abs(kennett[2]), abs=1e-12)


def test_a_deep_copy_costs_little_more_than_its_arrays() -> None:
    e = ensemble(*[time_series(200_000) for _ in range(10)])

    def cost(work: Any) -> float:
        best = float("inf")
        for _ in range(5):
            start = time.process_time()
            kept = work()
            best = min(best, time.process_time() - start)
            del kept
        return best

    assert cost(lambda: copy.deepcopy(e)) < 3 * cost(lambda: [np.array(d.data) for d in e.member])


def test_oddities_of_ensembles() -> None:
    e = TimeSeriesEnsemble()
    e.member.append(time_series())
    assert e.dead() and number_live(e) == 1 and has_live_data(e)
    e.set_live()
    e["a"], e["b"] = 1, 2
    assert len(e) == 2
    e.member[0].kill()
    assert e.validate() is False and e.live


def test_ids_are_text_without_bson(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(attributes.importlib.util, "find_spec", lambda name: None)
    # the type, and what was parsed of the packaged file, may be known already, with bson
    monkeypatch.setattr(attributes, "_object_id", attributes._object_id.__wrapped__)
    fresh = shutil.copy(DATA / DEFAULT_FILE, tmp_path)
    assert MetadataSchema(fresh).TimeSeries.type("site_id") is str


def test_history_goes_to_the_new_datum() -> None:
    @mspass_func_wrapper
    def renew(data: Any) -> Any:
        return TimeSeries(data)

    old = time_series()
    new = renew(old, object_history=True, alg_id="5")
    assert new.created_by() == ("renew", "5") and old.number_of_stages() == 0


def test_an_error_in_one_member_is_its_own() -> None:
    @mspass_func_wrapper
    def refuse(data: Any, *, handles_ensembles: bool = False) -> Any:
        if data["n"] == 1:
            raise ValueError("odd")
        return data

    e = refuse(ensemble(*[time_series(n=n) for n in range(3)]))
    assert e.live and [d.live for d in e.member] == [True, False, True]
    assert [d.elog.size() for d in e.member] == [0, 1, 0] and messages(e.member[1]) == ["ValueError: odd"]


def test_obspy_s_notes_come_back_where_the_datum_has_the_key() -> None:
    @timeseries_as_trace
    def demean(trace: Any) -> None:
        trace.detrend("demean")

    without, with_key = time_series(), time_series(processing=["read"])
    for d in (without, with_key):
        demean(d)
    assert not without.is_defined("processing")
    assert with_key["processing"][0] == "read" and "detrend" in with_key["processing"][1]


@pytest.mark.parametrize("make", [time_series, seismogram])
def test_a_window_that_ends_a_sample_after_the_data(make: Any) -> None:
    d = make(10, 1.0)
    assert WindowData(d, T0 + 5.0, T0 + 9.0).npts == 5
    beyond = WindowData(d, T0 + 5.0, T0 + 10.0)
    assert beyond.dead() and beyond.npts == 0 and d.live and d.npts == 10


def test_gaps_of_merge_are_the_missing_samples() -> None:
    early, late = time_series(10, 1.0, 0.0), time_series(8, 1.0, 12.0)
    joined = merge([late, early], zero_gaps=True)
    assert joined["gaps"] == [{"starttime": 10.0, "endtime": 11.0}]
    np.testing.assert_array_equal(joined.data, [*range(1, 11), 0, 0, *range(1, 9)])


def test_interpolation_has_all_digits_at_epoch_times() -> None:
    """From 20 Hz to 20 Hz nothing is to change, wherever the data start; and the last value is a sample."""
    x = np.sin(2 * np.pi * 0.7 * np.arange(200) * 0.05)
    for t0 in (0.0, T0, T0 + 0.123):
        for method in ("linear", "weighted_average_slopes"):
            d = interpolate(time_series(200, 0.05, t0, data=x), 20.0, method)
            np.testing.assert_allclose(d.data, x[: d.npts], atol=1e-9)
            assert d.npts >= 199 and d.t0 == pytest.approx(t0, abs=1e-6)


class MakesAFolder:
    """A pickle that makes a folder when it is loaded."""

    def __init__(self, path: Path) -> None:
        self.path = str(path)

    def __reduce__(self) -> Any:
        return os.mkdir, (self.path,)


def test_a_pickled_response_runs_no_code(tmp_path: Path) -> None:
    made = tmp_path / "made"
    document = {"_id": "a", "serialized_channel_data": pickle.dumps(MakesAFolder(made))}

    class Documents(dict[str, Any]):
        def find(self, query: Any) -> list[Any]:
            return [document]

    with pytest.raises(MsPASSError, match="no valid response data"):
        ApplyCalibEngine({"channel": Documents()})  # type: ignore[arg-type]
    assert not made.exists()
    pickle.loads(document["serialized_channel_data"])  # type: ignore[arg-type]
    assert made.is_dir()  # the pickle itself works
