"""Make day files from real waveforms in installed packages (obspy and pyasdf have some).

Their bytes are unchanged. Their truth is read by obspy and stored with the manifest, because the samples before the
encoding are not known for real data.
"""

from __future__ import annotations

import hashlib
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import numpy as np

from libseis.isotime import utc
from seisbus.archive.definition import load_archives
from seisbus.archive.keys import DayKey
from seisbus.archive.stations import read_stationxml
from seisbus.extras import extra
from seisbus.testing.folder import Bucket
from seisbus.testing.listings import IndexRow
from seisbus.testing.manifest import DayFile

# package, file; one channel and one UTC day each
_SHIPPED = (
    ("pyasdf", "tests/data/small_sample_data_set/AE.113A..BHE.mseed"),
    ("pyasdf", "tests/data/small_sample_data_set/AE.113A..BHN.mseed"),
    ("pyasdf", "tests/data/small_sample_data_set/AE.113A..BHZ.mseed"),
    ("pyasdf", "tests/data/small_sample_data_set/TA.POKR..BHE.mseed"),
    ("pyasdf", "tests/data/small_sample_data_set/TA.POKR..BHN.mseed"),
    ("pyasdf", "tests/data/small_sample_data_set/TA.POKR..BHZ.mseed"),
    ("obspy", "core/tests/data/IU_ULN_00_LH1_2015-07-18T02.mseed"),
)
_SHIPPED_XML = (
    ("pyasdf", "tests/data/small_sample_data_set/AE.113A..BH_.xml"),
    ("pyasdf", "tests/data/small_sample_data_set/TA.POKR..BH_.xml"),
)


@dataclass(frozen=True, slots=True)
class RealWaveform:
    """A file on this machine that comes with an installed package."""

    package: str
    path: Path


def installed(shipped: tuple[tuple[str, str], ...] = _SHIPPED) -> Iterator[RealWaveform]:
    """The known files that exist on this machine."""
    for package, name in shipped:
        spec = importlib.util.find_spec(package)
        if spec is not None and spec.origin is not None and (path := Path(spec.origin).parent / name).is_file():
            yield RealWaveform(package, path)


def add_real(bucket: Bucket, root: Path) -> tuple[list[DayFile], list[IndexRow], list[str]]:
    """Puts the installed real waveforms and their StationXML into the bucket: files, index rows, other keys."""
    layout = load_archives()["local"].day_key
    keys, places = [], {}
    for found in installed(_SHIPPED_XML):
        data = found.path.read_bytes()
        for site in read_stationxml(data, found.path.name).sites:
            places[site.net, site.sta] = (site.lat, site.lon)
            keys.append(f"FDSNstationXML/unauthoritative-XML/{site.net}_{site.sta}.xml")
            bucket.put(keys[-1], data)
    files, rows = [], []
    for found in installed():
        data = found.path.read_bytes()
        segments, codes = _obspy_segments(found.path)
        start_ns = int(segments["start_ns"][0])
        day = utc(start_ns).date()
        key = layout.format(DayKey(*codes, day))
        files.append(_day_file(root, key, day, data, segments, found.package))
        bucket.put(key, data)
        lat, lon = places.get(codes[:2], (None, None))
        net, sta, loc, chan = codes
        rows.append(IndexRow(key.rpartition("/")[2], net, sta, chan, loc, lat, lon, float(segments["rate"][0])))
    return files, rows, list(dict.fromkeys(keys))


def _day_file(
    root: Path,
    key: str,
    day: date,
    data: bytes,
    segments: dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]],
    package: str,
) -> DayFile:
    name = f"{key.rpartition('/')[2]}.npz"
    folder = root / "truth" / "samples"
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / name, **segments)  # type: ignore[arg-type]
    return DayFile(
        key=key,
        day=day,
        channel=None,
        bytes=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        samples=name,
        note=f"real data shipped with {package}",
    )


def _obspy_segments(
    path: Path,
) -> tuple[dict[str, np.ndarray[tuple[int], np.dtype[np.generic]]], tuple[str, str, str, str]]:
    with extra("obspy"):
        from obspy import read

    stream = read(str(path), format="MSEED")
    stats = stream[0].stats
    if {trace.id for trace in stream} != {stream[0].id}:
        raise AssertionError(f"{path.name} holds more than one channel")
    segments = {
        "start_ns": np.array([trace.stats.starttime.ns for trace in stream]),
        "npts": np.array([trace.stats.npts for trace in stream]),
        "rate": np.array([trace.stats.sampling_rate for trace in stream]),
        "data": np.concatenate([trace.data for trace in stream]),
    }
    return segments, (stats.network, stats.station, stats.location, stats.channel)
