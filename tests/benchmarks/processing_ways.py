"""The day's tiles without Seisbus, as a separate program: obspy in a pool of processes, and the floor.

Arguments: the way (obspy or floor), folder of the archive, output folder, a JSON object of the work (`Work`). Prints a
JSON line. The clock starts after imports, when the processes run.
"""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import obspy
import scipy.fft
from numpy.typing import NDArray
from obspy import Trace, UTCDateTime
from obspy.signal.invsim import cosine_taper, invert_spectrum
from obspy.signal.util import _npts2nfft

from libseis.mseed import decode, frame

Spectrum = NDArray[np.complex128]
HOUR = 3600
DAY_FILES = "*/continuous_waveforms/*/*/*.ms"
STATION_FILES = "*/FDSNstationXML/**/*.xml"


@dataclass(frozen=True, slots=True)
class Work:
    """The work on each hour of a day: `pad` seconds around it are processed too, if there are data."""

    day: float
    new_rate: float
    response: bool
    pad: float
    dtype: str
    processes: int


def spans(work: Work) -> list[tuple[float, float]]:
    """The hours of the day."""
    return [(work.day + HOUR * n, work.day + HOUR * (n + 1)) for n in range(24)]


class Inverse:
    """The inverse responses of a channel, evaluated once for each length."""

    def __init__(self, response: Any, dt: float) -> None:
        self._response, self._dt = response, dt
        self._known: dict[int, Spectrum] = {}

    def of(self, nfft: int) -> Spectrum:
        """The inverse at the frequencies of a real FFT, bounded 60 dB below the peak of the response."""
        if nfft not in self._known:
            frequencies = np.linspace(0, 0.5 / self._dt, nfft // 2 + 1)
            spectrum = self._response.get_evalresp_response_for_frequencies(frequencies, output="VEL")
            invert_spectrum(spectrum, 60)
            self._known[nfft] = spectrum
        return self._known[nfft]


def remove_response(trace: Trace, inverse: Inverse) -> None:
    """What `Trace.remove_response` does with its defaults, with a response that is known already."""
    data = trace.data.astype(np.float64)
    npts, nfft = len(data), _npts2nfft(len(data))
    data -= data.mean()
    data *= cosine_taper(npts, 0.05, sactaper=True, halfcosine=False)
    spectrum = np.fft.rfft(data, n=nfft)
    spectrum *= inverse.of(nfft)
    spectrum[-1] = abs(spectrum[-1]) + 0.0j
    trace.data = np.fft.irfft(spectrum)[:npts]


def obspy_channel(names: tuple[str, str], out: str, work: Work) -> int:
    """One day file by obspy: read once, cut, processed, written at once; the number of samples."""
    path, stations = names
    day = obspy.read(path, format="MSEED")[0]
    inverse = None
    if work.response:
        inventory = obspy.read_inventory(stations, format="STATIONXML")
        inverse = Inverse(inventory.get_response(day.id, day.stats.starttime), day.stats.delta)
    done = []
    for start, end in spans(work):
        trace = day.slice(UTCDateTime(start - work.pad), UTCDateTime(end + work.pad)).copy()
        trace.detrend("demean")
        trace.detrend("linear")
        trace.taper(0.05, type="cosine")
        if inverse is not None:
            remove_response(trace, inverse)
        trace.resample(work.new_rate)
        begin = round((start - trace.stats.starttime.timestamp) * work.new_rate)
        done.append(trace.data[begin : begin + round(HOUR * work.new_rate)].astype(work.dtype))
    return _written(Path(out, Path(path).name), done)


def floor_channel(names: tuple[str, str], out: str, work: Work) -> int:
    """One day file as fast as the FFT goes: decoded, and of each hour a spectrum and samples at the new rate."""
    path, _ = names
    data = Path(path).read_bytes()
    (segment,) = decode(data, frame(data))[0].segments
    rate = segment.rate.hz
    first, samples = segment.t0_ns / 1e9, segment.data
    done = []
    for start, end in spans(work):
        low = max(round((start - work.pad - first) * rate), 0)
        high = min(round((end + work.pad - first) * rate), len(samples))
        nfft = scipy.fft.next_fast_len((2 if work.response else 1) * (high - low), real=True)
        spectrum = scipy.fft.rfft(samples[low:high], nfft)
        shorter = round(nfft * work.new_rate / rate)
        values = scipy.fft.irfft(spectrum[: shorter // 2 + 1], shorter)
        begin = round((start - first - low / rate) * work.new_rate)
        done.append(values[begin : begin + round(HOUR * work.new_rate)].astype(work.dtype))
    return _written(Path(out, Path(path).name), done)


def _written(path: Path, parts: list[NDArray[Any]]) -> int:
    with path.open("wb", buffering=0) as file:
        whole = io.BytesIO()
        for part in parts:
            whole.write(part.data)
        file.write(whole.getbuffer())
        os.fdatasync(file.fileno())
    return sum(len(part) for part in parts)


WAYS: dict[str, Callable[..., int]] = {"obspy": obspy_channel, "floor": floor_channel}


def arguments(way: str, root: Path, out: Path, work: Work) -> list[str]:
    """The command that runs a way."""
    return [sys.executable, "-m", __spec__.name, way, str(root), str(out), json.dumps(asdict(work))]


def main(way: str, root: str, out: str, work: Work) -> None:
    """Do the day and print the result."""
    stations = {"_".join(path.stem.split("_")[:2]): str(path) for path in Path(root).glob(STATION_FILES)}
    files = []
    for path in sorted(Path(root).glob(DAY_FILES)):
        net, sta = path.name[:2], path.name[2:7].rstrip("_")
        files.append((str(path), stations.get(f"{net}_{sta}", "")))
    with multiprocessing.get_context("fork").Pool(work.processes) as pool:
        pool.map(abs, range(work.processes), chunksize=1)
        begun = time.perf_counter()
        counts = pool.map(partial(WAYS[way], out=out, work=work), files, chunksize=1)
        seconds = time.perf_counter() - begun
    print(json.dumps({"files": len(counts), "samples": sum(counts), "seconds": seconds}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], sys.argv[3], Work(**json.loads(sys.argv[4])))
