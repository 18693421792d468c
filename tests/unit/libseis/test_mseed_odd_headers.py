"""Headers with something odd in them: samples are kept and it is told; numbers in doubt are proved or refused."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from libseis.mseed import ProblemKind, decode, frame, read
from libseis.segments import ComplaintKind, Joined
from support.records import T0, V2, V3, payload, row, steim, walk

X = walk(300)
ODD = {
    "sequence number of letters": ({"sequence": b"ABCDEF"}, "digits"),
    "quality blank": ({"quality": b" "}, "quality"),
    "quality of another letter": ({"quality": b"E"}, "quality"),
    "reserved byte": ({"reserved": b"\x01"}, "reserved"),
    "station code not ASCII": ({"codes": b"AS\xc7    BHZXX"}, "ASCII"),
    "network code of control characters": ({"codes": b"TEST   BHZ\x01\x02"}, "ASCII"),
    "more blockettes than there are": ({"count": 3}, "blockettes"),
    "fewer blockettes than there are": ({"count": 0}, "blockettes"),
    "link of the last blockette leads back": ({"links": {1000: 48}}, "chain"),
    "link of the last blockette leads beyond the record": ({"links": {1000: 60000}}, "chain"),
    "first blockette in the header": ({"first": 12}, "chain"),
    "link ahead of blockette 1000 leads back": (
        {"first": 48, "with_1000": False, "others": ((100, b"\x41\xa0" + bytes(6)), (1000, bytes([3, 1, 9, 0]))),
         "links": {100: 8}},
        "chain",
    ),
    "blockette that nobody knows": ({"others": ((777, b"what is this"),)}, None),
    "record length of nothing": ({"stated_exponent": 0}, "record length"),
    "record length of 2^30": ({"stated_exponent": 30}, "record length"),
}  # fmt: skip


def whole(data: bytes) -> Joined:
    table = frame(data)
    assert table.problems == ()
    (joined,) = decode(data, table)
    return joined


def kinds(joined: Joined) -> list[ComplaintKind]:
    return [c.kind for c in joined.complaints]


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("encoding", [3, 11])
def test_samples_are_kept_and_it_is_told(name: str, encoding: int) -> None:
    options, told = ODD[name]
    if encoding == 11 and "others" in options:
        options = {
            **options,
            "others": tuple((k, bytes([11, 1, 9, 0]) if k == 1000 else b) for k, b in options["others"]),
        }
    joined = whole(row(X, 100, encoding=encoding, **options))
    (segment,) = joined.segments
    assert np.array_equal(segment.data, X)
    assert segment.t0_ns == T0
    if told is None:
        assert joined.complaints == ()
    else:
        (complaint,) = joined.complaints
        assert complaint.kind is ComplaintKind.ODD_HEADER
        assert told in complaint.message
        assert "3 records, the first at byte 0" in complaint.message


@pytest.mark.parametrize("name", ODD)
def test_one_odd_record_among_sound_ones_costs_nothing(name: str) -> None:
    options = ODD[name][0]
    sound = row(X, 100)
    odd = V2(X[100:200], T0 + 5 * 10**9, **options).pack()
    (segment,) = (
        whole(sound[:512] + odd + sound[1024:]).segments if b"\xc7" not in odd and b"\x01\x02" not in odd else [None]
    )
    assert segment is None or np.array_equal(segment.data, X)


@pytest.mark.parametrize(
    ("written", "later_ns"),
    [
        ({"fraction": 10_500}, 1_050_000_000),
        ({"second": 60}, 60 * 10**9),
        ({"minute": 60}, 14 * 60 * 10**9),
        ({"hour": 24}, 19 * 3600 * 10**9),
        ({"day": 366}, (366 - 70) * 86400 * 10**9),
    ],
)
def test_a_field_of_the_time_beyond_its_range_is_added_up(written: dict[str, int], later_ns: int) -> None:
    joined = whole(V2(X[:100], time=written).pack())
    assert joined.segments[0].t0_ns == T0 + later_ns
    assert [c.kind for c in joined.complaints] == [ComplaintKind.ODD_HEADER]
    assert "sum of the fields" in joined.complaints[0].message


@pytest.mark.parametrize("exponent", [6, 7, 12, 16, 17])
def test_every_record_length_that_is_stated(exponent: int) -> None:
    per = min(((1 << exponent) - 56) // 4, 30_000)
    x = walk(per * 4)
    joined = whole(row(x, per, exponent=exponent, begin=56))
    assert np.array_equal(joined.segments[0].data, x)
    assert joined.complaints == ()


def test_what_is_odd_in_a_record_that_nothing_leads_to_is_not_believed_without_a_next_one() -> None:
    """Foreign bytes that look a little like a header are no record."""
    odd = V2(X[:100], quality=b"E").pack()
    table = frame(b"\xff" * 100 + odd + b"\xff" * 100)
    assert len(table) == 0
    assert [p.kind for p in table.problems] == [ProblemKind.FOREIGN]
    assert len(frame(b"\xff" * 100 + odd + odd)) == 2


def test_random_bytes_hold_no_record() -> None:
    data = np.random.default_rng(5).integers(0, 256, 4_000_000, np.uint8)
    assert len(frame(data)) == 0


def test_read_tells_of_it() -> None:
    ensemble = read(row(X, 100, quality=b"E"))
    assert "quality" in ensemble.member[0].elog[0].message


# --- the form of the numbers -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "order", "data_order", "word"), list(itertools.product([1, 2, 3, 4, 5, 10, 11], "><", "><", [0, 1]))
)
def test_byte_orders_that_contradict_each_other(encoding: int, order: str, data_order: str, word: int) -> None:
    """Header, stated word order and samples in any order: the right numbers come out, or none with a reason."""
    joined = whole(row(X, 40, encoding=encoding, order=order, data_order=data_order, word=word))
    agrees = word == (order == ">")
    steim_frames = encoding in (10, 11)
    if agrees and not steim_frames and word != (data_order == ">"):
        return  # a header that agrees with itself is believed: nothing tells that it is wrong
    if joined.segments:
        assert np.array_equal(joined.segments[0].data, X)
    if agrees and word == (data_order == ">"):
        assert joined.complaints == ()
    elif steim_frames or not agrees:
        assert joined.segments, "frames, or a trace that is smooth in one order only, prove the form"
        assert ComplaintKind.FORM_SETTLED in kinds(joined)


def test_noise_in_contradicting_orders_is_refused() -> None:
    noise = np.random.default_rng(1).integers(-(2**31), 2**31, 200).astype(np.int32)
    joined = whole(row(noise, 100, word=0))
    assert joined.segments == ()
    assert kinds(joined) == [ComplaintKind.BAD_RECORD] * 2
    assert "byte order" in joined.complaints[0].message


@pytest.mark.parametrize(("encoding", "stated"), [(10, 11), (11, 10), (10, 3), (11, 3), (10, 19), (11, 4), (11, 1)])
def test_steim_frames_under_another_name_prove_what_they_are(encoding: int, stated: int) -> None:
    joined = whole(row(X, 150, encoding=encoding, stated=stated))
    (segment,) = joined.segments
    assert np.array_equal(segment.data, X)
    assert kinds(joined) == [ComplaintKind.FORM_SETTLED]
    assert f"Steim-{encoding - 9}" in joined.complaints[0].message


@pytest.mark.parametrize("encoding", [2, 3, 4, 5])
@pytest.mark.parametrize("stated", [10, 11, 15, 17, 18, 19, 33, 99, 100])
def test_numbers_under_another_name_never_come_out(encoding: int, stated: int) -> None:
    joined = whole(row(X, 50, encoding=encoding, stated=stated))
    assert joined.segments == ()
    assert set(kinds(joined)) == {ComplaintKind.BAD_RECORD}
    assert "is left out, since its samples cannot be unpacked" in joined.complaints[0].message


@pytest.mark.parametrize("begin", [0, 1, 40, 48, 52, 600])
@pytest.mark.parametrize("encoding", [3, 10, 11])
def test_samples_that_start_where_none_can_be(begin: int, encoding: int) -> None:
    joined = whole(row(X, 100, encoding=encoding, stated_begin=begin))
    if encoding == 3:
        assert joined.segments == ()
        assert f"at its byte {begin}, where none can be" in joined.complaints[0].message
    else:
        assert np.array_equal(joined.segments[0].data, X)
        assert kinds(joined) == [ComplaintKind.FORM_SETTLED]


@pytest.mark.parametrize("encoding", [3, 10, 11])
def test_without_blockette_1000_only_frames_prove_themselves(encoding: int) -> None:
    joined = whole(row(X, 100, encoding=encoding, with_1000=False))
    if encoding == 3:
        assert joined.segments == ()
        assert "states no encoding" in joined.complaints[0].message
    else:
        assert np.array_equal(joined.segments[0].data, X)
        assert kinds(joined) == [ComplaintKind.ASSUMED]


def test_two_blockettes_1000_that_contradict_each_other() -> None:
    joined = whole(row(X, 100, encoding=11, others=((1000, bytes([3, 1, 9, 0])),)))
    assert np.array_equal(joined.segments[0].data, X)
    plain = whole(row(X, 100, encoding=3, others=((1000, bytes([4, 1, 9, 0])),)))
    assert plain.segments == ()


def test_more_samples_than_the_record_holds_are_refused() -> None:
    joined = whole(V2(X[:100], npts=113).pack() + V2(X[100:200], npts=150, start_ns=T0 + 10**10).pack())
    assert joined.segments == ()
    assert "do not hold the 150 samples" in joined.complaints[1].message


def test_frames_whose_codes_do_not_fit_their_samples_are_refused() -> None:
    """Noise in the place of frames is no trace, whatever its check value."""
    data = np.random.default_rng(0).bytes(448)
    assert whole(V2(npts=200, encoding=10, data=data).pack()).segments == ()


def test_24_bit_integers() -> None:
    values = np.array([0, 1, -1, 2**23 - 1, -(2**23), 77, -77], np.int32)
    for order in "><":
        assert whole(V2(values, encoding=2, order=order).pack()).segments[0].data.tolist() == values.tolist()


# --- version 3 ---------------------------------------------------------------------------------------------


def test_a_wrong_crc_is_told_and_costs_nothing() -> None:
    joined = whole(V3(X, crc=1).pack() + V3(X, T0 + 15 * 10**9).pack())
    (segment,) = joined.segments
    assert np.array_equal(segment.data, np.concatenate([X, X]))
    assert kinds(joined) == [ComplaintKind.INTEGRITY]


def test_identifiers_of_other_authorities_stay_apart() -> None:
    data = V3(X, source=b"XFDSN:AA").pack() + V3(X, source=b"LOCAL:B\xc3").pack()
    joined = decode(data, frame(data))
    assert [str(j.channel) for j in joined] == [".XFDSN:AA..", ".LOCAL:B~.."]
    assert all(np.array_equal(j.segments[0].data, X) for j in joined)
    assert {c.kind for j in joined for c in j.complaints} == {ComplaintKind.ODD_HEADER}


def test_time_beyond_its_range_needs_a_crc_that_holds() -> None:
    good = V3(X, time={"second": 61})
    assert whole(good.pack()).segments[0].t0_ns == T0 + 61 * 10**9
    assert len(frame(replace(good, crc=5).pack())) == 0


def test_steim_of_version_3_under_another_name() -> None:
    joined = whole(V3(X, encoding=10, data=steim(X, 2)).pack())
    assert np.array_equal(joined.segments[0].data, X)
    assert kinds(joined) == [ComplaintKind.FORM_SETTLED]
    assert whole(V3(X, encoding=19, data=payload(X, 3, "<")).pack()).segments == ()


def test_frames_shorter_than_a_frame_are_refused() -> None:
    joined = whole(V2(npts=9, encoding=11, exponent=7, begin=96, data=b"\x01" * 32).pack())
    assert joined.segments == ()


@pytest.mark.parametrize("rate", [5e-324, 1e-305, -1e300, 1e308])
def test_rates_that_no_clock_has_are_none(rate: float) -> None:
    """A record does not last longer than time can be counted."""
    table = frame(V3(X, rate=rate).pack())
    assert len(table) == 1
    assert table.rate.tolist() == ([0] if rate == 1e308 else [-1])
