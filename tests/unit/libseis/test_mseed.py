"""miniSEED against hand-made records, real files, and obspy in a process of its own."""

from __future__ import annotations

import hashlib
import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pymseed import MS3Record

from libseis.codes import Channel
from libseis.errors import SampleError, TimeReferenceError
from libseis.mseed import Encoding, ProblemKind, decode, encode, frame, overlapping, read, unpacking, write
from libseis.segments import ComplaintKind, GapPolicy, Joined, Rate, Segment, Span, cut

DATA = Path(os.environ.get("SEISBUS_TEST_DATA", Path(__file__).parents[4] / "shared" / "data")) / "mseed"
T0 = 1_641_081_600_019_500_000
CHANNEL = Channel("CI", "HEC", "", "BHN")
BHN = Rate(40)


@dataclass(frozen=True)
class Record:
    """A miniSEED 2 record of INT32 samples, packed field by field from the SEED manual."""

    start_ns: int
    samples: Sequence[int]
    length: int = 512
    order: str = ">"
    factor: int = 40
    multiplier: int = 1
    microseconds: int = 0
    correction: int = 0
    activity: int = 0
    with_length: bool = True
    actual_rate: float = 0.0
    station: str = "HEC"

    def pack(self) -> bytes:
        when = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=self.start_ns // 1000)
        blockettes: list[tuple[int, bytes]] = []
        if self.with_length:
            exponent = self.length.bit_length() - 1
            blockettes.append((1000, struct.pack("BBBB", 3, self.order == ">", exponent, 0)))
        blockettes.append((1001, struct.pack("BbBB", 0, self.microseconds, 0, 0)))
        if self.actual_rate:
            blockettes.append((100, struct.pack(self.order + "fBBBB", self.actual_rate, 0, 0, 0, 0)))
        body, at = b"", 48
        for number, (kind, content) in enumerate(blockettes):
            following = at + 4 + len(content) if number + 1 < len(blockettes) else 0
            body += struct.pack(self.order + "HH", kind, following) + content
            at += 4 + len(content)
        head = b"000001D " + f"{self.station:<5}".encode() + b"  BHNCI"
        head += struct.pack(
            self.order + "HHBBBBHHhhBBBBiHH",
            when.year,
            when.timetuple().tm_yday,
            when.hour,
            when.minute,
            when.second,
            0,
            when.microsecond // 100,
            len(self.samples),
            self.factor,
            self.multiplier,
            self.activity,
            0,
            0,
            len(blockettes),
            self.correction,
            128 if self.length > 128 else 64,
            48,
        )
        packed = (head + body).ljust(128 if self.length > 128 else 64, b"\0")
        packed += np.asarray(self.samples, self.order + "i4").tobytes()
        assert len(packed) <= self.length
        return packed.ljust(self.length, b"\0")


def steim_day(npts: int = 20_000, seed: int = 3) -> tuple[bytes, np.ndarray]:
    counts = np.random.default_rng(seed).normal(0, 300, npts).cumsum().astype(np.int32)
    return encode(Segment(CHANNEL, T0, BHN, counts), reclen=512), counts


def segments(buffer: bytes, **options: object) -> list[Segment]:
    return [s for joined in decode(buffer, frame(buffer), **options) for s in joined.segments]  # type: ignore[arg-type]


def same(left: Sequence[Joined], right: Sequence[Joined]) -> bool:
    def plain(joined: Joined) -> object:
        held = [(s.channel, s.t0_ns, s.rate, s.data.dtype, s.data.tobytes()) for s in joined.segments]
        return joined.channel, held, joined.complaints, joined.conflicts

    return [plain(j) for j in left] == [plain(j) for j in right]


# --- framing -------------------------------------------------------------------------------------------

lengths = st.sampled_from([128, 256, 512, 1024, 4096])
junk = st.one_of(
    st.binary(min_size=1, max_size=700), st.integers(1, 1500).map(bytes), st.just(b"\xff" * 64), st.just(b"000001V ")
)


class TestFrame:
    @settings(max_examples=60)
    @given(
        st.lists(st.tuples(lengths, st.sampled_from("><"), st.one_of(st.just(b""), junk)), min_size=1, max_size=12),
        junk | st.just(b""),
    )
    def test_records_among_junk_are_found(self, plan: list[tuple[int, str, bytes]], head: bytes) -> None:
        data, offsets = head, []
        for number, (length, order, after) in enumerate(plan):
            offsets.append(len(data))
            data += Record(T0 + number * 10**9, range(10), length, order).pack() + after
        table = frame(data)
        assert table.offset.tolist() == offsets
        assert table.length.tolist() == [length for length, _, _ in plan]
        assert table.npts.tolist() == [10] * len(plan)
        covered = sum(p.length for p in table.problems) + int(table.length.sum())
        assert covered == len(data), "bytes are neither record nor problem"

    @given(st.binary(max_size=5000))
    def test_random_bytes_hold_nothing(self, data: bytes) -> None:
        assert len(frame(data)) == 0

    @settings(max_examples=50)
    @given(st.data())
    def test_damage_never_raises(self, draw: st.DataObject) -> None:
        data = bytearray(steim_day(3000)[0])
        in_a_header = st.builds(
            lambda record, at: record * 512 + at, st.integers(0, len(data) // 512 - 1), st.integers(0, 63)
        )
        anywhere = st.integers(0, len(data) - 1)
        for place in draw.draw(st.lists(in_a_header | anywhere, min_size=1, max_size=20)):
            data[place] = draw.draw(st.integers(0, 255))
        del data[draw.draw(st.integers(0, len(data))) :]
        table = frame(data)
        decode(data, table)
        assert (table.end_ns >= table.start_ns).all()
        assert (table.offset + table.length <= len(data)).all()

    @pytest.mark.parametrize("length", [128, 512, 4096])
    def test_without_blockette_1000_the_next_header_gives_the_length(self, length: int) -> None:
        data = b"".join(
            Record(T0 + k * 250_000_000, range(k * 10, k * 10 + 10), length, with_length=False).pack() for k in range(5)
        )
        table = frame(data)
        assert table.length.tolist() == [length] * 5

    def test_empty(self) -> None:
        assert len(frame(b"")) == 0
        assert decode(b"", frame(b"")) == []

    def test_a_record_cut_short_at_the_end_is_named(self) -> None:
        data, _ = steim_day(3000)
        table = frame(data[:-100])
        assert len(table) == len(data) // 512 - 1
        (problem,) = table.problems
        assert problem.kind is ProblemKind.CUT_SHORT
        assert (problem.offset, problem.length) == (len(data) - 512, 412)
        assert f"byte {len(data) - 512}" in problem.message

    def test_a_record_cut_short_inside_costs_only_itself(self) -> None:
        data, _ = steim_day(3000)
        table = frame(data[: 3 * 512 + 300] + data[4 * 512 :])
        assert table.offset.tolist()[:5] == [0, 512, 1024, 1836, 2348]
        assert [p.kind for p in table.problems] == [ProblemKind.CUT_SHORT]

    def test_kinds_of_foreign_bytes(self) -> None:
        one = Record(T0, range(10)).pack()
        data = one + bytes(1024) + one + b"\xff" * 512 + one + b"000002V ".ljust(512) + one
        assert [p.kind for p in frame(data).problems] == [
            ProblemKind.BLANK,
            ProblemKind.FOREIGN,
            ProblemKind.CONTROL,
        ]

    def test_times_and_rates_of_the_header(self) -> None:
        late = Record(T0, range(10), correction=25_000, microseconds=36)
        applied = Record(T0, range(10), correction=25_000, activity=2, microseconds=-36, order="<")
        odd = Record(T0, range(10), factor=33, actual_rate=100 / 3, order="<")
        exact = Record(T0, range(10), factor=100, multiplier=-3, actual_rate=100 / 3)
        slow = Record(T0, range(10), factor=-10)
        log = Record(T0, [], factor=0)
        table = frame(b"".join(r.pack() for r in (late, applied, odd, exact, slow, log)))
        assert table.start_ns[:2].tolist() == [T0 + 2_500_000_000 + 36_000, T0 - 36_000]
        assert table.correction_ns.tolist() == [2_500_000_000, 0, 0, 0, 0, 0]
        assert [table.rates[k] if k >= 0 else None for k in table.rate] == [
            Rate(40),
            Rate(40),
            Rate(100, 3),
            Rate(100, 3),
            Rate(1, 10),
            None,
        ]
        assert table.end_ns[4] == T0 + 90 * 10**9
        assert table.waveform.tolist() == [True] * 5 + [False]

    def test_a_rate_that_damage_made_is_none(self) -> None:
        slow = Record(T0, range(5), factor=-32768, multiplier=-32768).pack()
        table = frame(slow + Record(T0, range(10)).pack())
        assert table.end_ns.tolist() == [T0 + 4 * 2**30 * 10**9, T0 + 225_000_000]
        ages = bytearray(slow)
        ages[30:32] = struct.pack(">H", 60_000)
        assert frame(ages).waveform.tolist() == [False]

    def test_version_3(self) -> None:
        record = MS3Record()
        record.sourceid, record.formatversion, record.reclen = "FDSN:CI_HEC__B_H_N", 3, 512
        record.starttime, record.samprate, record.encoding = T0 + 123, 40.0, 11
        counts = np.arange(2000, dtype=np.int32) ** 2 % 977
        version3 = b"".join(record.generate(counts, "i"))
        data = steim_day(1000)[0] + version3
        table = frame(data)
        assert set(table.version.tolist()) == {2, 3}
        (only,) = segments(version3)
        assert (only.channel, only.t0_ns, only.rate) == (CHANNEL, T0 + 123, BHN)
        assert np.array_equal(only.data, counts)

    def test_a_regular_day_costs_microseconds_a_record(self) -> None:
        data = Record(T0, range(90)).pack() * 7500
        before = time.process_time()
        assert len(frame(data)) == 7500
        assert time.process_time() - before < 0.1


# --- decoding ------------------------------------------------------------------------------------------


class TestDecode:
    def test_a_day_is_one_segment(self) -> None:
        data, counts = steim_day()
        (only,) = segments(data)
        assert (only.channel, only.t0_ns, only.rate) == (CHANNEL, T0, BHN)
        assert only.data.dtype == np.int32
        assert np.array_equal(only.data, counts)
        assert only.complaints == ()

    @settings(max_examples=40, deadline=None)
    @given(st.data())
    def test_fast_and_slow_paths_agree(self, draw: st.DataObject) -> None:
        data, _ = steim_day(4000)
        records = [data[k : k + 512] for k in range(0, len(data), 512)]
        other, _ = steim_day(4000, seed=9)
        records += draw.draw(
            st.lists(st.sampled_from([other[k : k + 512] for k in range(0, len(other), 512)]), max_size=3)
        )
        if draw.draw(st.booleans()):
            records = draw.draw(st.permutations(records))
        if draw.draw(st.booleans()):
            bad = draw.draw(st.integers(0, len(records) - 1))
            records[bad] = records[bad][:64] + np.random.default_rng(bad).bytes(448)
        buffer = b"".join(records)
        table = frame(buffer)
        overlap = draw.draw(st.sampled_from(["gap", "first", "last"]))
        fast = decode(buffer, table, overlap=overlap)
        with pytest.MonkeyPatch.context() as patch:
            # with blockette 1000 only stretches of several records go through it
            patch.setattr(unpacking, "together", lambda *_: None)
            slow = decode(buffer, table, overlap=overlap)
        assert same(fast, slow)

    def test_a_bad_payload_costs_one_record_and_is_named(self) -> None:
        data, counts = steim_day()
        table = frame(data)
        damaged = bytearray(data)
        damaged[5 * 512 + 64 : 6 * 512] = np.random.default_rng(1).bytes(448)
        (joined,) = decode(damaged, frame(damaged))
        (complaint,) = joined.complaints
        assert complaint.kind is ComplaintKind.BAD_RECORD
        assert f"byte {5 * 512} " in complaint.message
        before = int(table.npts[:5].sum())
        after = before + int(table.npts[5])
        first, second = joined.segments
        assert np.array_equal(first.data, counts[:before])
        assert np.array_equal(second.data, counts[after:])

    def test_bad_files_in_threads(self) -> None:
        data, _ = steim_day()
        damaged = bytearray(data)
        damaged[5 * 512 + 64 : 6 * 512] = np.random.default_rng(1).bytes(448)
        damaged[9 * 512 : 9 * 512 + 64] = b"\xff" * 64
        damaged = damaged[:-77] + b"junk" * 20

        def once(_: int) -> str:
            return hashlib.sha1(b"".join(s.data.tobytes() for s in segments(bytes(damaged)))).hexdigest()

        with ThreadPoolExecutor(8) as pool:
            assert len(set(pool.map(once, range(64)))) == 1

    def test_a_wrong_check_value_is_told(self) -> None:
        data, counts = steim_day()
        damaged = bytearray(data)
        damaged[3 * 512 + 64 + 8 : 3 * 512 + 64 + 12] = struct.pack(">i", 77)
        (joined,) = decode(damaged, frame(damaged))
        assert [c.kind for c in joined.complaints] == [ComplaintKind.INTEGRITY]
        assert f"byte {3 * 512}," in joined.complaints[0].message
        assert np.array_equal(joined.segments[0].data, counts)

    def test_little_endian_records(self) -> None:
        data = b"".join(Record(T0 + k * 250_000_000, range(k * 10, k * 10 + 10), order="<").pack() for k in range(4))
        (only,) = segments(data)
        assert only.data.tolist() == list(range(40))

    def test_steim1_without_blockette_1000(self) -> None:
        counts = np.random.default_rng(4).integers(-100, 100, 3000).astype(np.int32)
        data = bytearray(encode(Segment(CHANNEL, T0, BHN, counts), reclen=512, encoding=Encoding.STEIM1))
        for at in range(0, len(data), 512):
            data[at + 39], data[at + 46], data[at + 47] = 0, 0, 0
        for buffer in (bytes(data), bytes(data[:512])):
            (only,) = segments(buffer)
            assert np.array_equal(only.data, counts[: only.npts])
        assert only.npts == frame(bytes(data[:512])).npts[0]

    def test_an_unapplied_correction_is_told(self) -> None:
        data = Record(T0, range(40), correction=25_000).pack()
        (joined,) = decode(data, frame(data))
        assert joined.segments[0].t0_ns == T0 + 2_500_000_000
        assert "+2.5000 s" in joined.complaints[0].message

    def test_text_and_records_without_rate_are_left_out(self) -> None:
        text = bytearray(Record(T0, [0] * 10, factor=0).pack())
        data = bytes(text) + Record(T0, range(40)).pack()
        (joined,) = decode(data, frame(data))
        assert [c.kind for c in joined.complaints] == [ComplaintKind.NOT_WAVEFORM]
        assert joined.segments[0].npts == 40

    def test_records_without_samples_do_not_split(self) -> None:
        data, counts = steim_day(3000)
        empty = bytearray(data[512:1024])
        empty[30:32] = b"\0\0"
        (only,) = segments(data[:1024] + bytes(empty) + data[1024:])
        assert np.array_equal(only.data, counts)

    def test_channels_come_in_order_of_appearance(self) -> None:
        order = ["ZZZ", "AAA", "MMM"]
        data = b"".join(Record(T0 + k * 10**9, range(40), station=sta).pack() for k in range(3) for sta in order)
        joined = decode(data, frame(data))
        assert [j.channel.sta for j in joined if j.channel is not None] == order
        assert [s.npts for j in joined for s in j.segments] == [120] * 3

    def test_rows_choose_records(self) -> None:
        data, counts = steim_day()
        table = frame(data)
        mask = np.arange(len(table)) < 3
        (joined,) = decode(data, table, mask)
        assert np.array_equal(joined.segments[0].data, counts[: int(table.npts[:3].sum())])
        assert same([joined], decode(data, table, np.arange(3)))


class TestOverlapping:
    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(st.integers(-100, 20_000), st.integers(0, 4000)), min_size=1, max_size=4))
    def test_cutting_the_chosen_records_gives_what_cutting_all_gives(self, plan: list[tuple[int, int]]) -> None:
        data, _ = steim_day()
        table = frame(data)
        everything = segments(data)
        windows = [Span(T0 + at * 25_000_000, T0 + (at + n) * 25_000_000) for at, n in plan]
        mask = overlapping(table, windows)
        chosen = [s for j in decode(data, table, mask) for s in j.segments]
        for window in windows:
            for inclusive in (True, False):
                options = {"inclusive_end": inclusive, "gaps": GapPolicy.SPLIT}
                want = cut(everything, [], window.start_ns, window.end_ns, **options).pieces  # type: ignore[arg-type]
                have = cut(chosen, [], window.start_ns, window.end_ns, **options).pieces  # type: ignore[arg-type]
                assert [(p.t0_ns, p.data.tobytes()) for p in have] == [(p.t0_ns, p.data.tobytes()) for p in want]
        merged = sum(w.end_ns - w.start_ns for w in windows) / 25_000_000
        assert table.npts[mask].sum() <= merged + len(windows) * 2 * (table.npts.max() + 2)

    def test_no_window_needs_nothing(self) -> None:
        data, _ = steim_day(1000)
        assert not overlapping(frame(data), []).any()


# --- encoding ------------------------------------------------------------------------------------------

samples = st.one_of(
    st.lists(st.integers(-(2**31), 2**31 - 1), min_size=1, max_size=300).map(lambda v: np.array(v, np.int32)),
    st.lists(st.integers(-200, 200), min_size=1, max_size=3000).map(
        lambda v: np.array(v, np.int32).cumsum(dtype=np.int32)
    ),
    st.lists(st.floats(width=32), min_size=1, max_size=300).map(lambda v: np.array(v, np.float32)),
    st.lists(st.floats(), min_size=1, max_size=300).map(lambda v: np.array(v, np.float64)),
)
rates = st.one_of(
    st.builds(Rate, st.integers(1, 5000), st.integers(1, 5000)),
    st.sampled_from([Rate(40), Rate(86400), Rate(1, 86400), Rate(1080), Rate(65000)]),
)


class TestEncode:
    @settings(max_examples=150, deadline=None)
    @given(samples, rates, st.integers(-(10**9), 4 * 10**9), st.integers(0, 999_999), st.sampled_from([128, 512, 4096]))
    def test_everything_comes_back(self, data: np.ndarray, rate: Rate, second: int, micro: int, reclen: int) -> None:
        segment = Segment(CHANNEL, second * 10**9 + micro * 1000, rate, data)
        packed = encode(segment, reclen=reclen)
        table = frame(packed)
        assert table.problems == ()
        out = decode(packed, table)[0].segments
        assert [s.channel for s in out] == [CHANNEL]
        (only,) = out
        assert (only.t0_ns, only.rate) == (segment.t0_ns, rate)
        assert only.data.tobytes() == data.tobytes()
        assert only.data.dtype == data.dtype

    def test_nanoseconds_are_rounded_to_microseconds(self) -> None:
        data = encode(Segment(CHANNEL, T0 + 1501, BHN, np.arange(5, dtype=np.int32)))
        assert segments(data)[0].t0_ns == T0 + 2000

    def test_a_rate_beyond_the_header_keeps_single_precision(self) -> None:
        rate = Rate.from_hz(5000.1234567)
        (only,) = segments(encode(Segment(CHANNEL, T0, rate, np.arange(50, dtype=np.int32))))
        assert np.float32(only.rate.hz) == np.float32(rate.hz)

    def test_counts_become_steim2_and_records_are_numbered(self) -> None:
        data, _ = steim_day()
        assert set(frame(data).encoding.tolist()) == {11}
        assert [data[k : k + 6] for k in (0, 512, 1024)] == [b"000001", b"000002", b"000003"]
        assert data[6:7] == b"D"

    @pytest.mark.parametrize(
        ("source", "options", "message"),
        [
            (Channel("CI", "TOOLONG", "", "BHN"), {}, "'TOOLONG'"),
            (CHANNEL, {"reclen": 500}, "power of 2"),
            (CHANNEL, {"encoding": Encoding.FLOAT32}, "FLOAT32 cannot hold int32"),
        ],
    )
    def test_what_the_format_cannot_hold_is_refused(
        self, source: Channel, options: dict[str, object], message: str
    ) -> None:
        with pytest.raises(SampleError, match=message):
            encode(Segment(source, T0, BHN, np.arange(5, dtype=np.int32)), **options)  # type: ignore[arg-type]


# --- against obspy -------------------------------------------------------------------------------------

OBSPY = """
import hashlib, json, sys, warnings
import obspy
warnings.simplefilter("ignore")
out = {}
for path in sys.argv[1:]:
    traces = obspy.read(path, format="MSEED")
    out[path] = [
        [t.id, t.stats.starttime.ns, t.stats.sampling_rate, str(t.data.dtype), t.data.tolist()] for t in traces
    ]
print(json.dumps(out))
"""


def read_by_obspy(*paths: Path) -> dict[str, list[list[object]]]:
    """What obspy.read gives, from a process of its own."""
    done = subprocess.run(
        [sys.executable, "-c", OBSPY, *map(str, paths)], capture_output=True, text=True, timeout=240, check=True
    )
    out: dict[str, list[list[object]]] = json.loads(done.stdout)
    return out


def test_real_files_equal_obspy_bit_for_bit() -> None:
    if not DATA.is_dir():
        pytest.skip(f"no real files in {DATA}; set SEISBUS_TEST_DATA")
    paths = sorted(p for p in DATA.iterdir() if p.suffix != ".xml")
    assert paths
    for path, traces in read_by_obspy(*paths).items():
        ours = segments(Path(path).read_bytes())
        if "mixedorder" in path:
            # obspy leaves records that are out of order apart; on one grid they hold the same samples
            (only,) = ours
            for _, start, hz, _, values in traces:
                index, misfit = only.rate.index(start - only.t0_ns)  # type: ignore[operator]
                assert (misfit, hz) == (0.0, only.rate.hz)
                assert only.data[index : index + len(values)].tolist() == values  # type: ignore[arg-type]
            assert sum(len(t[4]) for t in traces) == only.npts  # type: ignore[arg-type]
            continue
        have = [[str(s.channel), s.t0_ns, s.rate.hz, str(s.data.dtype), s.data.tolist()] for s in ours]
        assert sorted(have, key=lambda t: t[:2]) == sorted(traces, key=lambda t: t[:2]), path  # type: ignore[arg-type,return-value]


def test_leap_second_records_equal_obspy(tmp_path: Path) -> None:
    new_year = 1_483_228_800 * 10**9
    records = [
        Record(new_year - 60 * 10**9, range(61), factor=1, activity=0x10),
        Record(new_year, range(61, 121), factor=1),
        Record(new_year + 60 * 10**9, range(121, 181), factor=1),
        Record(new_year + 500 * 10**9, range(500, 560), factor=1),
    ]
    path = tmp_path / "leap.ms"
    path.write_bytes(b"".join(r.pack() for r in records))
    (joined,) = decode(path.read_bytes(), frame(path.read_bytes()))
    assert [c.kind for c in joined.complaints] == [ComplaintKind.LEAP_SECOND]
    have = [[s.t0_ns, s.data.tolist()] for s in joined.segments]
    assert have == [[t[1], t[4]] for t in read_by_obspy(path)[str(path)]]
    assert len(have) == 2


# --- files ---------------------------------------------------------------------------------------------


class TestReadAndWrite:
    def test_a_file_with_gaps(self, tmp_path: Path) -> None:
        data, counts = steim_day()
        path = tmp_path / "day.ms"
        path.write_bytes(data[: 3 * 512] + b"junk" + data[9 * 512 :])
        ensemble = read(path)
        assert ensemble.live
        assert [m.live for m in ensemble.member] == [True, True]
        first = ensemble.member[0]
        assert (first["net"], first["sta"], first["loc"], first["chan"]) == ("CI", "HEC", "", "BHN")
        assert (first.t0_ns, first.rate_numerator, first["sampling_rate"]) == (T0, 40, 40.0)
        assert first.time_is_UTC()
        assert np.array_equal(first.data, counts[: first.npts])
        assert "4 bytes" in ensemble.elog[0].message

    def test_a_window_includes_its_ends(self) -> None:
        data, counts = steim_day()
        (member,) = read(data, start=T0 / 1e9 + 100, end=T0 / 1e9 + 200).member
        assert np.array_equal(member.data, counts[4000:8001])
        (rest,) = read(data, start=T0 / 1e9 + 100).member
        assert np.array_equal(rest.data, counts[4000:])
        assert len(read(data, end=0.0).member) == 0

    def test_a_channel_without_a_readable_record_is_dead(self) -> None:
        data, _ = steim_day(1000)
        damaged = b"".join(data[k : k + 64] + np.random.default_rng(k).bytes(448) for k in range(0, len(data), 512))
        ensemble = read(damaged)
        (member,) = ensemble.member
        assert not member.live
        assert not ensemble.live
        assert member["sta"] == "HEC"
        assert "cannot be unpacked" in member.elog[0].message

    def test_what_is_written_is_read_back(self, tmp_path: Path) -> None:
        data, counts = steim_day()
        ensemble = read(data)
        ensemble.append(ensemble.member[0])
        real = ensemble.member[1]
        real["chan"] = "BHZ"
        real *= 0.1
        dead = ensemble[0]
        dead.kill()
        ensemble.append(dead)
        path = tmp_path / "out.ms"
        assert write(ensemble, path) == path.read_bytes()
        ours, scaled = read(path).member
        assert np.array_equal(ours.data, counts)
        assert np.array_equal(scaled.data, counts * 0.1)
        assert (scaled["chan"], scaled.t0_ns) == ("BHZ", T0)
        assert set(frame(path.read_bytes()).encoding.tolist()) == {11, 5}

    def test_relative_data_are_refused(self) -> None:
        (member,) = read(steim_day(500)[0]).member
        member.ator(T0 / 1e9)
        with pytest.raises(TimeReferenceError, match="rtoa"):
            write(member)

    def test_a_file_that_is_not_there(self, tmp_path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            read(tmp_path / "none.ms")
