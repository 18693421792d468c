"""Rates that jitter, clocks that run, gaps and overlaps: inputs rebuilt from the symptoms of public reports."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
from libseis.segments import Rate, Segment, SourceId, cut
from libseis.segments.cut import GapPolicy
from unit.reports.builder import NS, Record, actual_rate, at, channels, noise, plain, row, segments, told

from libseis import mseed

START = at("2017-07-29T10:00:00")
SOURCE = SourceId("XX", "STA", "", "BHZ")


@pytest.mark.parametrize(("factor", "multiplier"), [(20, 1), (200, -10), (-1, 20), (-5, -4)])
def test_blockette_100_is_the_rate_whatever_factor_and_multiplier_are(factor: int, multiplier: int) -> None:
    """The rate of blockette 100 is samples per second, never their interval (SeisIO.jl#48)."""
    values = noise(300)
    like = Record(factor=factor, multiplier=multiplier, exponent=10, blockettes=[actual_rate(20.0)])
    (found,) = segments(b"".join(row(values, START, like, hz=20)))
    assert (found.rate, found.npts) == (Rate(20), 300)


def test_a_factor_of_zero_with_an_actual_rate_is_a_time_series() -> None:
    """Factor 0, multiplier 1, and 100 Hz in blockette 100 (seisFile#7)."""
    values = noise(300)
    like = Record(factor=0, exponent=10, blockettes=[actual_rate(100.0)])
    (found,) = segments(b"".join(row(values, START, like, hz=100)))
    assert found.rate == Rate(100)
    assert np.array_equal(found.data, values)


@pytest.mark.parametrize("period", [10, 100, 3600])
def test_windows_of_very_slow_channels_have_their_samples(period: int) -> None:
    """Cutting works as well where samples are minutes apart (obspy#63)."""
    values = noise(500)
    data = b"".join(row(values, START, Record(factor=-period), hz=1 / period))
    (found,) = segments(data)
    begin, end = START + 100 * period * NS, START + 200 * period * NS
    event = cut([found], [], begin, end, inclusive_end=True).pieces[0]
    tile = cut([found], [], begin, end, inclusive_end=False).pieces[0]
    assert (event.t0_ns, event.npts, tile.npts) == (begin, 101, 100)
    assert np.array_equal(event.data, values[100:201])


def test_a_gap_of_one_sample_is_one_sample_long() -> None:
    """One sample less is a gap from that sample to itself (obspy#1151)."""
    values = noise(200)
    data = plain(values[:100], START) + plain(values[101:], START + 101 * NS // 20)
    found = segments(data)
    assert [s.npts for s in found] == [100, 99]
    window = cut(found, [], START, START + 199 * NS // 20, inclusive_end=True, gaps=GapPolicy.SPLIT)
    missing = START + 100 * NS // 20
    assert [(g.start_ns, g.end_ns) for g in window.gaps] == [(missing, missing)]


def test_an_overlap_of_one_equal_sample_is_no_gap() -> None:
    """The last sample of a piece comes again as the first of the next (obspy#1151)."""
    values = noise(200)
    data = plain(values[:100], START) + plain(values[99:], START + 99 * NS // 20)
    (found,) = segments(data)
    assert np.array_equal(found.data, values)


@pytest.mark.parametrize("hz", [32_767, 48_000, 200_000])
def test_rates_beyond_16_bits_come_back(hz: int) -> None:
    """Acoustic emission is sampled at rates that the header's factor alone cannot hold (obspy#1540)."""
    values = noise(20_000)
    written = Segment(SOURCE, START, Rate(hz), values)
    (found,) = segments(mseed.encode(written, reclen=4096))
    assert (found.rate, found.npts) == (Rate(hz), len(values))


def test_a_record_within_half_a_sample_follows_and_keeps_its_own_time() -> None:
    """At 50 Hz a record starts 0.947 ms before the end of the one before: no gap, nothing double (msi#2)."""
    values = noise(1300)
    second = START + 664 * 20_000_000 - 947_000
    like = Record(factor=50, exponent=12)
    data = plain(values[:664], START, like) + plain(values[664:], second, like)
    (joined,) = channels(data).values()
    (found,) = joined.segments
    assert np.array_equal(found.data, values)
    assert not joined.conflicts
    piece = cut(joined.segments, joined.conflicts, second, second + 5 * NS, inclusive_end=True).pieces[0]
    assert abs(piece.t0_ns - second) <= 2_000_000
    assert np.array_equal(piece.data, values[664 : 664 + 251])


@pytest.mark.parametrize("phase", [-5_000_000, -1_000, 0, 1_000, 2_499_000])
def test_components_a_microsecond_apart_give_windows_of_one_length(phase: int) -> None:
    """A ten second window has 2001 samples at 200 Hz in every component (obspy#95)."""
    values = noise(8000)
    (found,) = segments(b"".join(row(values, START, Record(factor=200))))
    moved = Segment(found.source, found.t0_ns + phase, found.rate, found.data)
    begin = START + 12 * NS + 494_999_000
    piece = cut([moved], [], begin, begin + 10 * NS, inclusive_end=True).pieces[0]
    assert piece.npts == 2001
    assert abs(piece.t0_ns - begin) <= 2_500_000


def test_a_rate_one_step_of_single_precision_below_250_hz_is_250_hz() -> None:
    """Blockette 100 says 249.99998474121094 Hz while the records run at 250 Hz (EQcorrscan#494)."""
    values = noise(60_000)
    like = Record(factor=250, exponent=10, blockettes=[actual_rate(249.99998474121094)])
    data = b"".join(row(values, START, like, hz=250))
    (found,) = segments(data)
    window = cut([found], [], START, START + 240 * NS, inclusive_end=False)
    assert window.reason is None, window.detail
    assert (found.npts, window.pieces[0].npts) == (60_000, 60_000)


@pytest.mark.parametrize("before", [1_606_000, 100_000, 9_900_000])
def test_data_that_start_less_than_a_sample_before_the_day_make_a_whole_day(before: int) -> None:
    """At 100 Hz the first sample lies 1.606 ms before midnight (EQcorrscan#87)."""
    midnight = at("2012-02-07T00:00:00")
    values = noise(360_001)
    found = Segment(SOURCE, midnight - before, Rate(100), values)
    window = cut([found], [], midnight, midnight + 3600 * NS, inclusive_end=False)
    assert window.reason is None, window.detail
    (piece,) = window.pieces
    assert piece.npts == 360_000
    # 0.1 ms is the resolution of a header time
    assert -100_000 <= piece.t0_ns - midnight < NS // 100


def test_data_that_end_less_than_a_sample_before_midnight_make_a_whole_day() -> None:
    """A day cut at the sample, off its grid by a part of a sample, is whole in a tile (EQcorrscan#271)."""
    midnight = at("2012-02-07T00:00:00")
    found = Segment(SOURCE, midnight + 4_300_000, Rate(100), noise(8_640_000))
    window = cut([found], [], midnight, midnight + 86_400 * NS, inclusive_end=False)
    assert window.reason is None, window.detail
    assert window.pieces[0].npts == 8_640_000


def test_files_that_meet_at_new_year_are_one_segment() -> None:
    """The last sample of 2015 and the first of 2016 are one interval apart (mspass#520)."""
    values = noise(8000)
    start = at("2015-12-31T23:58:20")
    old, new = (
        row(values[:4000], start, Record(factor=40)),
        row(values[4000:], at("2016-01-01T00:00:00"), Record(factor=40)),
    )
    (found,) = segments(b"".join(old + new))
    assert np.array_equal(found.data, values)


def test_records_out_of_order_and_twice_give_every_sample_once() -> None:
    """Records of a second each, shuffled, and some of them a second time (obspy#3479)."""
    values = noise(6000)
    records = row(values, START, Record(factor=100))
    order = np.random.default_rng(3).permutation(len(records)).tolist()
    (found,) = segments(b"".join(records[n] for n in [*order, *order[:7]]))
    assert np.array_equal(found.data, values)
    assert found.t0_ns == START


def test_two_records_of_one_time_and_different_samples_are_told() -> None:
    """A second record of the same second with other samples: neither is taken silently (SeisIO.jl#29)."""
    values = noise(2000)
    records = row(values, START, Record(factor=100))
    other = plain(values[1000:1100] + 7, START + 10 * NS, Record(factor=100))
    data = b"".join([*records, other])
    (joined,) = channels(data).values()
    (conflict,) = joined.conflicts
    assert (conflict.start_ns, conflict.end_ns) == (START + 10 * NS, START + 10 * NS + 99 * NS // 100)
    assert any("different values" in message for message in told(data))
    kept = np.concatenate([s.data for s in joined.segments])
    assert np.array_equal(kept, np.concatenate([values[:1000], values[1100:]]))


def test_what_follows_a_gap_keeps_its_own_times() -> None:
    """After a gap the clock stands two fifths of a sample off the grid before it (obspy#713)."""
    values = noise(400)
    later = START + 30 * NS + 20_000_000  # 0.4 of 50 ms
    found = segments(b"".join(row(values[:200], START) + row(values[200:], later)))
    assert [s.t0_ns for s in found] == [START, later]
    window = cut(found, [], START, START + 60 * NS, inclusive_end=False, gaps=GapPolicy.SPLIT)
    assert [p.t0_ns for p in window.pieces] == [START, later]


def test_a_window_inside_large_records_has_all_that_overlap_it() -> None:
    """The window starts and ends inside records of minutes (libmseed#131)."""
    values = noise(20_000)
    data = b"".join(row(values, START, Record(factor=100, exponent=14), per=4000))
    begin, end = START + 65 * NS, START + 145 * NS
    (member,) = mseed.read(data, start=begin / NS, end=end / NS).member
    assert member.npts == 8001
    assert np.array_equal(np.asarray(member.data), values[6500:14_501])


@pytest.mark.parametrize("seconds", [7, 60, 61])
def test_tiles_reach_the_end_of_the_data(seconds: int) -> None:
    """Tiles of any length hold every sample once, those of the last minutes too (EQTransformer#56)."""
    values = noise(20 * 600)
    (found,) = segments(b"".join(row(values, START)))
    pieces = []
    for begin in range(0, 600, seconds):
        end = min(begin + seconds, 600)
        window = cut([found], [], START + begin * NS, START + end * NS, inclusive_end=False)
        assert window.reason is None, window.detail
        pieces += window.pieces
    assert np.array_equal(np.concatenate([p.data for p in pieces]), values)


def test_gap_is_judged_at_half_a_sample_at_any_rate() -> None:
    """A record 0.4 samples late follows, one 0.6 samples late does not, at 1 Hz as at 1000 Hz (mspass#991)."""
    values = noise(200)
    for hz in (1, 20, 1000):
        like = Record(factor=hz)
        for late, parts in ((Fraction(2, 5), 1), (Fraction(3, 5), 2)):
            second = START + int((100 + late) * NS / hz) // 100_000 * 100_000
            found = segments(plain(values[:100], START, like) + plain(values[100:], second, replace(like, sequence=2)))
            assert len(found) == parts, f"{hz} Hz, {float(late)} samples late"
            assert sum(s.npts for s in found) == 200
