"""The generator against a reading of its bytes record by record, which shares nothing with its truth."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from seisbus.archive.definition import DayCut, load_archives
from seisbus.testing import truth
from seisbus.testing.make import make_archive
from seisbus.testing.manifest import read_manifest
from seisbus.testing.spec import (
    ALL_DEFECTS,
    MIX_LONG,
    NS,
    TOHOKU,
    ArchiveSpec,
    ArchiveSpecError,
    Defect,
    Preset,
    RateShare,
    preset,
)
from seisbus.testing.stations import plan_channels
from unit.archive.made import Archive, by_time, sample_times

W0, W1 = TOHOKU.time_ns + 100 * NS, TOHOKU.time_ns + 3700 * NS
DAY = date(2011, 3, 11)


def test_every_defect_is_made_once(archive: Archive) -> None:
    assert len(ALL_DEFECTS) == 27
    assert sorted(archive.manifest.defects()) == sorted(ALL_DEFECTS)
    assert sum(file.defect is not None for file in archive.manifest.files) == 27


def test_every_file_holds_the_samples_of_its_truth(archive: Archive) -> None:
    checked = 0
    for file in archive.manifest.files:
        if not file.runs or not file.stored:
            continue
        times, values = archive.samples(file.key)
        expected_times, expected = archive.truth(file.key)
        assert np.array_equal(times, expected_times), file
        assert np.array_equal(values, expected), file
        checked += 1
    assert checked >= 60


def test_healthy_files_as_obspy_reads_them(archive: Archive) -> None:
    from obspy import read

    healthy = [f for f in archive.manifest.files if f.defect is None]
    for file in [*healthy[:6], *healthy[-7:]]:  # generated ones, and the real ones at the end
        (trace,) = read(io.BytesIO(archive.read(file.key)), format="MSEED")
        (segment,) = truth.truth_segments(archive.root, file.key)
        assert trace.stats.starttime.ns == segment.start_ns
        assert trace.stats.sampling_rate == segment.rate
        assert np.array_equal(trace.data, segment.data)
        key = load_archives()["local"].day_key.parse(file.key)
        assert key is not None
        assert trace.id == f"{key.net}.{key.sta}.{key.loc}.{key.chan}"


def test_day_files_look_like_scedc(archive: Archive) -> None:
    file = next(f for f in archive.manifest.files if f.defect is None and "BH" in f.key)
    raw = np.frombuffer(archive.read(file.key), np.uint8).reshape(-1, 512)
    npts = raw[:, 30].astype(int) * 256 + raw[:, 31]
    assert npts[0] < 0.3 * np.median(npts)  # cut at the sample: the first record is not full
    assert set(raw[:, 52]) == {11} and set(raw[:, 54]) == {9}  # Steim-2, 512 bytes
    assert raw[0, :8].tobytes() == b"000001D " and raw[-1, :6].tobytes() == f"{len(raw):06d}".encode()


def test_the_channels_of_a_sensor_share_its_clock() -> None:
    """As those of a datalogger do; skewed ones each have their own. All else is the same."""
    spec = ArchiveSpec(channels=60)
    plain, skewed = plan_channels(spec), plan_channels(replace(spec, skewed=True))
    sensors = [plain[at : at + 3] for at in range(0, 60, 3)]
    assert all(len({channel.phase_ns for channel in sensor}) == 1 for sensor in sensors)
    assert len({sensor[0].phase_ns for sensor in sensors}) > 10
    assert sum(len({c.phase_ns for c in skewed[at : at + 3]}) > 1 for at in range(0, 60, 3)) > 10
    assert plain == [replace(c, phase_ns=p.phase_ns) for c, p in zip(skewed, plain, strict=True)]


# What section 3 of the facts says of each, for the default window and the kill policy.
FATES = {
    Defect.GAP_OUTSIDE: "",
    Defect.GAP_INSIDE: "gap",
    Defect.GAP_COVERING: "no_data_in_window",
    Defect.GAP_START: "starts_late",
    Defect.MANY_GAPS: "gap",
    Defect.EMPTY: "no_data",
    Defect.TRUNCATED_BEFORE: "no_data_in_window",
    Defect.TRUNCATED_INSIDE: "ends_early",
    Defect.CORRUPT_HEADER: "gap",
    Defect.CORRUPT_PAYLOAD: "gap",
    Defect.ZERO_BLOCK: "",
    Defect.JUNK_UNALIGNED: "",
    Defect.MIXED_RECLEN: "",
    Defect.OUT_OF_ORDER: "",
    Defect.ROTATED: "",
    Defect.OVERLAP_DUP: "",
    Defect.OVERLAP_CONFLICT: "overlap_conflict",
    Defect.MISSING: "not_listed",
    Defect.UNINDEXED: "",
    Defect.WRONG_HEADER: "",
    Defect.LATE_START: "no_data_in_window",
    Defect.EARLY_END: "no_data_in_window",
    Defect.TCORR: "",
    Defect.ZERO_SAMPLES: "",
    Defect.FLOAT32: "",
    Defect.STEIM1_4096: "",
    Defect.SPILL: "",
}


@pytest.mark.parametrize("defect", ALL_DEFECTS)
def test_the_fate_of_the_window_of_each_defect(archive: Archive, defect: Defect) -> None:
    expected = truth.expected_window(archive.root, archive.defect(defect).key, W0, W1, True)
    assert expected.reason == FATES[defect]
    if FATES[defect] == "":
        (piece,) = expected.pieces
        assert piece.npts == 144_001 or "HH" in archive.defect(defect).key
        assert abs(piece.start_ns - W0) <= 12_500_000


@pytest.mark.parametrize("defect", [None, *(d for d in ALL_DEFECTS if FATES[d] not in ("not_listed", "no_data"))])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_windows_hold_what_a_dictionary_says(archive: Archive, defect: Defect | None, data: st.DataObject) -> None:
    """Any window of any file, by brute force on the decoded samples of the file."""
    file = archive.manifest.files[0] if defect is None else archive.defect(defect)
    start = data.draw(st.integers(W0 - 3600 * NS, W1 + 1800 * NS).map(lambda t: t // 10**6 * 10**6))
    seconds = data.draw(st.sampled_from([1, 60, 600, 3600]))
    inclusive = data.draw(st.booleans())
    times, values = archive.samples(file.key)
    period = int(NS / truth.truth_segments(archive.root, file.key)[0].rate)
    end = start + seconds * NS
    # the sample grid runs on before and after the data
    grid = times[0] % period
    first = (start - grid + period // 2) // period if inclusive else -((grid - start) // period)
    count = seconds * NS // period + (1 if inclusive else 0)
    wanted = grid + (first + np.arange(count)) * period
    present = times[np.minimum(np.searchsorted(times, wanted), len(times) - 1)] == wanted
    got = truth.expected_window(
        archive.root, file.key, start, end, inclusive, truth.Gaps.SPLIT, overlap=truth.Overlap.FIRST
    )
    assert sum(piece.npts for piece in got.pieces) == present.sum()
    if not present.any():
        assert (got.fate, got.reason) == (truth.Fate.DEAD, "no_data_in_window")
        return
    found = np.concatenate([piece.start_ns + np.arange(piece.npts) * period for piece in got.pieces])
    assert np.array_equal(found, wanted[present])
    expected = values[np.searchsorted(times, wanted[present])]
    assert np.array_equal(np.concatenate([piece.data for piece in got.pieces]), expected)
    whole = truth.expected_window(
        archive.root, file.key, start, end, inclusive, truth.Gaps.KILL, overlap=truth.Overlap.FIRST
    )
    assert (whole.fate is truth.Fate.SAVED) == bool(present.all())
    filled = truth.expected_window(
        archive.root, file.key, start, end, inclusive, truth.Gaps.FILL, truth.Fill.NAN, truth.Overlap.FIRST
    )
    assert [piece.npts for piece in filled.pieces] == [count]
    assert np.array_equal(np.isnan(filled.pieces[0].data.astype(float)), ~present)


def test_conflicts_follow_the_overlap_rule(archive: Archive) -> None:
    file = archive.defect(Defect.OVERLAP_CONFLICT)
    ((low, high),) = file.conflicts
    first, last = (
        truth.expected_window(archive.root, file.key, W0, W1, True, overlap=rule).pieces[0].data
        for rule in (truth.Overlap.FIRST, truth.Overlap.LAST)
    )
    differing = np.flatnonzero(first != last)
    assert set(last[differing] - first[differing]) == {7}
    assert len(differing) == (high - low) // 25_000_000 + 1
    away = truth.expected_window(archive.root, file.key, high + NS, W1, True)
    assert away.fate is truth.Fate.SAVED
    touching = truth.expected_window(archive.root, file.key, high, W1, True)
    assert touching.reason == "overlap_conflict"


def test_a_hash_is_of_float64(archive: Archive) -> None:
    data = np.array([1, -2, 3], np.int32)
    assert truth.samples_sha256(data) == truth.samples_sha256(data.astype(np.float32))
    assert truth.samples_sha256(data) != truth.samples_sha256(data + 1)


def test_channels_differ(archive: Archive) -> None:
    hashes, means = set(), set()
    for file in archive.manifest.files:
        if file.defect is None and file.channel is not None:
            data = truth.expected_window(archive.root, file.key, W0 - 600 * NS, W0, False).pieces[0].data
            hashes.add(truth.samples_sha256(data))
            means.add(round(float(np.mean(data)) / 50))
    assert len(hashes) == len(means) == sum(f.defect is None and f.channel is not None for f in archive.manifest.files)


def test_the_earthquake_arrives_later_farther_away(archive: Archive) -> None:
    file = next(f for f in archive.manifest.files if f.defect is None and "BHZ" in f.key and f.channel is not None)
    quiet = truth.expected_window(archive.root, file.key, TOHOKU.time_ns - 600 * NS, TOHOKU.time_ns, False).pieces[0]
    surface = truth.expected_window(
        archive.root, file.key, TOHOKU.time_ns + 2200 * NS, TOHOKU.time_ns + 2800 * NS, False
    ).pieces[0]
    assert np.std(surface.data) > 5 * np.std(quiet.data)


def test_the_same_seed_gives_the_same_bytes(archive: Archive, tmp_path: Path) -> None:
    again = make_archive(tmp_path / "again", preset(Preset.TINY, defects=ALL_DEFECTS))
    assert again == archive.manifest  # a sha256 of every file is in it
    other = make_archive(tmp_path / "other", preset(Preset.TINY, seed=2))
    ours = {file.sha256 for file in again.files if file.channel is not None}
    assert ours.isdisjoint(file.sha256 for file in other.files if file.channel is not None)


def test_a_finished_archive_is_kept_and_another_refused(archive: Archive, tmp_path: Path) -> None:
    spec = preset(Preset.TINY, defects=ALL_DEFECTS)
    key = archive.manifest.files[0].key
    before = (archive.root / archive.manifest.bucket / key).stat().st_mtime_ns
    assert make_archive(archive.root, spec) == archive.manifest == read_manifest(archive.root)
    assert (archive.root / archive.manifest.bucket / key).stat().st_mtime_ns == before
    with pytest.raises(ArchiveSpecError, match="another spec"):
        make_archive(archive.root, replace(spec, seed=5))
    foreign = tmp_path / "scedc-pds"
    foreign.mkdir()
    (foreign / "thesis.txt").write_text("mine")
    with pytest.raises(ArchiveSpecError, match="not empty"):
        make_archive(tmp_path, spec)


def test_days_join_at_midnight(tmp_path: Path) -> None:
    days = (date(2011, 3, 10), date(2011, 3, 11), date(2011, 3, 12))
    spec = ArchiveSpec(days=days, channels=3, mix=(RateShare(1, "L", 1.0),), real=False, event_traces=3)
    manifest = make_archive(tmp_path, spec)
    keys = [file.key for file in manifest.files if file.channel == 0]
    midnight = 1299801600 * NS
    window = truth.expected_window(tmp_path, keys, midnight - 3600 * NS, midnight + 90_000 * NS, False)
    assert window.fate is truth.Fate.SAVED and [piece.npts for piece in window.pieces] == [93_600]
    tiles = [
        truth.expected_window(tmp_path, keys, midnight + hour * 3600 * NS, midnight + (hour + 1) * 3600 * NS, False)
        for hour in range(-1, 25)
    ]
    assert np.array_equal(np.concatenate([tile.pieces[0].data for tile in tiles]), window.pieces[0].data)
    parts = [by_time(sample_times((tmp_path / "scedc-pds" / key).read_bytes())) for key in keys]
    assert np.all(np.diff(np.concatenate([times for times, _ in parts])) == NS)


def test_record_cut_days_go_on_into_the_next(tmp_path: Path) -> None:
    days = (date(2011, 3, 11), date(2011, 3, 12), date(2011, 3, 13))
    spec = ArchiveSpec(days=days, channels=6, mix=MIX_LONG, real=False, event_traces=3, day_cut=DayCut.RECORD)
    archive = Archive(tmp_path, make_archive(tmp_path, spec))
    for channel in range(6):
        files = [file for file in archive.manifest.files if file.channel == channel]
        all_times = []
        for file in files:
            times, values = archive.samples(file.key)
            expected_times, expected = archive.truth(file.key)
            assert np.array_equal(times, expected_times) and np.array_equal(values, expected)
            all_times.append(times)
        period = 10 * NS if "VH" in files[0].key else NS
        assert set(np.diff(np.concatenate(all_times))) == {period}
        start, end = ((day - date(1970, 1, 1)).days * 86400 * NS for day in (days[1], days[2]))
        # a day's first samples are in the file of the day before
        assert all_times[1][0] > start + period and all_times[1][-1] > end
        keys = [file.key for file in files]
        whole = truth.expected_window(tmp_path, keys, start, end, False)
        assert [piece.npts for piece in whole.pieces] == [86400 * NS // period]
        alone = truth.expected_window(tmp_path, keys[1], start, end, False)
        assert alone.reason == "starts_late"


def test_templates_share_waveforms_but_not_offsets(tmp_path: Path) -> None:
    spec = preset(Preset.BENCH, channels=24, hours=(5.0, 7.5), templates=3, event_traces=3)
    archive = Archive(tmp_path, make_archive(tmp_path, spec))
    demeaned = set()
    for file in archive.manifest.files:
        times, values = archive.samples(file.key)
        expected_times, expected = archive.truth(file.key)
        assert np.array_equal(times, expected_times) and np.array_equal(values, expected)
        demeaned.add(truth.samples_sha256(values - values[0]))
    assert len({file.sha256 for file in archive.manifest.files}) == 24
    assert len(demeaned) <= 9


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"channels": 0}, "channels is 0"),
        ({"hours": (5.0, 4.0)}, "hours is 5 to 4"),
        ({"defects": (Defect.EMPTY,), "day_cut": DayCut.RECORD}, "defects are placed in days"),
        ({"days": ()}, "days must be at least one"),
        ({"templates": 0}, "templates is 0"),
        ({"defects": (Defect.EMPTY,), "hours": (0.0, 6.0)}, "window for defects"),
    ],
)
def test_impossible_specs(changes: dict[str, object], message: str) -> None:
    with pytest.raises(ArchiveSpecError, match=message):
        preset(Preset.TINY, **changes)


def test_too_few_channels_for_the_defects(tmp_path: Path) -> None:
    with pytest.raises(ArchiveSpecError, match="can have a defect, 27 are wanted"):
        make_archive(tmp_path, preset(Preset.TINY, channels=30, defects=ALL_DEFECTS))
