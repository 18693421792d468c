"""What the FDSN's miniSEED 3 reference data and libmseed's test data describe, made by our own builder.

Both versions, every encoding, records of mixed lengths and byte orders, corrections, extra headers, text. obspy and
libmseed read the same bytes in a process of their own where they can.
"""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from libseis.codes import Channel
from libseis.mseed import decode, encode, frame, read, write
from libseis.segments import ComplaintKind, Joined, Rate, Segment
from support.records import T0, V2, V3, payload, row, walk

SINUSOID = np.round(np.exp(np.arange(500) / 41.3) * np.sin(np.arange(500) * 0.28)).astype(np.int32)  # it expands
DTYPES = {1: np.int32, 2: np.int32, 3: np.int32, 4: np.float32, 5: np.float64, 10: np.int32, 11: np.int32}
REFUSED = {15: "US National Network", 17: "Graefenberg", 18: "Strasbourg", 19: "Steim-3", 31: "HGLP", 33: "RSTN"}
EXTRA = {
    "FDSN": {
        "Time": {"Quality": 100, "Correction": 1.234, "MaxEstimatedError": 1e-6},
        "Event": {"Detection": [{"Type": "MURDOCK", "OnsetTime": "2012-01-13T18:28:06Z", "Wave": "DILATATION"}]},
        "Flags": {"Spikes": True, "DigitizerClipping": True},
    },
    "Operator": {"Vault": {"Temperature": 11.3}},
}

OTHERS = """
import json, sys, warnings
import numpy as np
warnings.simplefilter("ignore")
import obspy
from pymseed import MS3Record
out = {}
for path in sys.argv[1:]:
    entry = out[path] = {}
    try:
        entry["obspy"] = [
            [t.stats.starttime.ns, t.stats.sampling_rate, np.asarray(t.data, float).tolist()]
            for t in obspy.read(path, format="MSEED").merge(-1)
        ]
    except Exception as error:
        entry["obspy"] = str(error)
    try:
        entry["libmseed"] = [
            [r.starttime, r.samprate, np.array(r.np_datasamples, float).tolist()]
            for r in MS3Record.from_file(path, unpack_data=True)
            if r.numsamples
        ]
    except Exception as error:
        entry["libmseed"] = str(error)
print(json.dumps(out))
"""


def whole(data: bytes) -> Joined:
    table = frame(data)
    assert table.problems == ()
    (joined,) = decode(data, table)
    return joined


def by_others(*paths: Path) -> dict[str, dict[str, object]]:
    done = subprocess.run(
        [sys.executable, "-c", OTHERS, *map(str, paths)], capture_output=True, text=True, timeout=240, check=True
    )
    found: dict[str, dict[str, object]] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize("encoding", DTYPES)
@pytest.mark.parametrize("order", "><")
@pytest.mark.parametrize("exponent", [8, 9, 12, 16])
def test_version_2_in_every_encoding_order_and_length(encoding: int, order: str, exponent: int) -> None:
    x = SINUSOID[:300] if encoding == 1 else SINUSOID
    per = {8: 20, 9: 50}.get(exponent, 250)
    joined = whole(row(x, per, encoding=encoding, order=order, exponent=exponent))
    (segment,) = joined.segments
    assert segment.data.dtype == DTYPES[encoding]
    assert np.array_equal(segment.data, x)
    assert joined.complaints == ()


@pytest.mark.parametrize("encoding", [e for e in DTYPES if e != 2])
@pytest.mark.parametrize("rate", [1.0, 20.0, 100.0, -10.0, -0.01, 1e-3, 99.99, 50.00001])
def test_version_3_in_every_encoding_and_rate(encoding: int, rate: float) -> None:
    """Negative rates are periods."""
    x = SINUSOID[:300] if encoding == 1 else SINUSOID
    joined = whole(V3(x, T0 + 123_456_789, encoding, rate, flags=4).pack())
    (segment,) = joined.segments
    assert np.array_equal(segment.data, x)
    assert segment.data.dtype == DTYPES[encoding]
    assert segment.t0_ns == T0 + 123_456_789
    assert segment.rate == (Rate.from_hz(rate) if rate > 0 else Rate.from_interval(-rate))
    assert joined.complaints == ()


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("encoding", REFUSED)
def test_encodings_that_nobody_reads_are_refused_by_name(encoding: int, version: int) -> None:
    data = bytes(range(200))
    record = V2(npts=100, encoding=encoding, data=data) if version == 2 else V3(npts=100, encoding=encoding, data=data)
    joined = whole(record.pack())
    assert joined.segments == ()
    assert REFUSED[encoding] in joined.complaints[0].message


GAIN_RANGED = {
    12: (">3B", 3, "3-byte integers"),
    13: (">H", 2, "mantissa 12 bits, exponent 3"),
    14: (">H", 2, "mantissa 12 bits, exponent 4"),
    16: (">H", 2, "mantissa 14 bits, gain 2"),
    30: (">H", 2, "mantissa 12 bits, gain 4"),
    32: (">H", 2, "16 bits"),
}


@pytest.mark.parametrize("encoding", GAIN_RANGED)
def test_old_encodings_come_out_as_the_manual_says(encoding: int) -> None:
    """Words of the gain-ranged encodings (SEED manual 2.4, appendix D, and the networks' own descriptions)."""
    words = [0x0800, 0x0801, 0x17FF, 0x2800, 0x3ABC, 0x4000, 0x5123, 0x7FFF][:8]
    if encoding == 12:
        data, want = bytes([0, 0, 1, 0xFF, 0xFF, 0xFE, 0, 1, 0]), [1.0, -2.0, 256.0]
    elif encoding in (13, 14):
        bits = 7 if encoding == 13 else 15
        data = struct.pack(">8H", *words)
        want = [((w & 0xFFF) - 2048) / 2.0 ** (w >> 12 & bits) for w in words]
    elif encoding == 16:
        data = struct.pack(">8H", *words)
        want = [float(((w & 0x3FFF) - 0x1FFF) << (0, 2, 4, 7)[w >> 14]) for w in words]
    elif encoding == 30:
        words = [0xA001, 0x9FFF, 0x8800, 0xA123]
        data = struct.pack(">4H", *words)
        want = [float((((w & 0xFFF) ^ 0x800) - 0x800) << (10 - (w >> 12))) for w in words]
    else:
        data = struct.pack(">8H", *words)
        want = [float(w if w < 0x8000 else w - 0x10000) for w in words]
    joined = whole(V2(npts=len(want), encoding=encoding, data=data).pack())
    assert joined.complaints == ()
    assert joined.segments[0].data.tolist() == want


def test_lengths_and_orders_mixed_in_one_file() -> None:
    parts, at = [], 0
    for n, (exponent, order, encoding) in enumerate(
        [(9, ">", 11), (12, "<", 3), (8, ">", 10), (9, "<", 10), (12, ">", 5), (7, "<", 1), (16, ">", 11)] * 2
    ):
        count = 10 if exponent == 7 else 30
        record = V2(SINUSOID[at : at + count], T0 + at * 50_000_000, encoding, exponent, order, sequence=b"%06d" % n)
        parts.append(record.pack())
        at += count
    table = frame(b"".join(parts))
    assert table.length.tolist() == [len(p) for p in parts]
    joined = decode(b"".join(parts), table)[0]
    held = np.concatenate([s.data.astype(np.float64) for s in sorted(joined.segments, key=lambda s: s.t0_ns)])
    assert np.array_equal(held, SINUSOID[:at])


def test_versions_mixed_in_one_file() -> None:
    parts = [V2(SINUSOID[:100]).pack(), V3(SINUSOID[100:200], T0 + 5 * 10**9).pack()]
    parts += [V2(SINUSOID[200:300], T0 + 10 * 10**9, order="<").pack(), V3(SINUSOID[300:500], T0 + 15 * 10**9).pack()]
    (segment,) = whole(b"".join(parts)).segments
    assert np.array_equal(segment.data, SINUSOID)


def test_records_in_any_order_are_one_trace() -> None:
    records = row(SINUSOID, 50, encoding=11)
    pieces = [records[k : k + 512] for k in range(0, len(records), 512)]
    shuffled = [pieces[k] for k in np.random.default_rng(2).permutation(len(pieces))]
    (segment,) = whole(b"".join(shuffled)).segments
    assert np.array_equal(segment.data, SINUSOID)


@pytest.mark.parametrize("correction", [1, -15391, 15391, 2**31 - 1, -(2**31)])
def test_corrections_are_applied_once(correction: int) -> None:
    waiting = whole(V2(SINUSOID[:50], correction=correction).pack())
    assert waiting.segments[0].t0_ns == T0 + correction * 100_000
    assert [c.kind for c in waiting.complaints] == [ComplaintKind.TIME_CORRECTION]
    applied = whole(V2(SINUSOID[:50], correction=correction, activity=2).pack())
    assert applied.segments[0].t0_ns == T0
    assert applied.complaints == ()


def test_extra_headers_leave_samples_and_times_alone() -> None:
    """Corrections of version 3 are told, not waiting."""
    extra = json.dumps(EXTRA, separators=(",", ":")).encode()
    joined = whole(V3(SINUSOID, encoding=11, rate=1.0, extra=extra).pack())
    assert (joined.segments[0].t0_ns, joined.complaints) == (T0, ())
    assert np.array_equal(joined.segments[0].data, SINUSOID)
    for odd in (b"{", b"[]", b'{"FDSN": {"Time": {"LeapSecond": "x"}}}', b"\xff" * 60_000):
        assert np.array_equal(whole(V3(SINUSOID, extra=odd).pack()).segments[0].data, SINUSOID)


def test_a_leap_second_of_extra_headers_joins_as_that_of_a_flag() -> None:
    extra = b'{"FDSN":{"Time":{"LeapSecond":1}}}'
    joined = whole(
        V3(SINUSOID[:61], rate=1.0, extra=extra).pack() + V3(SINUSOID[61:], T0 + 60 * 10**9, rate=1.0).pack()
    )
    assert [c.kind for c in joined.complaints] == [ComplaintKind.LEAP_SECOND]
    assert np.array_equal(joined.segments[0].data, SINUSOID)


@pytest.mark.parametrize("version", [2, 3])
def test_text_and_empty_records_are_no_waveforms(version: int) -> None:
    log = b"I've seen things you people wouldn't believe. "
    if version == 2:
        codes = b"TEST   LOGXX"
        text = V2(log, encoding=0, factor=0, multiplier=0, codes=codes).pack()
        empty = V2(npts=0, factor=0, codes=b"TEST   ACEXX").pack()
    else:
        text = V3(log, encoding=0, rate=0.0, source=b"FDSN:XX_TEST__L_O_G").pack()
        empty = V3(npts=0, encoding=0, rate=0.0, extra=b'{"FDSN":{}}', source=b"FDSN:XX_TEST__A_C_E").pack()
    data = text + empty + row(SINUSOID, 50)
    table = frame(data)
    assert table.problems == ()
    joined = {j.channel.chan: j for j in decode(data, table) if j.channel is not None}
    assert [c.kind for c in joined["LOG"].complaints] == [ComplaintKind.NOT_WAVEFORM]
    assert joined["LOG"].segments == joined["ACE"].segments == ()
    assert np.array_equal(joined["BHZ"].segments[0].data, SINUSOID)


def test_identifiers_as_long_as_they_may_be() -> None:
    source = b"FDSN:" + b"N" * 30 + b"_" + b"S" * 100 + b"_" + b"L" * 50 + b"_BAND_SOURCE_POSITION"
    joined = whole(V3(SINUSOID, source=source).pack())
    assert (joined.channel.sta, joined.channel.chan) == ("S" * 100, "BAND_SOURCE_POSITION")
    assert joined.complaints == ()


def test_more_samples_than_version_2_can_count() -> None:
    x = walk(300_000)
    for encoding in (3, 11):
        if encoding == 11:  # of libmseed's frames: ours are made word by word
            data = encode(Segment(Channel("XX", "TEST", "", "BHZ"), T0, Rate(20), x), reclen=131072, version=3)
        else:
            data = V3(npts=len(x), encoding=encoding, data=payload(x, encoding, "<"), crc=0).pack()
        (segment,) = whole(data).segments
        assert np.array_equal(segment.data, x)
    flat = whole(encode(Segment(Channel("XX", "TEST", "", "BHZ"), T0, Rate(20), x * 0), reclen=131072, version=3))
    assert flat.segments[0].npts == len(x)


@pytest.mark.parametrize("version", [2, 3])
def test_what_goes_in_as_one_version_comes_out_as_another(version: int) -> None:
    source = V3(SINUSOID, T0 + 1000, 11, 20.0).pack() if version == 2 else row(SINUSOID, 100, encoding=10)
    out = write(read(source), version=version)
    assert set(frame(out).version.tolist()) == {version}
    (segment,) = whole(out).segments
    assert np.array_equal(segment.data, SINUSOID)
    assert segment.t0_ns == T0 + (1000 if version == 2 else 0)


def test_obspy_and_libmseed_read_the_same(tmp_path: Path) -> None:
    made: dict[Path, bytes] = {}
    for encoding in (1, 3, 4, 5, 10, 11):
        x = SINUSOID[:300]
        for order in "><":
            made[tmp_path / f"two{encoding}{'lb'[order == '>']}"] = row(x, 50, encoding=encoding, order=order)
        made[tmp_path / f"three{encoding}"] = V3(x, T0, encoding, 20.0).pack()
    made[tmp_path / "correction"] = row(SINUSOID, 100, correction=777)
    made[tmp_path / "measured"] = row(SINUSOID, 100, rate=19.99998)
    for path, data in made.items():
        path.write_bytes(data)
    for name, found in by_others(*made).items():
        (segment,) = whole(made[Path(name)]).segments
        if "three" not in name:  # obspy reads version 2 only
            assert np.concatenate([t[2] for t in found["obspy"]]).tolist() == segment.data.tolist(), name  # type: ignore[attr-defined]
            assert found["obspy"][0][0] == segment.t0_ns, name  # type: ignore[index]
        if "correction" not in name:
            assert found["libmseed"][0][0] == segment.t0_ns, name  # type: ignore[index]
        assert np.concatenate([t[2] for t in found["libmseed"]]).tolist() == segment.data.tolist(), name  # type: ignore[attr-defined]
        assert found["libmseed"][0][1] == pytest.approx(segment.rate.hz, rel=1e-7), name  # type: ignore[index]
