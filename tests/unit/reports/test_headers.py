"""Odd headers, encodings and foreign bytes: inputs rebuilt from the symptoms of public reports."""

from __future__ import annotations

import struct
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from libseis import mseed
from libseis.codes import Channel
from libseis.segments import Rate, Segment
from unit.reports.builder import (
    FLOAT32,
    NS,
    STEIM2,
    Blockette,
    Record,
    actual_rate,
    at,
    channels,
    headers,
    microseconds,
    noise,
    plain,
    row,
    segments,
    steim1_row,
    told,
    version3,
)

START = at("2009-12-28T10:56:04.9683")


def steim2_little_endian(values: NDArray[np.int32]) -> bytes:
    """One frame a record would do for few: differences of 30 bits, one a word, words little-endian."""
    differences = np.diff(values.astype(np.int64), prepend=0)
    out = b""
    used = 0
    frame = 0
    while used < len(values):
        fixed = 2 if frame == 0 else 0
        part = differences[used : used + 15 - fixed]
        codes = 0
        words = b""
        if frame == 0:
            words += struct.pack("<ii", values[0], values[-1])
        for one in part:
            words += struct.pack("<I", 1 << 30 | int(one) & 0x3FFFFFFF)
        for slot in range(16):
            codes = codes << 2 | (2 if fixed < slot <= fixed + len(part) else 0)
        out += (struct.pack("<I", codes) + words).ljust(64, b"\0")
        used += len(part)
        frame += 1
    return out


def test_codes_that_end_with_a_zero_byte_are_the_codes_before_it() -> None:
    """Codes filled with zero bytes instead of blanks (groundmotion-processing#489)."""
    like = Record(sta=b"AB\0\0\0", loc=b"\0\0", net=b"C\0")
    assert list(channels(b"".join(row(noise(300), START, like)))) == ["C.AB..BHZ"]


@pytest.mark.parametrize("exponent", [10, 11, 13, 15])
def test_record_lengths_that_are_seldom_used(exponent: int) -> None:
    """Records of 1024 bytes and other powers of two (obspy#217)."""
    values = noise(600)
    (found,) = segments(b"".join(row(values, START, Record(exponent=exponent))))
    assert np.array_equal(found.data, values)


@pytest.mark.parametrize("order", "><")
def test_samples_in_the_other_byte_order_than_the_header(order: str) -> None:
    """Blockette 1000 names the byte order of the samples, which need not be the header's (obspy#222)."""
    values = noise(600)
    like = Record(order=order, word_order=0 if order == ">" else 1)
    (found,) = segments(b"".join(row(values, START, like)))
    assert np.array_equal(found.data, values)


def test_little_endian_records() -> None:
    """Header and samples little-endian, counts and reals (mseed-lib#1)."""
    values = noise(600)
    (found,) = segments(b"".join(row(values, START, Record(order="<"))))
    assert np.array_equal(found.data, values)
    real = (values[:100] / 7).astype("<f4")
    one = Record(start=START, npts=100, data=real.tobytes(), encoding=FLOAT32, order="<")
    (found,) = segments(one.to_bytes())
    assert np.array_equal(found.data, real)


def test_steim_2_with_little_endian_words() -> None:
    """Words and codes of the frames are swapped as a whole, and the check value agrees (SeisIO.jl#33)."""
    values = (noise(100) * 5000).astype(np.int32)
    records = []
    for k in (0, 50):
        part = values[k : k + 50]
        records.append(
            Record(
                start=START + k * NS // 20, npts=50, data=steim2_little_endian(part), encoding=STEIM2, order="<"
            ).to_bytes()
        )
    data = b"".join(records)
    (found,) = segments(data)
    assert np.array_equal(found.data, values)
    assert not told(data)


def test_records_without_blockette_1000() -> None:
    """Old records do not name their encoding; Steim-1 is what fits, and the assumption is told (obspy#1544)."""
    values = noise(3000)
    records, npts = steim1_row(values, START, Record(encoding=None))
    data = b"".join(records)
    (found,) = segments(data)
    assert np.array_equal(found.data, values[:npts])
    assert any("encoding" in message for message in told(data))


def test_a_single_record_without_blockette_1000() -> None:
    """The last record has no next header that tells its length (obspy#1544)."""
    values = noise(200)
    records, _ = steim1_row(values, START, Record(encoding=None))
    (found,) = segments(records[0])
    assert np.array_equal(found.data, values[: found.npts])
    assert found.npts > 50


def test_unused_bytes_between_blockettes() -> None:
    """The second blockette does not follow the first at once (SeisIO.jl#7)."""
    later = Blockette(1001, microseconds(25).body, skip=8)
    values = noise(80)
    (found,) = segments(plain(values, START, Record(blockettes=[later], payload=128)))
    assert found.t0_ns == START + 25_000
    assert np.array_equal(found.data, values)


def text(message: bytes, start: int, **fields: int) -> bytes:
    """A record of a log, which has no sampling rate."""
    like = Record(chan=b"LOG", encoding=0, factor=0, multiplier=0)
    return replace(like, start=start, npts=len(message), data=message, **fields).to_bytes()


def test_a_log_among_the_records_costs_no_waveform() -> None:
    """A digitizer writes its log between the samples of three channels (obspy#1398)."""
    values = noise(600)
    records = []
    for n in range(6):
        for seed, chan in enumerate((b"BHZ", b"BHN", b"BHE")):
            part = values[n * 100 : n * 100 + 100] + seed
            records.append(plain(part, START + n * 5 * NS, Record(chan=chan)))
        records.append(text(b"clock phase -3 us\r\n" * 10, START + n * 5 * NS))
    data = b"".join(records)
    found = channels(data)
    for seed, chan in enumerate(("BHZ", "BHN", "BHE")):
        (segment,) = found[f"XX.STA..{chan}"].segments
        assert np.array_equal(segment.data, values + seed)
    assert not found["XX.STA..LOG"].segments
    assert any("text" in message for message in told(data))


def test_a_file_of_a_log_alone_is_told_to_hold_no_waveform() -> None:
    """Records with a rate of zero are no time series and no error (obspy#2488)."""
    data = text(b"mass position 12\r\n", START) + text(b"mass position 13\r\n", START + NS)
    (joined,) = channels(data).values()
    assert not joined.segments
    assert joined.complaints
    found = mseed.read(data)
    assert not any(member.live for member in found.member)


def test_data_records_after_the_control_headers_of_a_full_volume() -> None:
    """A full SEED volume: control headers of 4096 bytes, then data records (obspy#38)."""
    volume = b"000001V 010009502.4121992,001,00:00:00.0000~2010,001~".ljust(4096)
    more = b"".join((b"%06d%s " % (n, kind)).ljust(4096) for n, kind in ((2, b"A"), (3, b"S"), (4, b"T")))
    values = noise(600)
    data = volume + more + b"".join(row(values, START, Record(exponent=12)))
    (found,) = segments(data)
    assert np.array_equal(found.data, values)
    assert any("control" in message for message in told(data))


@pytest.mark.parametrize("place", [0, 2, 6])
def test_empty_records_with_a_sequence_number_anywhere(place: int) -> None:
    """Noise records: a sequence number, a quality, and blanks (obspy#1495)."""
    values = noise(600)
    records = row(values, START)
    records.insert(place, b"000003D ".ljust(512))
    (found,) = segments(b"".join(records))
    assert np.array_equal(found.data, values)


@pytest.mark.parametrize("count", [1, 48, 100, 512, 513])
@pytest.mark.parametrize("fill", [b"\0", b" "])
def test_blank_bytes_between_records_cost_nothing(fill: bytes, count: int) -> None:
    """A stretch of blank bytes in the middle of a file (obspy#1981)."""
    values = noise(600)
    records = row(values, START)
    records.insert(3, fill * count)
    data = b"".join(records)
    (found,) = segments(data)
    assert np.array_equal(found.data, values)
    assert told(data)


@pytest.mark.parametrize("foreign", [b"30_00800_73_2._V" * 11, b"\xff" * 700, b"000001X STA  "])
def test_foreign_bytes_between_records_cost_nothing(foreign: bytes) -> None:
    """Bytes that are no header, of no whole record length (obspy#160)."""
    values = noise(600)
    records = row(values, START)
    records.insert(4, foreign)
    data = b"".join(records)
    (found,) = segments(data)
    assert np.array_equal(found.data, values)
    assert told(data)


@pytest.mark.parametrize("cut", [1, 47, 257, 448, 511])
def test_a_record_cut_short_at_the_end_costs_itself(cut: int) -> None:
    """A file that is still written to ends inside a record (obspy#1728)."""
    values = noise(600)
    data = b"".join(row(values, START))[:-cut]
    (found,) = segments(data)
    assert np.array_equal(found.data, values[:500])
    assert told(data)


def test_a_record_with_a_sample_less_than_promised_costs_itself() -> None:
    """One record's frames hold one sample less than its header says; 221 other channels are sound (obspy#2584)."""
    values = noise(2000)
    good, npts = steim1_row(values, START)
    bad, held = steim1_row(values, START, Record(sta=b"ODD"))
    broken = bytearray(bad[1])
    broken[30:32] = struct.pack(">H", 420)  # frames of 512 bytes hold at most 412 differences
    data = b"".join([*good, bad[0], bytes(broken), *bad[2:]])
    found = channels(data)
    (sound,) = found["XX.STA..BHZ"].segments
    assert np.array_equal(sound.data, values[:npts])
    kept = sum(s.npts for s in found["XX.ODD..BHZ"].segments)
    assert kept == held - struct.unpack(">H", bad[1][30:32])[0]
    assert any("left out" in message for message in told(data))


def test_a_wrong_check_value_is_kept_and_told_by_read() -> None:
    """The last sample differs from what the first frame states (SeisIO.jl#33)."""
    records, npts = steim1_row(noise(2000), START)
    wrong = bytearray(records[2])
    wrong[64 + 8 : 64 + 12] = struct.pack(">i", 12_345_678)
    ensemble = mseed.read(b"".join([*records[:2], bytes(wrong), *records[3:]]))
    (member,) = ensemble.member
    assert member.npts == npts
    log = [*ensemble.elog.get_error_log(), *member.elog.get_error_log()]
    assert any("check" in entry.message for entry in log)


def test_an_actual_rate_of_one_channel_is_not_written_for_the_next() -> None:
    """Two data with rates of both kinds in one file keep their own (obspy#1069)."""
    rates = [Rate(1_000_000), Rate(100), Rate(479_347, 479_349), Rate(20)]
    data = b"".join(
        mseed.encode(Segment(Channel("XX", f"S{n}", "", "BHZ"), START, rate, noise(3000)))
        for n, rate in enumerate(rates)
    )
    found = [joined.segments for joined in channels(data).values()]
    assert [len(one) for one in found] == [1] * 4
    assert [np.float32(one.rate.hz) for (one,) in found] == [np.float32(rate.hz) for rate in rates]


def test_sequence_numbers_run_through_a_segment() -> None:
    """Records are numbered from one, without a break (obspy#894)."""
    data = mseed.encode(Segment(Channel("XX", "STA", "", "BHZ"), START, Rate(100), noise(30_000)), reclen=512)
    assert [h.sequence for h in headers(data, 512)] == list(range(1, len(data) // 512 + 1))


def test_pieces_written_one_by_one_are_one_file() -> None:
    """Files with sequence numbers that start anew are put together (obspy#894)."""
    values = noise(3000)
    whole = Segment(Channel("XX", "STA", "", "BHZ"), START, Rate(100), values)
    parts = [whole.part(k, k + 1000) for k in (0, 1000, 2000)]
    (found,) = segments(b"".join(mseed.encode(part, reclen=512) for part in parts))
    assert np.array_equal(found.data, values)
    assert found.t0_ns == whole.t0_ns


def test_channels_of_different_record_lengths_and_encodings_in_one_file() -> None:
    """What holds of the first channel's records is not taken for all (obspy#1782)."""
    values = noise(600)
    one = row(values, START, Record(exponent=10, chan=b"BHZ"))
    real = (values / 3).astype(">f4")
    two = [
        Record(
            start=START + k * NS // 20,
            npts=100,
            data=real[k : k + 100].tobytes(),
            encoding=FLOAT32,
            chan=b"BHN",
            exponent=12,
        ).to_bytes()
        for k in range(0, 600, 100)
    ]
    three, npts = steim1_row(values, START, Record(chan=b"BHE"))
    mixed = [record for trio in zip(one, two, three[:6], strict=False) for record in trio]
    mixed += [*one[len(three) :], *two[len(three) :], *three[6:]]
    found = channels(b"".join(mixed))
    assert np.array_equal(found["XX.STA..BHZ"].segments[0].data, values)
    assert np.array_equal(found["XX.STA..BHN"].segments[0].data, real.astype(np.float32))
    assert np.array_equal(found["XX.STA..BHE"].segments[0].data, values[:npts])


@pytest.mark.parametrize("quality", [b"D", b"R", b"Q", b"M"])
def test_versions_of_other_qualities_overlap_without_harm(quality: bytes) -> None:
    """The same samples as raw and as checked records (obspy#1782)."""
    values = noise(600)
    records = row(values, START) + row(values, START, Record(quality=quality))
    (found,) = segments(b"".join(records))
    assert np.array_equal(found.data, values)


def test_version_3_numbers_are_little_endian() -> None:
    """Every number of a version 3 record, rate and date and samples (libmseed#120)."""
    values = noise(500)
    (found,) = segments(version3(values, START, 20.0))
    assert (found.t0_ns, found.rate, str(found.channel)) == (START, Rate(20), "XX.STA..BHZ")
    assert np.array_equal(found.data, values)


def test_a_version_3_record_whose_crc_is_wrong_is_told() -> None:
    """One bit of a sample is changed on the way: not a silent other number (libmseed#116)."""
    values = noise(600)
    records = [version3(values[k : k + 200], START + k * NS // 20, 20.0) for k in (0, 200, 400)]
    changed = bytearray(records[1])
    changed[-40] ^= 0x10
    data = records[0] + bytes(changed) + records[2]
    assert any("CRC" in message or "left out" in message for message in told(data))
    found = segments(data)
    assert np.array_equal(found[0].data[:200], values[:200])
    assert np.array_equal(found[-1].data[-200:], values[400:])


def test_the_last_sample_of_a_record_full_of_samples_is_there() -> None:
    """A record without any room left, and one of a single sample after it (obspy#1724)."""
    values = noise(113)
    data = plain(values[:112], START) + plain(values[112:], START + 112 * NS // 20)
    (found,) = segments(data)
    assert np.array_equal(found.data, values)


@pytest.mark.parametrize("jump", [0, 2**29, 2**30 + 1, 2**31 - 1])
@pytest.mark.parametrize("npts", [1, 2, 300 * 20, 300 * 20 + 1])
def test_pieces_of_five_minutes_are_written(npts: int, jump: int) -> None:
    """A slice of any length is packed, with jumps too wide for Steim differences (obspy#1724)."""
    values = noise(npts)
    values[npts // 2 :: 7] = jump
    (found,) = segments(mseed.encode(Segment(Channel("XX", "STA", "", "BHZ"), START, Rate(20), values), reclen=512))
    assert np.array_equal(found.data, values)


def test_an_empty_volume_code_with_an_actual_rate_is_read() -> None:
    """All of codes, rate and blockettes at once as old digitizers write them (mseed-lib#1, seisFile#7)."""
    like = Record(order="<", factor=0, multiplier=0, net=b"  ", blockettes=[actual_rate(62.5, "<"), microseconds(3)])
    like = replace(like, payload=128)
    values = noise(90)
    (found,) = segments(plain(values, START, like))
    assert (found.rate.hz, found.t0_ns, str(found.channel)) == (62.5, START + 3000, ".STA..BHZ")
    assert np.array_equal(found.data, values)
