"""What windower hands to writer as data objects takes the bytes of the bare pieces that version 0.1.0 sent."""

from __future__ import annotations

import numpy as np
import pytest

from libseis.codes import Channel
from libseis.mseed import encode
from libseis.segments import Rate, Segment
from libseis.wire import heading_of
from seis.v1 import task_pb2, waveform_pb2
from seisbus.bus.codec import decode_window, encode_outcomes, encode_window
from seisbus.model.handovers import ObjectRecords, WindowOrder
from seisbus.model.task import ObjectRef, Recipe, Window
from seisbus.windower.cutting import cut_part

T0, NS = 1_299_801_600_000_000_000, 1_000_000_000
JOB = "01j9zq3w5x8k2m4n6p"


def written(rate: int, windows: int, seconds: int) -> bytes:
    """The body for a writer: untouched counts of neighbouring windows of a channel."""
    channel = Channel("CI", "PASC", "00", "BHZ")
    walk = np.cumsum(np.random.default_rng(rate).integers(-60, 61, (windows + 1) * seconds * rate)).astype(np.int32)
    data = encode(Segment(channel, T0, Rate(rate), walk), reclen=512)
    key = "continuous_waveforms/2011/2011_070/CIPASC_BHZ___2011070.ms"
    read = ObjectRecords(
        ObjectRef("scedc", key, len(data), "0123456789abcdef", T0, channel), "0123456789abcdef", (0, len(data)), data,
        waveform_records=len(data) // 512,
    )  # fmt: skip
    wanted = tuple(
        Window(f"{JOB}.{n:012x}", channel, start, start + seconds * NS, inclusive_end=False)
        for n in range(windows)
        for start in [T0 + (n * seconds + 7) * NS]
    )
    order = WindowOrder(JOB, f"{JOB}.000001.000002", 1, 1, 0, 1, (read,), wanted, Recipe())
    return encode_outcomes(cut_part(decode_window(encode_window(order)), None))


def former(body: bytes) -> task_pb2.Outcomes:
    """The message as version 0.1.0 sent it: pieces, and the provenance with each outcome."""
    message = task_pb2.Outcomes.FromString(body)
    provenance = task_pb2.Provenance()
    for outcome in message.outcomes:
        if outcome.HasField("provenance"):
            provenance = outcome.provenance
        outcome.provenance.CopyFrom(provenance)
        for data in outcome.data:
            channel, t0_ns, numerator, denominator, units = heading_of(data)
            outcome.pieces.add(
                samples=data.samples,
                t0_ns=t0_ns,
                rate=waveform_pb2.Rate(numerator=numerator, denominator=denominator),
                channel=task_pb2.Channel(net=channel.net, sta=channel.sta, loc=channel.loc, chan=channel.chan),
                units=units,
            )
        del outcome.data[:]
    return message


@pytest.mark.parametrize(("rate", "windows", "seconds"), [(40, 1, 3600), (40, 6, 3600), (1, 1, 3600), (1, 50, 60)])
def test_untouched_counts_take_no_more_bytes(rate: int, windows: int, seconds: int) -> None:
    body = written(rate, windows, seconds)
    before = former(body)
    assert sum(len(outcome.pieces) for outcome in before.outcomes) == windows
    print(f"\n{windows} windows of {seconds} s at {rate} Hz: {len(body):,} bytes, formerly {before.ByteSize():,}")
    assert len(body) <= 1.02 * before.ByteSize()


def test_a_repeat_is_the_same_bytes() -> None:
    assert written(1, 3, 60) == written(1, 3, 60)
