"""Gathers: an ensemble as one array with a table of Metadata, in each kind of array and both layouts."""

from __future__ import annotations

import pickle
from typing import Any

import dask.array as da
import numpy as np
import pandas as pd
import pytest
import xarray as xr

from libseis import TimeReferenceType
from libseis.errors import MsPASSError
from libseis.mspass.seismic import Seismogram, SeismogramEnsemble, TimeSeries, TimeSeriesEnsemble
from libseis.mspass.seismic.gather import (
    Gather,
    SeismogramGather,
    extractDataFromMsPassObject,
    extractDataFromOldEnsemble,
    extractMemberMetadataFromOldEnsemble,
    regularize_ensemble,
    resample_ensemble,
)
from libseis.mspass.utility import ErrorSeverity, Metadata
from support.data_objects import ensemble as ensemble_of
from support.data_objects import seismogram, time_series

KINDS = pytest.mark.parametrize("kind", [Gather, SeismogramGather])
ARRAYS = pytest.mark.parametrize("array_type", ["numpy", "dask", "xarray"])
LAYOUTS = pytest.mark.parametrize("is_compact", [True, False])
CLASSES = {"numpy": np.ndarray, "dask": da.Array, "xarray": xr.DataArray}


def values(kind: Any, size: int, npts: int) -> np.ndarray[Any, Any]:
    components = 1 if kind is Gather else 3
    return np.arange(size * components * npts, dtype=float).reshape(size, components, npts)


def table(size: int, npts: int, dt: float = 0.25) -> pd.DataFrame:
    rows = [
        {"row": j, "starttime": float(j), "delta": dt, "npts": npts, "is_live": True, "sta": f"S{j}", "extra": None}
        for j in range(size)
    ]
    return pd.DataFrame(rows)


def gather(
    kind: Any, array_type: str = "numpy", is_compact: bool = True, size: int = 3, npts: int = 5, n: int = 2
) -> Any:
    x = values(kind, size, npts)
    return kind(
        input_data=x if is_compact else x.transpose(0, 2, 1),
        member_metadata=table(size, npts),
        ensemble_metadata={"name": "test", "nested": {"value": 7}},
        array_type=array_type,
        is_compact=is_compact,
        npartitions=n,
    )


def stored(g: Any) -> np.ndarray[Any, Any]:
    """The samples with the layout (member, component, sample)."""
    x = np.asarray(g.member_data)
    return x if g.is_compact else x.transpose(0, 2, 1)


def check_array(g: Any) -> None:
    assert isinstance(g.member_data, CLASSES[g.array_type]) and g.is_parallel is (g.array_type != "numpy")
    if g.is_parallel:
        chunks = (g.member_data.data if g.array_type == "xarray" else g.member_data).chunks
        part = max(1, -(-g.capacity // g.npartitions))
        assert chunks[0] == tuple(min(part, g.size - a) for a in range(0, g.size, part)) or (g.size, chunks[0]) == (
            0,
            (0,),
        )
        assert [len(c) for c in chunks[1:]] == [1, 1]
    if g.array_type == "xarray":
        assert g.member_data.dims == (
            ("member", "component", "time") if g.is_compact else ("member", "time", "component")
        )


def make(kind: Any, size: int = 2, npts: int = 4, dt: float = 0.25) -> Any:
    build = time_series if kind is Gather else seismogram
    e = ensemble_of(*(build(npts, dt, float(j), marker=j) for j in range(size)), source="here")
    e["payload"] = {"tags": ["first"]}
    return e


@KINDS
@ARRAYS
@LAYOUTS
@pytest.mark.parametrize(("size", "n"), [(1, 3), (5, 3)])
def test_samples_are_where_they_belong(kind: Any, array_type: str, is_compact: bool, size: int, n: int) -> None:
    g = gather(kind, array_type, is_compact, size, n=n)
    expected = values(kind, size, 5)
    check_array(g)
    assert (g.size, g.capacity, g.npts, g.num_components) == (size, size, 5, expected.shape[1])
    assert np.array_equal(stored(g), expected)
    j = size - 1
    member = g.member(j)
    assert np.array_equal(g.data(j), np.squeeze(expected[j])) and np.array_equal(member.data, np.squeeze(expected[j]))
    assert (member.t0, member.dt, member["sta"], member.live) == (float(j), 0.25, f"S{j}", True)
    assert not member.is_defined("extra") and member.time_is_relative()
    where = (j, 3) if kind is Gather else (j, 2, 3)
    assert g[where] == expected[j, -1, 3]
    g[where] = -1.0
    assert g[where] == stored(g)[j, -1, 3] == -1.0
    assert f"{size} members" in str(g)
    with pytest.raises(MsPASSError, match=f"there is no number {size}"):
        g.data(size)


@KINDS
@ARRAYS
@LAYOUTS
def test_an_ensemble_becomes_a_gather_and_comes_back(kind: Any, array_type: str, is_compact: bool) -> None:
    e = make(kind)
    g = kind(input_obj=e, array_type=array_type, is_compact=is_compact, npartitions=2)
    check_array(g)
    assert np.array_equal(stored(g), extractDataFromOldEnsemble(e))
    assert g.time_is_UTC() and g.dt() == 0.25 and g.samprate() == 4.0 and g.starttime() == [0.0, 1.0]
    e["payload"]["tags"].append("later")
    assert g.ensemble_metadata()["payload"] == {"tags": ["first"]} and g.ensemble_metadata()["source"] == "here"
    for j, member in enumerate(e.member):
        back = g.member(j)
        assert np.array_equal(back.data, member.data) and back["marker"] == j and back["sta"] == "TEST"
        assert (back.t0, back.dt, back.time_is_UTC()) == (member.t0, member.dt, True)


@KINDS
@pytest.mark.parametrize("given", [None, 0, "right"])
def test_dimensions_follow_from_the_input(kind: Any, given: object) -> None:
    components = 1 if kind is Gather else 3
    right = {"capacity": 2, "size": 2, "npts": 4, "num_components": components}
    asked = {name: value if given == "right" else given for name, value in right.items()}
    for source in (
        {"input_data": values(kind, 2, 4), "member_metadata": table(2, 4)},
        {"input_obj": make(kind)},
    ):
        g = kind(array_type="numpy", **source, **asked)
        assert {name: getattr(g, name) for name in right} == right
        for name in right:
            empty = kind.__new__(kind)
            with pytest.raises(ValueError, match=rf"{name}=7 conflicts with the value {right[name]}"):
                empty.__init__(array_type="numpy", **source, **{name: 7})
            assert vars(empty) == {}


@KINDS
@ARRAYS
@LAYOUTS
@pytest.mark.parametrize("capacity", [1, 5])
def test_members_are_appended(kind: Any, array_type: str, is_compact: bool, capacity: int) -> None:
    g = kind(
        capacity=capacity, size=0, npts=4, num_components=1 if kind is Gather else 3, npartitions=3,
        member_metadata=pd.DataFrame(), ensemble_metadata={"dt": 0.25}, array_type=array_type, is_compact=is_compact,
    )  # fmt: skip
    e = make(kind)
    for member in e.member:
        g.append(member)
    assert (g.size, g.capacity) == (2, max(capacity, 2)) and g.member_metadata["marker"].tolist() == [0, 1]
    assert np.array_equal(stored(g), extractDataFromOldEnsemble(e))
    check_array(g)
    with pytest.raises(TypeError, match=r"found (TimeSeries|Seismogram)Ensemble"):
        g.append(e)
    with pytest.raises(TypeError, match="component"):
        g.append(seismogram(4) if kind is Gather else time_series(4))
    build = time_series if kind is Gather else seismogram
    for bad, text in ((build(5, 0.25), "4 samples, found 5"), (build(4, 0.5), "sampling interval of 0.25 s")):
        with pytest.raises(ValueError, match=text):
            g.append(bad)


@KINDS
@ARRAYS
@LAYOUTS
def test_some_members_in_any_order(kind: Any, array_type: str, is_compact: bool) -> None:
    g = gather(kind, array_type, is_compact, size=4, n=3)
    g.set_column_values(["a", "b", "c", "d"])
    some = g.subset([2, 0, 2])
    assert np.array_equal(stored(some), values(kind, 4, 5)[[2, 0, 2]]) and some.column_values() == ["c", "a", "c"]
    assert some.member_metadata["row"].tolist() == [2, 0, 2] and (some.size, some.capacity, some.npartitions) == (
        3,
        3,
        3,
    )
    first = g.subset(0, 2)
    assert (first.size, first.npartitions) == (2, 2) and np.array_equal(stored(first), values(kind, 4, 5)[:2])
    none = g.subset([])
    assert none.member_data.shape == (0, *g.member_data.shape[1:]) and none.column_values() == [] and none.size == 0
    for made in (some, first, none):
        check_array(made)
    with pytest.raises(MsPASSError, match="no number 4"):
        g.subset([4])


@KINDS
@ARRAYS
def test_gathers_are_pickled(kind: Any, array_type: str) -> None:
    g = gather(kind, array_type, size=4, n=3)
    g.elog.log_error("test", "round trip", ErrorSeverity.Complaint)
    back = pickle.loads(pickle.dumps(g))
    check_array(back)
    assert np.array_equal(stored(back), stored(g)) and back.ensemble_metadata() == g.ensemble_metadata()
    pd.testing.assert_frame_equal(back.member_metadata, g.member_metadata)
    assert back.elog.get_error_log()[0].message == "round trip"


def test_metadata_of_members_are_their_own() -> None:
    g = gather(Gather, size=2)
    before = g.get_metadata(0)
    new = {"row": 21, "sta": "NEW", "extra": {"tags": ["x"]}}
    g.set_metadata(1, new)
    new["extra"]["tags"].append("later")  # type: ignore[index]
    assert g.get_metadata(0) == before and g.get_metadata(1)["extra"] == {"tags": ["x"]}
    assert pd.isna(g.get_metadata(1)["delta"]) and pd.isna(g.get_metadata(1)["is_live"])
    row = g.get_metadata(1)
    g.edit_metadata(0, Metadata({"sta": "MD", "azimuth": 5.0}))
    assert g.get_metadata(0) == before | {"sta": "MD", "azimuth": 5.0}
    assert {k: v for k, v in g.get_metadata(1).items() if not pd.isna(v)} == {
        k: v for k, v in row.items() if not pd.isna(v)
    }
    assert isinstance(g.get_metadata(0, "metadata"), Metadata) and isinstance(g.ensemble_metadata("metadata"), Metadata)
    for call in (
        lambda: g.get_metadata(0, "json"),
        lambda: g.ensemble_metadata("json"),
        lambda: g.set_metadata(0, [1]),
    ):
        with pytest.raises(TypeError):
            call()


def test_members_get_copies_of_the_gathers_metadata() -> None:
    g = gather(Gather, size=2)
    g.sync_metadata()
    assert g.member_metadata["name"].tolist() == ["test", "test"]
    a, b = g.member_metadata["nested"]
    assert a == b == {"value": 7} and a is not b and "is_utc" not in g.member_metadata
    assert g.live(0) and not g.dead(1)


def test_column_values_and_times() -> None:
    g = gather(Gather, size=2)
    g.member_metadata["starttime"] = [0.0, 2.0]
    g._labels["dt"] = 2.0
    # halves go away from zero
    assert g.sample_number(1.0, [0, 1]).tolist() == [1, -1] and g.time(1, 3) == 8.0
    labels = [["left"], ["right"]]
    g.set_column_values(labels)
    labels[0].append("later")
    assert g.column_values() == [["left"], ["right"]] and g.sample_number(4.0, [["right"]]).tolist() == [1]
    with pytest.raises(TypeError, match="must be a list"):
        g.set_column_values("ab")
    with pytest.raises(ValueError, match="2 members, found 1"):
        g.set_column_values(["a"])


def utc(**labels: object) -> Gather:
    return Gather(
        input_data=np.zeros((2, 1, 4)), member_metadata=table(2, 4), ensemble_metadata={"is_utc": True, **labels},
        array_type="numpy",
    )  # fmt: skip


def test_times_become_relative_and_utc_again() -> None:
    g = utc()
    assert g.ator(2.5) is g and g.starttime() == [-2.5, -1.5] and g.time_is_relative()
    assert g.ensemble_metadata()["starttime_shift"] == 2.5
    assert g.ator("no number") is g and g.shift(1.0).starttime() == [-3.5, -2.5]
    assert g.rtoa() is g and g.starttime() == [0.0, 1.0] and g.time_is_UTC()
    g.ensemble_metadata()["starttime_shift"] = "bad"
    assert g.rtoa() is g
    for shift in (None, "2.5", np.nan, np.inf, True):
        with pytest.raises(ValueError, match="finite number"):
            utc().ator(shift)
        with pytest.raises(ValueError, match="finite number"):
            utc(is_utc=False, starttime_shift=shift).rtoa()
    with pytest.raises(ValueError, match="does not define starttime_shift"):
        utc(is_utc=False).rtoa()


def test_what_no_gather_is_made_of() -> None:
    data = {"input_data": np.zeros((2, 1, 4)), "member_metadata": table(2, 4)}
    for n in (0, -1, True, 1.5, None):
        with pytest.raises(ValueError, match="npartitions must be a positive integer"):
            Gather(npartitions=n, array_type="dask", **data)
    assert Gather(npartitions=np.int64(2), array_type="dask", **data).npartitions == 2
    for options, text in (
        ({"array_type": "zarr"}, "array_type must be"),
        ({"input_data": np.zeros((2, 3, 4))}, "1 component"),
        ({"input_obj": SeismogramEnsemble()}, "must be a TimeSeriesEnsemble"),
        ({"member_metadata": None, "input_data": None}, "member metadata should be given"),
    ):
        with pytest.raises(TypeError, match=text):
            Gather(**(data | options))
    for call in (extractDataFromOldEnsemble, extractMemberMetadataFromOldEnsemble):
        with pytest.raises(TypeError, match="no members"):
            call(TimeSeriesEnsemble())
        with pytest.raises(TypeError, match="is wanted"):
            call(TimeSeries(3))
    with pytest.raises(TypeError, match="is wanted"):
        extractDataFromMsPassObject([1.0])
    with pytest.raises(ValueError, match="same number of samples"):
        Gather(input_obj=ensemble_of(time_series(4), time_series(5)), array_type="numpy")


def test_an_empty_gather_has_its_shape() -> None:
    g = SeismogramGather(capacity=5, size=5, npts=6, num_components=3, npartitions=3, member_metadata=table(5, 6))
    assert g.member_data.shape == (5, 3, 6) and not stored(g).any()
    assert Gather(size=2, npts=6, num_components=3, member_metadata=table(2, 6)).member_data.shape == (2, 3, 6)
    g = SeismogramGather(size=5, npts=6, member_metadata=table(5, 6), is_compact=False, array_type="numpy")
    assert g.member_data.shape == (5, 6, 3)


def members(*specifications: tuple[float, int, float, float]) -> TimeSeriesEnsemble:
    made = []
    for t0, npts, dt, offset in specifications:
        d = time_series(npts, dt, t0, offset + np.arange(npts))
        d.tref = TimeReferenceType.Relative
        d["sampling_rate"] = 1.0 / dt
        made.append(d)
    return ensemble_of(*made)


@pytest.mark.parametrize("dt", [None, 0.1])
def test_members_get_one_rate(dt: float | None) -> None:
    e = members((0.0, 200, 0.1, 1.0), (0.0, 100, 0.2, 2.0), (0.0, 7, 1.0, 0.0))
    e.member[2].kill()
    assert resample_ensemble(e, dt) is e
    assert [(m.dt, m.npts) for m in e.member] == [(0.1, 200), (0.1, 200), (1.0, 7)]
    assert e.member[1]["sampling_rate"] == pytest.approx(10.0)
    for bad in (0.0, -0.1, np.nan, np.inf, "0.1", True):
        with pytest.raises(ValueError, match="finite positive"):
            resample_ensemble(e, bad)
    g = Gather(input_obj=members((0.0, 200, 0.1, 1.0), (0.0, 100, 0.2, 2.0)), array_type="numpy")
    assert g.npts == 200


def test_functions_of_ones_own_make_members_regular(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[object] = []
    monkeypatch.setattr("libseis.mspass.seismic.gather.resample_ensemble", lambda _e, dt: done.append(dt))
    monkeypatch.setattr("libseis.mspass.seismic.gather.regularize_ensemble", lambda _e, by: done.append(by))
    Gather(input_obj=make(Gather), dt=0.25, regularize=True)
    assert done == [0.25, None]


def spans(e: Any) -> list[tuple[float, float, int]]:
    return [(m.t0, m.endtime(), m.npts) for m in e.member]


def test_members_get_one_span() -> None:
    e = members((0.0, 6, 1.0, 0.0), (2.0, 6, 1.0, 100.0), (1000.0, 1, 10.0, 0.0))
    e.member[2].kill()
    assert regularize_ensemble(e) is e and spans(e)[:2] == [(2.0, 5.0, 4)] * 2 and e.member[2].t0 == 1000.0
    assert np.array_equal(e.member[0].data, [2.0, 3.0, 4.0, 5.0]) and e.member[1].data[0] == 100.0
    touching = regularize_ensemble(members((0.0, 3, 1.0, 0.0), (2.0, 3, 1.0, 100.0)))
    assert spans(touching) == [(2.0, 2.0, 1)] * 2
    dead = members((0.0, 3, 1.0, 0.0))
    dead.member[0].kill()
    assert spans(regularize_ensemble(dead)) == [(0.0, 2.0, 3)]


def test_members_between_the_samples() -> None:
    snapped = regularize_ensemble(members((0.0, 6, 1.0, 0.0), (0.25, 6, 1.0, 100.0)))
    assert spans(snapped) == [(0.0, 5.0, 6)] * 2 and np.array_equal(snapped.member[1].data, 100.0 + np.arange(6))
    made = regularize_ensemble(members((0.0, 6, 1.0, 0.0), (0.25, 6, 1.0, 100.0)), grid_alignment="interpolate")
    assert spans(made) == [(1.0, 5.0, 5)] * 2 and np.allclose(made.member[1].data, 99.75 + np.arange(1, 6))
    near = regularize_ensemble(members((0.0, 6, 0.1, 0.0), (0.1 * 3, 3, 0.1, 100.0)), grid_alignment="interpolate")
    assert [m.npts for m in near.member] == [3, 3] and np.allclose(near.member[1].data, [100.0, 101.0, 102.0])
    e = SeismogramEnsemble()
    for t0, offset in ((0.0, 0.0), (0.25, 100.0)):
        e.member.append(seismogram(6, 1.0, t0, offset + 10.0 * np.arange(3)[:, None] + np.arange(6.0)))
    e.set_live()
    regularize_ensemble(e, grid_alignment="interpolate")
    assert np.allclose(e.member[1].data, 99.75 + 10.0 * np.arange(3)[:, None] + np.arange(1.0, 6.0))
    assert isinstance(e.member[1], Seismogram)


def test_what_cannot_be_regular_stays() -> None:
    for e, options, text in (
        (members((0.0, 3, 1.0, 0.0), (3.0, 3, 1.0, 100.0)), {}, "common time interval"),
        (members((0.0, 6, 1.0, 0.0), (0.25, 12, 0.5, 100.0)), {}, "common sample interval"),
        (members((0.0, 6, 1.0, 0.0)), {"grid_alignment": "no"}, "grid_alignment"),
    ):
        before = spans(e)
        with pytest.raises(ValueError, match=text):
            regularize_ensemble(e, **options)  # type: ignore[arg-type]
        assert spans(e) == before
    for function in (resample_ensemble, regularize_ensemble):
        with pytest.raises(TypeError, match="found TimeSeries"):
            function(TimeSeries(3))  # type: ignore[operator]
    e = members((0.0, 3, 1.0, 0.0), (4.0, 3, 1.0, 100.0))
    seen: list[Any] = []
    regularize_ensemble(e, regularizer=lambda d: seen.append(d) or d)  # type: ignore[func-returns-value]
    assert len(seen) == 2 and spans(e) == [(0.0, 2.0, 3), (4.0, 6.0, 3)]
