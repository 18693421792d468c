"""Every archive definition against a bucket of its layout: listing, day files, and a window job through the services.

Real miniSEED days under keys that the definition makes; the definitions are the packaged ones with another endpoint,
and a user's own.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from seisbus.archive.definition import ArchiveDefinition, ObjectUnit, load_archives
from seisbus.archive.keys import DayKey
from seisbus.client import AsyncClient
from seisbus.local import KeyPair, ServerOptions, embedded_servers
from seisbus.local.stack import local_stack
from seisbus.testing.truth import samples_sha256
from support.days import NS, Days, day_ns, pack
from support.servers import S3Server
from support.system import System
from support.windows import tile

DAY = date(2021, 7, 14)
KEYS = KeyPair("seisbus", "not-a-secret")
USER = """
[mine]
bucket = "my-bucket"
endpoint = "{endpoint}"
day_key = "{{year}}/{{net}}/{{sta}}/{{chan}}.D/{{net}}.{{sta}}.{{loc}}.{{chan}}.D.{{year}}.{{doy}}"
object_unit = "channel"
day_cut = "record"
networks = ["XX"]
"""
MANIFESTED = """
[manifested]
bucket = "manifested"
endpoint = "{endpoint}"
day_key = "miniseed/{{net}}/{{year}}/{{doy}}/{{sta}}.{{net}}.{{year}}.{{doy}}{{version}}"
object_unit = "station"
networks = ["TA"]
manifest_key = "manifests/{{year}}/{{doy}}/{{net}}.csv"
"""
# name -> a network that it serves
NETWORKS = {"scedc": "CI", "ncedc": "BK", "geonet": "NZ", "earthscope": "TA", "members": "US", "mine": "XX"}


def toml_of(archive: ArchiveDefinition, name: str, endpoint: str, auth: str) -> str:
    """A definition as a user writes it, with another name, endpoint and authorisation."""
    lines = [
        f"[{name}]",
        f'bucket = "{archive.bucket if name == archive.name else name}"',
        f'endpoint = "{endpoint}"',
        f'auth = "{auth}"',
        f'index = "{archive.index}"',
        f'day_key = "{archive.day_key.template}"',
        f'object_unit = "{archive.object_unit}"',
        f'day_cut = "{archive.day_cut}"',
        f"max_in_flight = {archive.max_in_flight}",
        f"networks = {[NETWORKS[name]]}",
    ]
    if archive.waveform_index_prefix:
        lines.append(f'waveform_index_prefix = "{archive.waveform_index_prefix}"')
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class Archives:
    """The running system, the definitions as its services know them, and the folder of each one's bucket."""

    system: System
    definitions: dict[str, ArchiveDefinition]
    buckets: dict[str, Path]

    def put(
        self, name: str, station: str, channels: list[Days], day: date = DAY, version: int | None = None
    ) -> list[str]:
        """Store a day of channels in an archive's layout; the keys."""
        archive, keys = self.definitions[name], []
        whole: dict[str, bytes] = {}
        for days in channels:
            net, _, loc, chan = days.codes
            station_object = archive.object_unit is ObjectUnit.STATION
            key = DayKey(net, station, None if station_object else loc, None if station_object else chan, day, version)
            text = archive.day_key.format(key)
            data = b"".join(pack(days.codes, days.rate, days.start_ns, days.data))
            whole[text] = whole.get(text, b"") + data
        for text, data in whole.items():
            path = self.buckets[name] / text
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            keys.append(text)
        return keys


@pytest.fixture(scope="module")
async def archives(tmp_path_factory: pytest.TempPathFactory, s3_server: S3Server) -> AsyncIterator[Archives]:
    folder = tmp_path_factory.mktemp("archives")
    packaged = load_archives()
    private = folder / "private"
    private.mkdir()
    async with embedded_servers(
        folder / "s3", nats=False, mongodb=False, s3_root=private, options=ServerOptions(s3_keys=KEYS)
    ) as servers:
        texts = [
            toml_of(packaged[name], name, s3_server.url, "unsigned")
            for name in ("scedc", "ncedc", "geonet", "earthscope")
        ]
        # EarthScope's holdings behind a login: the same layout, signed
        texts.append(toml_of(packaged["earthscope"], "members", servers.s3.url, "signed"))
        texts += [text.format(endpoint=s3_server.url) for text in (USER, MANIFESTED)]
        path = folder / "archives.toml"
        path.write_text("".join(texts))
        definitions = dict(load_archives(path))
        buckets = {}
        for name in (*NETWORKS, "manifested"):
            root = private if name == "members" else s3_server.root
            buckets[name] = root / definitions[name].bucket
            buckets[name].mkdir(exist_ok=True)
        keys = folder / "keys.ini"  # as docs/howto/archives.md and docker-compose.yml have it
        keys.write_text(
            f"[default]\naws_access_key_id = {KEYS.access_key}\naws_secret_access_key = {KEYS.secret_key}\n"
        )
        environment = {"SEISBUS_ARCHIVES_FILE": str(path), "AWS_CONFIG_FILE": str(keys)}
        async with (
            local_stack(folder / "stack", extra_env=environment) as stack,
            AsyncClient(stack.control_address) as client,
        ):
            yield Archives(System(stack, client, s3_server.root), definitions, buckets)


def noise(net: str, sta: str, loc: str, chan: str, rate: int = 20, day: date = DAY) -> Days:
    return Days.noise((net, sta, loc, chan), Fraction(rate), day, 1)


def hours(day: date, *starts: int) -> dict[str, list[dict[str, str]]]:
    """One-hour windows of a day."""
    return {"absolute": [{"start": f"{day}T{a:02d}:00:00", "end": f"{day}T{a + 1:02d}:00:00"} for a in starts]}


@pytest.mark.parametrize("name", NETWORKS)
async def test_a_window_job_on_each_layout(archives: Archives, name: str) -> None:
    """Two stations with three channels; two windows of each, sample by sample."""
    net, loc = NETWORKS[name], "10" if name == "geonet" else ""
    channels = [noise(net, sta, loc, chan) for sta in ("ALP", "BET") for chan in ("BHE", "BHN", "BHZ")]
    for station in ("ALP", "BET"):
        archives.put(name, station, [days for days in channels if days.codes[1] == station])
    starts = (3, 15)
    job = await archives.system.run({"archive": name, "select": {"chan": "BH?"}, "windows": hours(DAY, *starts)})
    assert job.ledger.saved == job.ledger.planned == 12
    stored = await archives.system.stored(job)
    assert sorted(stored.by_channel) == sorted(days.channel for days in channels)
    for days in channels:
        for outcome, start in zip(stored.by_channel[days.channel], starts, strict=True):
            low = day_ns(DAY) + start * 3600 * NS
            _, data = days.between(low, low + 3600 * NS, inclusive=True)
            (piece,) = stored.pieces_of(outcome["_id"])
            assert (piece.npts, piece.sha256) == (len(data), samples_sha256(data))
            (source,) = piece.document["provenance"]["sources"]
            assert source["archive"] == name
            assert archives.definitions[name].day_key.parse(source["key"]) is not None
    found = await archives.system.client.day_files(name, DAY.isoformat())
    bucket = archives.buckets[name]
    sizes = {str(path.relative_to(bucket)): path.stat().st_size for path in bucket.rglob("*") if path.is_file()}
    assert {file["key"]: file["size"] for file in found} == sizes


async def test_a_station_object_gives_the_selected_channels_only(archives: Archives) -> None:
    """Other rates and locations in the same object; a station without any of them is missing, with the reason."""
    day = date(2021, 7, 20)
    wanted = [noise("TA", "STA", loc, "BHZ", day=day) for loc in ("", "10")]
    others = [noise("TA", "STA", "", "LHZ", 1, day), noise("TA", "STA", "00", "HHZ", 40, day)]
    archives.put("earthscope", "STA", [others[0], *wanted, others[1]], day)
    archives.put("earthscope", "LOW", [noise("TA", "LOW", "", "LHZ", 1, day)], day)
    job = await archives.system.run(
        {"archive": "earthscope", "select": {"net": "TA", "chan": "BH?,EH?"}, "windows": hours(day, 2, 9)}
    )
    stored = await archives.system.stored(job)
    assert sorted(stored.by_channel) == ["TA.LOW.*.BH?,EH?", "TA.STA..BHZ", "TA.STA.10.BHZ"]
    assert job.ledger.saved == 4
    assert job.ledger.missing == 2
    assert {outcome["reason"] for outcome in stored.by_channel["TA.LOW.*.BH?,EH?"]} == {"no_channel"}
    for days in wanted:
        for outcome, start in zip(stored.by_channel[days.channel], (2, 9), strict=True):
            low = day_ns(day) + start * 3600 * NS
            (piece,) = stored.pieces_of(outcome["_id"])
            assert piece.sha256 == samples_sha256(days.between(low, low + 3600 * NS, inclusive=True)[1])
    # retrying what was missing plans and expands the same windows again
    again = await archives.system.client.wait((await archives.system.client.retry(job.id, ["missing"])).id)
    assert again.ledger == job.ledger


async def test_of_two_versions_of_a_station_day_the_last_one_counts(archives: Archives) -> None:
    day = date(2021, 7, 28)
    archives.put("earthscope", "VER", [noise("TA", "VER", "", "BHZ", day=day)], day)
    newer = noise("TA", "VER", "", "BHZ", 40, day)
    (key,) = archives.put("earthscope", "VER", [newer], day, version=2)
    archives.put("earthscope", "VER", [noise("TA", "VER", "", "BHZ", 10, day)], day, version=1)
    job = await archives.system.run({"archive": "earthscope", "windows": hours(day, 5)})
    (piece,) = (await archives.system.stored(job)).pieces
    low = day_ns(day) + 5 * 3600 * NS
    assert piece.sha256 == samples_sha256(newer.between(low, low + 3600 * NS, inclusive=True)[1])
    assert piece.document["provenance"]["sources"][0]["key"] == key


async def test_a_station_window_over_midnight_joins_two_objects(archives: Archives) -> None:
    first, second = date(2021, 7, 23), date(2021, 7, 24)
    days = Days.noise(("TA", "MID", "", "BHZ"), Fraction(20), first, 2)
    for day in (first, second):
        low = day_ns(day)
        at, data = days.between(low, low + 86_400 * NS, inclusive=False)
        archives.put("earthscope", "MID", [Days(days.codes, days.rate, days.time_ns(at), data)], day)
    window = {"absolute": [{"start": "2021-07-23T23:30:00", "end": "2021-07-24T00:30:00"}]}
    job = await archives.system.run({"archive": "earthscope", "windows": window})
    (piece,) = (await archives.system.stored(job)).pieces
    middle = day_ns(second)
    wanted = days.between(middle - 1800 * NS, middle + 1800 * NS, inclusive=True)[1]
    assert (piece.npts, piece.sha256) == (len(wanted), samples_sha256(wanted))
    assert len(piece.document["provenance"]["sources"]) == 2


async def test_a_manifest_of_channels_is_used_where_it_is_right(archives: Archives) -> None:
    """Ranges at the first read where it is; where it lies, is of another version or has a hole, whole objects."""
    day = date(2021, 8, 10)
    rows = ["object_path,version,offset,byte_count,network,station,location,channel"]
    stations: dict[str, list[Days]] = {}
    for station, version in (("TRU", ""), ("LIE", ""), ("OLD", "0123abcd"), ("HOL", "")):
        days = [noise("TA", station, "", chan, day=day) for chan in ("BHE", "BHN", "BHZ")]
        stations[station] = days
        (key,) = archives.put("manifested", station, days, day)
        sizes = [len(b"".join(pack(d.codes, d.rate, d.start_ns, d.data))) for d in days]
        names = [d.codes[3] for d in days]
        if station == "LIE":
            names.reverse()
        at = 0
        for name, size in zip(names, sizes, strict=True):
            if station != "HOL" or name != "BHN":
                rows.append(f"s3://manifested/{key},{version},{at},{size},TA,{station},,{name}")
            at += size
    manifest = archives.buckets["manifested"] / f"manifests/2021/{day:%j}/TA.csv"
    manifest.parent.mkdir(parents=True)
    manifest.write_text("\n".join(rows) + "\n")
    wanted = {"archive": "manifested", "select": {"chan": "BHE,BHZ"}, "windows": hours(day, 4, 13)}
    job = await archives.system.run(wanted)
    assert job.ledger.saved == job.ledger.planned == 16
    stored = await archives.system.stored(job)
    whole = {}
    for station, days in stations.items():
        for one in (days[0], days[2]):
            for outcome, start in zip(stored.by_channel[one.channel], (4, 13), strict=True):
                low = day_ns(day) + start * 3600 * NS
                (piece,) = stored.pieces_of(outcome["_id"])
                assert piece.sha256 == samples_sha256(one.between(low, low + 3600 * NS, inclusive=True)[1])
                whole[station] = piece.document["provenance"]["sources"][0]["whole"]
    assert whole == {"TRU": "", "LIE": "wrong_channel", "OLD": "asked", "HOL": "asked"}
    told = [note for note in job.notes if "manifest" in note]
    assert len(told) == 2 and "OLD" in "".join(told) and "HOL" in "".join(told)


@pytest.mark.parametrize("name", NETWORKS)
async def test_every_channel_of_an_object_is_planned_selected_and_saved(archives: Archives, name: str) -> None:
    """Others laid several channels under the key of one. Where objects are a channel's, the first read tells of the
    others, on the log and in the job's notes, and the next job plans them; a station's object gives all at once."""
    day, net, loc = date(2021, 8, 3), NETWORKS[name], "10"
    archive = archives.definitions[name]
    own = noise(net, "MIX", loc, "BHZ", day=day)
    others = [noise(net, "MIX", loc, "BHN", day=day), noise(net, "MIX", "20", "LHZ", 1, day)]
    alone = noise(net, "MIX", loc, "BHE", day=day)  # a channel that has its own object, and records in that of another
    half = len(alone.data) // 2
    misplaced = Days(alone.codes, alone.rate, alone.time_ns(half), alone.data[half:])
    placed = Days(alone.codes, alone.rate, alone.start_ns, alone.data[:half])
    station = archive.object_unit is ObjectUnit.STATION
    key = DayKey(net, "MIX", None if station else loc, None if station else "BHZ", day)
    held = [own, *others, misplaced] + ([placed] if station else [])
    path = archives.buckets[name] / archive.day_key.format(key)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(b"".join(pack(d.codes, d.rate, d.start_ns, d.data)) for d in held))
    if not station:
        archives.put(name, "MIX", [placed], day)
    everything = {own.channel: own, alone.channel: alone} | {days.channel: days for days in others}
    wanted = {"archive": name, "select": {"sta": "MIX"}, "windows": hours(day, 3, 20)}
    first = await archives.system.run(wanted)
    stored = await archives.system.stored(first)
    if not station:
        assert set(stored.by_channel) == {own.channel, alone.channel}
        (window, _) = (outcome["_id"] for outcome in stored.by_channel[own.channel])
        (told,) = [note for note in first.notes if "also holds records of" in note]
        for text in (told, stored.log_of(window)):
            assert all(days.channel in text for days in (*others, alone)) and archive.day_key.format(key) in text
        assert own.channel not in told.partition("also holds")[2]
        second = await archives.system.run(wanted)
        assert not [note for note in second.notes if "also holds" in note], "what is planned needs no telling"
        stored = await archives.system.stored(second)
    assert set(stored.by_channel) == set(everything)
    for channel, days in everything.items():
        for outcome, start in zip(stored.by_channel[channel], (3, 20), strict=True):
            low = day_ns(day) + start * 3600 * NS
            _, data = days.between(low, low + 3600 * NS, inclusive=True)
            (piece,) = stored.pieces_of(outcome["_id"])
            assert (piece.npts, piece.sha256) == (len(data), samples_sha256(data)), channel
    one = await archives.system.run({**wanted, "select": {"sta": "MIX", "chan": "LHZ"}})
    assert set((await archives.system.stored(one)).by_channel) == {others[1].channel}
    assert one.ledger.saved == one.ledger.planned == 2


@pytest.mark.parametrize("name", ["scedc", "geonet"])
async def test_a_scan_tells_of_channels_that_no_key_names(archives: Archives, name: str) -> None:
    """Also where none of the records is of the key's channel."""
    day, net = date(2021, 8, 9), NETWORKS[name]
    held = [noise(net, "SCAN", "10", chan, day=day) for chan in ("HHN", "HHE")]
    path = archives.buckets[name] / archives.definitions[name].day_key.format(DayKey(net, "SCAN", "10", "HHZ", day))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"".join(b"".join(pack(d.codes, d.rate, d.start_ns, d.data)) for d in held))
    wanted = {"archive": name, "select": {"sta": "SCAN"}, "windows": tile(day, 1, "1d")}
    scan = await archives.system.run({**wanted, "kind": "scan"})
    assert any(f"{held[1].channel}, {held[0].channel}" in note for note in scan.notes), scan.notes
    job = await archives.system.run({**wanted, "select": {"sta": "SCAN", "chan": "HHN,HHE"}})
    assert job.ledger.saved == job.ledger.planned == 2


@pytest.mark.parametrize("name", ["scedc", "ncedc", "geonet", "earthscope", "mine"])
def test_an_archive_lists_its_networks(archives: Archives, name: str) -> None:
    assert NETWORKS[name] in archives.definitions[name].networks
