"""Channels of a station's object read by ranges, beside a whole read: the same records, few requests and bytes."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from benchmarks.network import EmulatedNetwork, Line, emulated_network, etag_of
from libseis.codes import Channel
from libseis.segments import Span
from seisbus.archive.definition import ArchiveDefinition, load_archives
from seisbus.fetcher.chunks import Chunk, ObjectBytes
from seisbus.fetcher.ranged import read_runs, read_whole
from seisbus.model.task import ChannelRun, ObjectRef
from seisbus.objects import ObjectReader
from seisbus.planning.runs import KnownRun
from support.days import NS, Days, day_ns, pack
from support.servers import S3Server

DAY = date(2022, 6, 7)
START = day_ns(DAY)
CODES = ("BHE", "BHN", "BHZ", "HHZ", "LHZ", "VHZ")
RATES = {"B": 20, "H": 40, "L": 1, "V": Fraction(1, 10)}
KEY = "station-day"


def records(chan: str) -> list[bytes]:
    days = Days.noise(("TA", "RNG", "", chan), Fraction(RATES[chan[0]]), DAY, 1)
    return pack(days.codes, days.rate, days.start_ns, days.data)


@pytest.fixture(scope="module")
def channels() -> dict[str, list[bytes]]:
    return {chan: records(chan) for chan in CODES}


@dataclass(frozen=True, slots=True)
class Station:
    """An object, its runs as a whole read finds them, and how it is read."""

    archive: ArchiveDefinition
    network: EmulatedNetwork
    path: Path
    objects: ObjectReader

    def put(self, data: bytes) -> tuple[ObjectRef, tuple[KnownRun, ...]]:
        """The object's reference without runs, and its runs."""
        self.path.write_bytes(data)
        etag = etag_of(f"{self.network.upstream}/{self.path.parent.name}/{KEY}")
        runs = ObjectBytes(etag, (Chunk.of(0, data),), "asked").runs()
        return ObjectRef(self.archive.name, KEY, len(data), etag, START), runs

    async def check(self, ref: ObjectRef, spans: Sequence[Span], *chans: str) -> tuple[str, int, int]:
        """Read by runs; the records are those of a whole read. Why it was whole, requests and bytes."""
        wanted = [Channel("TA", "RNG", "", chan) for chan in chans]
        whole = await read_whole(self.objects, self.archive, ref)
        self.network.clear()
        found = await read_runs(self.objects, self.archive, ref, spans, wanted)
        asked = self.network.gets()
        assert found is not None and whole is not None
        for channel in wanted:
            assert found.select(spans, [channel]).records == whole.select(spans, [channel]).records != b""
        return found.whole, len(asked), sum(request.sent for request in asked)


@pytest.fixture
async def station(s3_server: S3Server, s3_bucket: Path) -> AsyncIterator[Station]:
    async with emulated_network(s3_server.url, Line(round_trip=0.001)) as network, ObjectReader() as objects:
        archive = replace(
            load_archives()["earthscope"], name=uuid.uuid4().hex[:8], bucket=s3_bucket.name, endpoint=network.url
        )
        yield Station(archive, network, s3_bucket / KEY, objects)


def hour(start: float) -> Span:
    return Span(START + int(start * 3600) * NS, START + int((start + 1) * 3600) * NS)


def as_planned(runs: Sequence[KnownRun], spans: Sequence[Span]) -> tuple[ChannelRun, ...]:
    return tuple(run.around(spans) for run in runs)


def as_a_manifest(runs: Sequence[KnownRun]) -> tuple[ChannelRun, ...]:
    return tuple(ChannelRun(run.channel, run.start, run.end) for run in runs)


async def test_known_runs_cost_a_request_or_two_a_channel(station: Station, channels: dict[str, list[bytes]]) -> None:
    ref, runs = station.put(b"".join(b"".join(channels[chan]) for chan in CODES))
    assert [run.channel.chan for run in runs] == list(CODES)
    for start in (0.3, 4.0, 11.5, 22.7):
        spans = [hour(start)]
        cold = replace(ref, runs=as_a_manifest(runs))
        whole, requests, size = await station.check(cold, spans, "BHE", "BHN", "BHZ")
        assert whole == "" and requests <= 6 and size < 0.25 * ref.size
        warm = replace(ref, runs=as_planned(runs, spans))
        whole, requests, size = await station.check(warm, spans, "BHE", "BHN", "BHZ")
        assert whole == "" and requests == 3 and size < 0.06 * ref.size
    several = [hour(2), hour(9), hour(20)]
    assert (await station.check(replace(ref, runs=as_planned(runs, several)), several, "BHZ", "LHZ", "VHZ"))[0] == ""


async def test_interleaved_channels_are_not_taken_for_runs(station: Station, channels: dict[str, list[bytes]]) -> None:
    """By a whole read they are seen; where a manifest calls them runs, the first range shows it."""
    mixed = [record for pair in zip(channels["BHE"], channels["BHN"], strict=False) for record in pair]
    ref, runs = station.put(b"".join(mixed))
    assert runs == ()
    half = len(mixed) // 2 * 512
    said = (
        ChannelRun(Channel("TA", "RNG", "", "BHE"), 0, half),
        ChannelRun(Channel("TA", "RNG", "", "BHN"), half, ref.size),
    )
    whole, _, _ = await station.check(replace(ref, runs=said), [hour(6)], "BHE", "BHN")
    assert whole in ("several_channels", "wrong_channel")


async def test_a_manifest_that_lies_is_found_out(station: Station, channels: dict[str, list[bytes]]) -> None:
    ref, runs = station.put(b"".join(b"".join(channels[chan]) for chan in CODES))
    told = list(as_a_manifest(runs))
    swapped = [replace(a, channel=b.channel) for a, b in zip(told, reversed(told), strict=True)]
    assert (await station.check(replace(ref, runs=tuple(swapped)), [hour(6)], "BHE", "BHZ"))[0] == "wrong_channel"
    shifted = [replace(run, start=run.start + 100, end=run.end + 100) for run in told]
    whole, _, _ = await station.check(replace(ref, runs=tuple(shifted)), [hour(23)], "BHE", "LHZ")
    assert whole in ("", "wrong_channel", "foreign_bytes", "several_channels")


async def test_an_object_that_changed_is_read_in_its_new_version(
    station: Station, channels: dict[str, list[bytes]]
) -> None:
    ref, runs = station.put(b"".join(b"".join(channels[chan]) for chan in CODES))
    planned = replace(ref, runs=as_planned(runs, [hour(6)]))
    newer, _ = station.put(b"".join(b"".join(channels[chan]) for chan in reversed(CODES)))
    found = await read_runs(station.objects, station.archive, planned, [hour(6)], [Channel("TA", "RNG", "", "BHN")])
    assert found is not None and (found.whole, found.etag) == ("changed", newer.etag)
    station.path.write_bytes(b"".join(channels["BHE"]))  # shorter: ranges behind its end are not there
    found = await read_runs(station.objects, station.archive, planned, [hour(6)], [Channel("TA", "RNG", "", "HHZ")])
    assert found is not None and found.whole == "changed"
    missing = replace(planned, key="nothing")
    assert await read_runs(station.objects, station.archive, missing, [hour(6)], [runs[0].channel]) is None
