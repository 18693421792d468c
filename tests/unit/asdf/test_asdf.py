"""Datasets: what is written is what pyasdf and we read; nothing lost, nothing left over, nothing half-written."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import threading
import warnings
import zlib
from pathlib import Path

import h5py
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from obspy import Stream, Trace, UTCDateTime
from pyasdf import ASDFDataSet

from libseis import asdf
from libseis.asdf.arrays import deflated, write_array
from libseis.misfit import (
    AdjointSettings,
    AdjointSource,
    AdjointType,
    Config,
    Edition,
    RejectedWindow,
    Rejection,
    Window,
    WindowSettings,
    example,
    storage,
)
from libseis.misfit.traveltimes import PhaseArrival

START = "2020-02-02T20:19:32.000000Z"


def window(left: int = 10, right: int = 200) -> Window:
    return Window(left, right, (left + right) // 2, 0.1, 10.0, 3, 0.9, -0.2, 1.5, (PhaseArrival("P", 7.5),))


def source(channel_id: str = "XX.STA.10.HHE", component: str = "BXE", misfit: float = 0.4) -> AdjointSource:
    samples = np.random.default_rng(0).standard_normal(300)
    return AdjointSource(
        channel_id, component, AdjointType.CC_TRAVELTIME, samples, 0.1, -20.0, misfit, 10.0, 30.0, START, (misfit,)
    )


def trace(channel: str = "HHZ", ns: int = 1_600_000_000_123_456_789, npts: int = 500, location: str = "10") -> Trace:
    header = {
        "network": "XX", "station": "STA", "location": location, "channel": channel, "sampling_rate": 100.0,
        "starttime": UTCDateTime(ns=ns),
    }  # fmt: skip
    return Trace(np.random.default_rng(npts).standard_normal(npts).astype(np.float32), header)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "ds.h5"


def test_windows_round_trip_in_numeric_order(path):
    windows = [window(10 * n, 10 * n + 5) for n in range(23)]
    names = storage.write_windows(path, "default", "XX.STA.10.HHE", START, windows)
    assert names[10] == "XX_STA_E_10"
    assert storage.read_windows(path, "default", "XX.STA.10.HHE") == windows


def test_a_second_writing_leaves_no_old_windows(path):
    storage.write_windows(path, "i01/s00", "XX.STA.10.HHE", START, [window(n, n + 9) for n in range(5)])
    storage.write_windows(path, "i01/s01", "XX.STA.10.HHE", START, [window()])
    storage.write_windows(path, "i01/s00", "XX.STA.10.HHE", START, [window(1, 2)])
    assert storage.read_windows(path, "i01/s00", "XX.STA.10.HHE") == [window(1, 2)]
    assert storage.read_windows(path, "i01/s01", "XX.STA.10.HHE") == [window()]


CHANNELS = ("XX.STA.10.HHE", "XX.STA.20.HHE", "XX.STA.10.BHE", "XX.STA..HHE", "XX.STA.10.HHN", "XX.STAX.10.HHE")


@settings(max_examples=6, deadline=None)
@given(st.permutations(CHANNELS), st.lists(st.sampled_from([0, 1, 11]), min_size=6, max_size=6))
def test_sensors_share_tags_whatever_the_order(tmp_path_factory, order, counts):
    path = tmp_path_factory.mktemp("share") / "ds.h5"
    wanted = {c: [window(n, n + i) for n in range(counts[i])] for i, c in enumerate(CHANNELS)}
    for channel in order:
        storage.write_windows(path, "default", channel, START, [window(900, 999)] * 3)
    for channel in reversed(order):
        storage.write_windows(path, "default", channel, START, wanted[channel])
    with h5py.File(path) as file:
        names = set(file["AuxiliaryData/MisfitWindows/default"])
    again = path.with_name("sorted.h5")
    for channel in sorted(order):
        storage.write_windows(again, "default", channel, START, wanted[channel])
    with h5py.File(again) as file:
        assert set(file["AuxiliaryData/MisfitWindows/default"]) == names
    for channel in CHANNELS:
        assert storage.read_windows(path, "default", channel) == wanted[channel]


def test_storing_a_station_looks_at_no_other(path, monkeypatch):
    """Else a dataset of a thousand stations would take hours."""
    storage.write_windows(path, "default", "XX.ONE.10.HHE", START, [window()])
    monkeypatch.setattr("libseis.asdf.records._names", lambda *_: pytest.fail("all names were listed"))
    for _ in range(2):
        storage.write_windows(path, "default", "XX.TWO.10.HHE", START, [window(n, n + 5) for n in range(12)])
        storage.write_adjoint_source(path, "default", source("XX.TWO.10.HHE"))
    monkeypatch.undo()
    assert len(storage.read_windows(path, "default", "XX.TWO.10.HHE")) == 12


def test_pyasdf_reads_both_of_two_sensors(path):
    storage.write_windows(path, "default", "XX.STA.20.HHE", START, [window(1, 2)])
    storage.write_windows(path, "default", "XX.STA.10.HHE", START, [window(3, 4)])
    storage.write_adjoint_source(path, "default", source("XX.STA.20.HHE", misfit=2.0))
    storage.write_adjoint_source(path, "default", source("XX.STA.10.HHE", misfit=1.0))
    with ASDFDataSet(path, mode="r", mpi=False) as ds:
        windows = ds.auxiliary_data.MisfitWindows.default
        assert windows.list() == ["XX_STA_20_HHE_E_0", "XX_STA_E_0"]
        assert windows.XX_STA_E_0.parameters["channel_id"] == "XX.STA.10.HHE"
        assert windows.XX_STA_20_HHE_E_0.data[:].tolist() == [1, 2]
        assert ds.auxiliary_data.AdjointSources.default.XX_STA_BXE.parameters["misfit"] == 1.0
    assert [s.misfit for s in storage.read_adjoint_sources(path, "default", "XX.STA")] == [1.0, 2.0]


def test_adjoint_sources_round_trip(path):
    storage.write_adjoint_source(path, "i01/s00", source())
    (found,) = storage.read_adjoint_sources(path, "i01/s00", "XX.STA")
    np.testing.assert_array_equal(found.samples, source().samples)
    assert (found.channel_id, found.misfit, found.time_offset, found.type, found.window_misfits) == (
        "XX.STA.10.HHE", 0.4, -20.0, "cc_traveltime", (0.4,),
    )  # fmt: skip


def test_rejected_windows_round_trip(path):
    rejected = [
        RejectedWindow(1, 9, 5, Rejection.TIME_SHIFT, 12.0, 10.0),
        RejectedWindow(2, 8, 4, Rejection.TIME_SHIFT, -11.0, 10.0),
        RejectedWindow(3, 7, 5, Rejection.WATER_LEVEL),
    ]
    storage.write_rejected(path, "default", "XX.STA.10.HHE", rejected)
    assert storage.read_rejected(path, "default", "XX.STA.10.HHE") == rejected


def test_evaluations_are_in_numeric_order(path):
    for evaluation in ("i10/s00", "i02", "default", "i02/s03"):
        storage.write_windows(path, evaluation, "XX.STA.10.HHE", START, [window()])
    assert [e.path for e in storage.evaluations(path)] == ["default", "i02", "i02/s03", "i10/s00"]


def weigh(left: int, right: int, max_cc: float, dt: float, min_period: float) -> float:
    return max_cc


def test_configs_with_long_arrays_and_functions(path):
    criterion = np.linspace(0.5, 0.9, 10_000)  # 80 kB
    config = Config(
        iteration=1, window=WindowSettings(cc_acceptance_level=criterion, edition="paper", weight_function=weigh)
    )
    config.write(path)
    config.write(path)
    found = Config.read(path, "i01")
    np.testing.assert_array_equal(found.window.cc_acceptance_level, criterion)
    assert found.window.edition is Edition.PAPER and found.iteration == 1 and found.step_count is None
    with ASDFDataSet(path, mode="r", mpi=False) as ds:
        attributes = ds.auxiliary_data.Configs.i01.parameters
    assert attributes["pyflex_config_window_weight_fct"].endswith(":weigh")
    assert attributes["step_count"] == "None"


@pytest.mark.parametrize(("first", "second"), [((1, None), (1, 0)), ((1, 0), (1, None))])
def test_configs_of_an_iteration_and_of_its_steps_exclude_each_other(path, first, second):
    Config(iteration=first[0], step_count=first[1]).write(path)
    with pytest.raises(asdf.AsdfConflictError, match="give a step_count to all of an iteration, or to none"):
        Config(iteration=second[0], step_count=second[1]).write(path)
    assert Config.read(path, "i01" if first[1] is None else "i01/s00").iteration == 1
    Config(iteration=2, step_count=second[1]).write(path)


def test_a_missing_config_is_named(path):
    Config().write(path)
    with pytest.raises(asdf.AsdfError, match="no config at i01/s00"):
        Config.read(path, "i01/s00")


def test_start_times_are_exact(path):
    asdf.write_stream(path, Stream([trace()]), "observed")
    (found,) = asdf.read_stream(path, "XX.STA", "observed")
    assert found.stats.starttime.ns == 1_600_000_000_123_456_789
    np.testing.assert_array_equal(found.data, trace().data)


def test_the_same_again_is_nothing_new_and_other_data_a_conflict(path):
    asdf.write_stream(path, Stream([trace()]), "observed")
    asdf.write_stream(path, Stream([trace()]), "observed")
    other = trace()
    other.data = other.data * 2
    with pytest.raises(asdf.AsdfConflictError, match=r"XX\.STA\.10\.HHZ"):
        asdf.write_stream(path, Stream([other]), "observed")
    asdf.write_stream(path, Stream([other]), "observed", replace=True)
    (found,) = asdf.read_stream(path, "XX.STA", "observed")
    np.testing.assert_array_equal(found.data, other.data)


def test_two_segments_in_the_same_seconds_are_both_kept(path):
    one, two = trace(), trace(ns=1_600_000_000_523_456_789)
    two.data = two.data * 3
    asdf.write_stream(path, Stream([one, two]), "observed")
    with ASDFDataSet(path, mode="r", mpi=False) as ds:
        stream = ds.waveforms.XX_STA.observed
        assert sorted(float(np.abs(t.data).max()) for t in stream) == sorted(
            float(np.abs(t.data).max()) for t in (one, two)
        )
    assert {t.stats.starttime.ns for t in asdf.read_stream(path, "XX.STA", "observed")} == {
        one.stats.starttime.ns, two.stats.starttime.ns,
    }  # fmt: skip


@pytest.mark.parametrize("bad", ["Observed", "with space", ""])
def test_a_bad_tag_is_refused(path, bad):
    with pytest.raises(asdf.AsdfError, match="not a waveform tag"):
        asdf.write_stream(path, Stream([trace()]), bad)


def test_complex_samples_are_refused(path):
    odd = trace()
    odd.data = odd.data.astype(np.complex64)
    with pytest.raises(asdf.AsdfError, match="complex64"):
        asdf.write_stream(path, Stream([odd]), "observed")


@settings(max_examples=30, deadline=None)
@given(st.sampled_from(["<i2", ">i4", "<i8", "<f4", ">f8"]), st.integers(0, 3000), st.integers(0, 99))
def test_ready_made_chunks_are_what_hdf5_makes(dtype, npts, seed):
    data = (np.random.default_rng(seed).standard_normal(npts) * 1000).astype(dtype)
    with h5py.File("chunks", "w", driver="core", backing_store=False) as file:
        write_array(file, "data", data)
        stored = file["data"]
        np.testing.assert_array_equal(stored[()], data)
        assert stored.dtype == data.dtype
    planes = data.view(np.uint8).reshape(npts, data.dtype.itemsize).T.tobytes()
    assert zlib.decompress(deflated(data)) == planes


def test_inventories_round_trip(path):
    made = example()
    asdf.write_event(path, made.event)
    asdf.write_event(path, made.event)
    asdf.write_inventory(path, made.inv)
    assert [e.resource_id for e in asdf.read_events(path)] == [made.event.resource_id]
    assert asdf.read_inventory(path, "NZ.BFZ")[0][0][0].code == "HHE"
    with pytest.raises(asdf.AsdfError, match=r"no StationXML of XX\.NONE"):
        asdf.read_inventory(path, "XX.NONE")


def test_an_event_is_stored_once_and_replaced_when_it_changes(path):
    event = example().event
    asdf.write_event(path, event)
    before = path.stat().st_size
    for _ in range(5):
        asdf.write_event(path, event)
    assert path.stat().st_size == before
    event.magnitudes[0].mag = 6.0
    asdf.write_event(path, event)
    assert [e.magnitudes[0].mag for e in asdf.read_events(path)] == [6.0]


def test_an_open_pyasdf_dataset_is_written_to(path):
    with ASDFDataSet(path, mpi=False) as ds:
        asdf.write_stream(ds, Stream([trace()]), "observed")
        assert len(ds.waveforms.XX_STA.observed) == 1


def test_another_file_is_no_dataset(tmp_path):
    plain = tmp_path / "plain.h5"
    h5py.File(plain, "w").close()
    with pytest.raises(asdf.AsdfError, match="not an ASDF dataset"):
        asdf.read_events(plain)
    (tmp_path / "text.h5").write_text("hello")
    with pytest.raises(asdf.AsdfError, match="cannot be opened"):
        asdf.read_events(tmp_path / "text.h5")
    with pytest.raises(asdf.AsdfError, match="There is no dataset"):
        asdf.read_events(tmp_path / "nothing.h5")


def station(name: str) -> asdf.StationData:
    made = example()
    for stream in (made.st_obs, made.st_syn):
        for each in stream:
            each.stats.network, each.stats.station = "XX", name
    made.inv[0].code, made.inv[0][0].code = "XX", name
    xml = asdf.station_xml(made.inv, "XX", name)
    return asdf.StationData(f"XX.{name}", {"observed": made.st_obs, "synthetic": made.st_syn}, xml)


def test_pyasdf_reads_a_built_dataset(path):
    asdf.build_dataset(path, (station(f"S{n}") for n in range(3)), example().event)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with ASDFDataSet(path, mode="r", mpi=False) as ds:
            assert ds.waveforms.list() == ["XX.S0", "XX.S1", "XX.S2"]
            assert ds.waveforms.XX_S1.coordinates["latitude"] == -40.6796
            np.testing.assert_array_equal(ds.waveforms.XX_S2.observed[1].data, example().st_obs[1].data)
            assert len(ds.events) == 1
    assert os.listdir(path.parent) == [path.name]


def test_a_failing_build_leaves_the_old_file(path):
    asdf.build_dataset(path, [station("OLD")])

    def stations():
        yield station("NEW")
        raise RuntimeError("source dried up")

    with pytest.raises(RuntimeError):
        asdf.build_dataset(path, stations())

    def fenced() -> None:
        raise PermissionError("lease lost")

    with pytest.raises(PermissionError):
        asdf.build_dataset(path, [station("NEW")], before_publish=fenced)
    assert asdf.station_codes(path) == ["XX.OLD"]
    assert os.listdir(path.parent) == [path.name]


def test_readers_of_the_old_file_go_on(path):
    asdf.build_dataset(path, [station("OLD")])
    with h5py.File(path, "r") as reader:
        asdf.build_dataset(path, [station("NEW")])
        assert list(reader["Waveforms"]) == ["XX.OLD"]
        name = next(iter(reader["Waveforms/XX.OLD"]))
        assert reader[f"Waveforms/XX.OLD/{name}"][()].size > 0
    assert asdf.station_codes(path) == ["XX.NEW"]


def killed_once_it_speaks(code: str) -> None:
    """Run Python code in a process of its own and end it by SIGKILL at its first line of output."""
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE)
    watchdog = threading.Timer(60, process.kill)
    watchdog.start()
    assert process.stdout is not None and process.stdout.readline() == b"writing\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    watchdog.cancel()


def test_a_killed_builder_leaves_the_old_file(path):
    asdf.build_dataset(path, [station("OLD")])
    killed_once_it_speaks(
        "import time\nfrom libseis import asdf\n"
        "def stations():\n    yield asdf.StationData('XX.NEW')\n    print('writing', flush=True)\n    time.sleep(60)\n"
        f"asdf.build_dataset({str(path)!r}, stations())\n"
    )
    assert asdf.station_codes(path) == ["XX.OLD"]
    asdf.build_dataset(path, [station("NEW")])
    assert asdf.station_codes(path) == ["XX.NEW"]


@pytest.mark.parametrize("before", ["nothing", "built", "written in place"])
def test_a_writer_killed_before_it_flushes_leaves_what_was_there(path, before):
    """HDF5 1.10's own superblock would be marked as open for writing, and nobody could open the file."""
    if before == "built":
        asdf.build_dataset(path, [station("OLD")])
    elif before == "written in place":
        asdf.write_station(path, station("OLD"))
    killed_once_it_speaks(
        "import time\nfrom libseis import asdf\n"
        f"with asdf.opened({str(path)!r}, 'a') as file:\n"
        "    file['Waveforms'].create_group('XX.NEW')\n    print('writing', flush=True)\n    time.sleep(60)\n"
    )
    old = [] if before == "nothing" else ["XX.OLD"]
    assert asdf.station_codes(path) == old
    for code in old:
        np.testing.assert_array_equal(asdf.read_stream(path, code, "observed")[0].data, example().st_obs[0].data)
    asdf.write_station(path, station("NEXT"))
    assert asdf.station_codes(path) == ["XX.NEXT", *old]
    assert os.listdir(path.parent) == [path.name]


def test_a_dataset_on_a_file_system_without_hard_links(path, monkeypatch):
    def refused(*_):
        raise PermissionError(errno.EPERM, os.strerror(errno.EPERM))  # what Linux says on exFAT

    monkeypatch.setattr(os, "link", refused)
    asdf.write_station(path, station("NEW"))
    asdf.write_station(path, station("NEXT"))
    assert asdf.station_codes(path) == ["XX.NEW", "XX.NEXT"]
    assert os.listdir(path.parent) == [path.name]


def test_several_processes_write_into_one_dataset(path):
    """Whoever comes while another makes it or writes waits; no station is lost."""
    code = (
        "import sys\nfrom libseis import asdf\nfrom obspy import Stream, Trace\nimport numpy as np\n"
        "for n in range(10):\n"
        "    header = {'network': 'XX', 'station': f'{sys.argv[1]}{n}', 'channel': 'HHZ', 'sampling_rate': 100.0}\n"
        f"    asdf.write_stream({str(path)!r}, Stream([Trace(np.arange(5000.0), header)]), 'observed')\n"
    )
    writers = [subprocess.Popen([sys.executable, "-c", code, name]) for name in "ABC"]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    assert asdf.station_codes(path) == [f"XX.{name}{n}" for name in "ABC" for n in range(10)]


def test_a_dataset_that_stays_open_elsewhere_is_said_to_be(path, monkeypatch):
    asdf.build_dataset(path, [station("OLD")])
    code = f"import h5py, sys\nwith h5py.File({str(path)!r}, 'a'):\n    print(flush=True)\n    sys.stdin.read()\n"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdin is not None and holder.stdout is not None and holder.stdout.readline()
    monkeypatch.setattr("libseis.asdf.handle.LONGEST_WAIT_S", 0.2)
    with pytest.raises(asdf.AsdfError, match="open in another process"):
        asdf.write_stream(path, Stream([trace()]), "observed")
    holder.communicate()
    asdf.write_stream(path, Stream([trace()]), "observed")


def test_merging(path, tmp_path):
    parts = [tmp_path / f"part{n}.h5" for n in range(3)]
    for n, part in enumerate(parts):
        asdf.build_dataset(part, [station(f"S{n}"), station("BOTH")], example().event)
        storage.write_windows(part, "default", f"XX.S{n}.10.HHE", START, [window(n, n + 50)])
    asdf.merge_datasets(path, parts)
    assert asdf.station_codes(path) == ["XX.BOTH", "XX.S0", "XX.S1", "XX.S2"]
    assert storage.read_windows(path, "default", "XX.S2.10.HHE") == [window(2, 52)]
    assert len(asdf.read_events(path)) == 1
    storage.write_windows(parts[1], "default", "XX.S0.10.HHE", START, [window(7, 8)])
    with pytest.raises(asdf.AsdfConflictError, match="XX_S0_E_0"):
        asdf.merge_datasets(path, parts)
    assert storage.read_windows(path, "default", "XX.S0.10.HHE") == [window(0, 50)]


def test_a_station_that_is_another(path):
    stray = asdf.StationData("XX.OTHER", {"observed": Stream([trace()])})
    with pytest.raises(asdf.AsdfError, match=r"not of station XX\.OTHER"):
        asdf.write_station(path, stray)


@pytest.fixture
def pyatoas():
    """The dataset that came with the published example's inputs, written by Pyatoa."""
    folder = Path(os.environ.get("SEISBUS_TEST_DATA", Path(__file__).parents[3] / "../shared/data")) / "pyatoa"
    if not folder.is_dir():
        pytest.skip("SEISBUS_TEST_DATA has no folder pyatoa (inputs of the published example)")
    return folder / "test_ASDFDataSet.h5"


def test_pyatoas_own_dataset_is_read(pyatoas):
    there, evaluation = pyatoas, "i01/s00"
    config = Config.read(there, evaluation)
    assert (config.min_period, config.max_period, config.iteration, config.step_count) == (8.0, 20.0, 1, 0)
    windows = storage.read_station_windows(there, evaluation, "NZ.BFZ")
    assert [(w.left, w.right) for w in windows["NZ.BFZ.10.HHN"]] == [(1196, 2236)]
    sources = storage.read_adjoint_sources(there, evaluation, "NZ.BFZ")
    assert {s.component: round(s.misfit, 6) for s in sources} == {"BXN": 0.528756, "BXZ": 0.47622}
    assert len(asdf.read_stream(there, "NZ.BFZ", "observed")) == 3


def test_a_measurement_replaces_that_of_pyatoa(pyatoas, path):
    shutil.copy(pyatoas, path)
    storage.write_adjoint_source(path, "i01/s00", source("NZ.BFZ.10.HHN", "BXN"))
    with h5py.File(path) as file:
        assert list(file["AuxiliaryData/AdjointSources/i01/s00"]) == ["NZ_BFZ_BXN", "NZ_BFZ_BXZ"]
    assert {s.component: s.misfit for s in storage.read_adjoint_sources(path, "i01/s00", "NZ.BFZ")}["BXN"] == 0.4
    storage.write_windows(path, "i01/s00", "NZ.BFZ.10.HHN", START, [])
    assert list(storage.read_station_windows(path, "i01/s00", "NZ.BFZ")) == ["NZ.BFZ.10.HHZ"]


def test_our_dataset_has_the_attributes_that_pyatoa_hands_on(pyatoas, path):
    """Pyatoa gives all of them as keyword arguments to its libraries, so none may be missing and none too many."""
    Config(iteration=1, step_count=0).write(path)
    storage.write_adjoint_source(path, "i01/s00", source("NZ.BFZ.10.HHN", "BXN"))
    storage.write_windows(path, "i01/s00", "NZ.BFZ.10.HHN", START, [window()])
    with h5py.File(path) as ours, h5py.File(pyatoas) as theirs:
        prefixes = "pyflex_", "pyadjoint_"
        configs = (file["AuxiliaryData/Configs/i01/s00"].attrs for file in (ours, theirs))
        ours_handed, theirs_handed = ({key for key in c if key.startswith(prefixes)} for c in configs)
        assert ours_handed == theirs_handed
        sources = (file["AuxiliaryData/AdjointSources/i01/s00/NZ_BFZ_BXN"].attrs for file in (ours, theirs))
        ours_handed, theirs_handed = (set(s) for s in sources)
        assert ours_handed == theirs_handed | {"window_stats"}
        windows = (file["AuxiliaryData/MisfitWindows/i01/s00/NZ_BFZ_N_0"].attrs for file in (ours, theirs))
        ours_handed, theirs_handed = ({key for key in w if not key.startswith("phase_")} for w in windows)
        assert ours_handed == theirs_handed


@pytest.mark.parametrize("kind", list(AdjointType))
def test_a_config_keeps_the_settings_of_other_adjoint_types(path, kind):
    config = Config(
        adj_src_type=kind, adjoint=AdjointSettings(wtr_env=0.3, num_taper=3, dt_sigma_min=0.7, taper_percentage=0.2)
    )
    config.write(path)
    assert Config.read(path) == config
