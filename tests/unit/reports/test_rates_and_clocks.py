"""Rates that jitter, clocks that run, gaps and overlaps: inputs rebuilt from the symptoms of public reports."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest

from libseis import mseed
from libseis.codes import Channel
from libseis.segments import Rate, Segment, cut
from libseis.segments.cut import GapPolicy
from unit.reports.builder import NS, Record, actual_rate, at, channels, noise, plain, row, segments, steim1_row, told

START = at("2017-07-29T10:00:00")
SOURCE = Channel("XX", "STA", "", "BHZ")


def test_records_at_50_and_at_49_9986_hz_are_one_stream() -> None:
    """Some records of a 50 Hz station state 49.9986 Hz: 2.8e-5 apart, one stream (obspy#1846)."""
    values = noise(6000)
    records = row(values, START, Record(factor=50))
    other = row(values, START, Record(factor=50, exponent=10, blockettes=[actual_rate(49.9986)]))
    mixed = [other[n] if n % 3 == 1 else one for n, one in enumerate(records)]
    (found,) = segments(b"".join(mixed))
    assert np.array_equal(found.data, values)
    assert abs(found.rate.hz / 50 - 1) < 1e-4


def test_many_negative_gaps_below_a_sample_lose_nothing() -> None:
    """Every record starts three tenths of a sample before the end of the one before it (SeisIO.jl#29)."""
    values = noise(8000)
    # 100 samples take 99.7 intervals
    data = b"".join(row(values, START, Record(factor=20), hz=20 * 100 / 99.7))
    (joined,) = channels(data).values()
    assert not joined.conflicts
    assert np.array_equal(np.concatenate([s.data for s in joined.segments]), values)
    assert len(joined.segments) == 1


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
    moved = Segment(found.channel, found.t0_ns + phase, found.rate, found.data)
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


def test_rates_that_differ_below_the_tolerance_across_a_gap_fill_one_window() -> None:
    """Two pieces at 40 Hz and at 40.0004 Hz with a gap between them are one stream with a gap (mspass#994)."""
    values = noise(2000)
    second = START + 60 * NS
    data = b"".join(
        row(values[:1000], START, Record(factor=40))
        + row(values[1000:], second, Record(factor=40, exponent=10, blockettes=[actual_rate(40.0004)]), hz=40.0004)
    )
    (joined,) = channels(data).values()
    window = cut(joined.segments, joined.conflicts, START, second + 20 * NS, inclusive_end=True, gaps=GapPolicy.FILL)
    assert window.reason is None, window.detail
    (piece,) = window.pieces
    assert piece.npts == 40 * 80 + 1
    assert np.array_equal(piece.data[:1000], values[:1000])
    assert np.array_equal(piece.data[2400:3200], values[1000:1800])


def test_records_of_two_times_interleaved_are_two_segments() -> None:
    """Records of 20:27 and of 21:15 alternate in the file: one gap, no overlap (ispaq#12)."""
    values = noise(8000)
    later = START + 48 * 60 * NS
    like = Record(factor=100)
    pairs = zip(row(values[:4000], START, like), row(values[4000:], later, like), strict=True)
    (joined,) = channels(b"".join(record for pair in pairs for record in pair)).values()
    assert [(s.t0_ns, s.npts) for s in joined.segments] == [(START, 4000), (later, 4000)]
    assert np.array_equal(np.concatenate([s.data for s in joined.segments]), values)
    assert not joined.conflicts


def test_earlier_data_appended_to_a_day_file_come_first() -> None:
    """An hour of the night is added to a file that holds the afternoon (dataselect#4)."""
    values = noise(7396)
    night, afternoon = at("2017-01-01T00:03:22"), at("2017-01-01T14:57:28")
    like = Record(factor=1, chan=b"LHZ")
    data = b"".join(row(values[:3799], afternoon, like) + row(values[3799:], night, like))
    found = segments(data)
    assert [(s.t0_ns, s.npts) for s in found] == [(night, 3597), (afternoon, 3799)]


def test_gaps_are_as_long_as_the_samples_that_are_missing() -> None:
    """Twenty gaps of whole seconds at 200 Hz: each as long as what was left out (SeisIO.jl#36)."""
    rng = np.random.default_rng(36)
    values = noise(21 * 400)
    start, parts, expected = START, [], []
    for n in range(21):
        parts += row(values[n * 400 : n * 400 + 400], start, Record(factor=200))
        lost = int(rng.integers(1, 60)) * 200
        expected.append((start + 2 * NS, start + 2 * NS + (lost - 1) * 5_000_000))
        start += 2 * NS + lost * 5_000_000
    found = segments(b"".join(parts))
    window = cut(found, [], START, found[-1].end_ns, inclusive_end=True, gaps=GapPolicy.SPLIT)
    assert [(g.start_ns, g.end_ns) for g in window.gaps] == expected[:-1]


@pytest.mark.parametrize("npts", [1, 2, 5])
def test_a_piece_that_comes_twice_is_one_piece(npts: int) -> None:
    """Two traces of a few samples at the same times overlap by all of them (obspy#1319)."""
    values = noise(npts)
    one = plain(values, START, Record(factor=1))
    (joined,) = channels(one + one).values()
    (found,) = joined.segments
    assert np.array_equal(found.data, values)
    (conflict,) = channels(one + plain(values + 1, START, Record(factor=1)))["XX.STA..BHZ"].conflicts
    assert (conflict.end_ns - conflict.start_ns) // NS + 1 == npts


@pytest.mark.parametrize("hz", [6000, 7, 3, 30])
def test_periods_of_repeating_decimals_do_not_drift(hz: int) -> None:
    """At 6000 Hz a sample is 166666.6 ns: its number tells its time to the nanosecond (obsplus#172)."""
    values = noise(6000 * 5)
    segment = Segment(SOURCE, START, Rate(hz), values)
    assert segment.end_ns == START + round(Fraction((len(values) - 1) * NS, hz))
    (found,) = segments(mseed.encode(segment, reclen=512))
    assert found.npts == len(values)
    assert abs(found.end_ns - segment.end_ns) <= 0.1 * NS / hz + 1000


def test_many_gaps_and_overlaps_without_blockette_1000_come_to_an_end() -> None:
    """A day full of gaps and of records that come again, whose headers do not name an encoding (SeisComP/main#16)."""
    values = noise(40_000)
    records, npts = steim1_row(values, START, Record(encoding=None))
    rng = np.random.default_rng(16)
    kept = [n for n in range(len(records)) if n % 5]
    again = rng.choice(kept, 20).tolist()
    data = b"".join(records[n] for n in [*kept, *again])
    counts = [int.from_bytes(record[30:32], "big") for record in records]
    (joined,) = channels(data).values()
    assert sum(s.npts for s in joined.segments) == sum(counts[n] for n in kept)
    assert not joined.conflicts
    assert npts == sum(counts)
