"""A folder with one SAC file per waveform (IRIS, "SAC Data File Format"). Samples are in single precision."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

import numpy as np

from libseis.isotime import utc
from libseis.segments import Segment
from libseis.segments.times import TOLERANCE
from libseis.units import parse

from ...model.dataset_places import LOG_SUFFIX
from ...planning.datasets import safe_name
from .draft import About, Attached, Draft, LoggedWaveform
from .sac_times import marks_of, put_times

# Header IDEP, by base unit and power of seconds.
_KINDS = {("m", 0): "idisp", ("m", 1): "ivel", ("m", 2): "iacc", ("V", 0): "ivolts"}
# SAC headers for attributes of a waveform, with the factor to SAC's units: degrees, metres, depths of sources in km.
_HEADERS = {
    "evla": ("source_lat", 1.0), "evlo": ("source_lon", 1.0), "evdp": ("source_depth", 1.0),
    "mag": ("source_magnitude", 1.0),
    "stla": ("channel_lat", 1.0), "stlo": ("channel_lon", 1.0), "stel": ("channel_elev", 1000.0),
    "stdp": ("channel_edepth", 1000.0), "cmpaz": ("channel_hang", 1.0), "cmpinc": ("channel_vang", 1.0),
    "gcarc": ("distance_deg", 1.0), "dist": ("distance_km", 1.0), "az": ("azimuth", 1.0), "baz": ("back_azimuth", 1.0),
}  # fmt: skip
# Characters of a text in the header.
_TEXT = 8
# Integers up to here are exact in single precision.
_EXACT = 2**24
_OBSPY = "obspy reads the interval of SAC files to the microsecond (DELTA of the header has it better)"


class SacDraft(Draft):
    """Files NET.STA.LOC.CHAN.YYYY.DDD.HHMMSS.mmm.SAC. The reference time is the mark that the data are relative to, or
    else the origin of the event, if B is precise enough for that distance."""

    def __init__(self, path: Path, about: About) -> None:
        super().__init__()
        self._path = path
        self._event = about.event
        self._names: dict[str, int] = {}
        path.mkdir()

    def add(self, document: LoggedWaveform, segment: Segment, attached: Attached) -> None:
        """One file."""
        from obspy.io.sac import SACTrace

        from libseis.obspy.segments import segment_to_trace

        if segment.data.dtype == np.int32 and np.abs(segment.data.astype(np.int64)).max(initial=0) > _EXACT:
            self.problems.append(f"{segment.channel}: counts above 2^24 are rounded to single precision.")
        sac = SACTrace.from_obspy_trace(segment_to_trace(segment))
        unit = parse(document.get("units"))
        if unit is not None:
            # IDEP names only the quantity, and most programs do not write the manual's nm, so the unit is given too
            sac.idep = _KINDS.get((unit.base, unit.per_second), "iunkn")
            if len(unit.symbol) <= _TEXT:
                sac.kuser0 = unit.symbol
        sac.lcalda = False  # distances are given, as libseis has them
        for header, (name, factor) in _HEADERS.items():
            if (value := attached.get(name)) is not None:
                setattr(sac, header, value * factor)
        origin_ns = None if self._event is None else self._event.time_ns
        marks = marks_of(cast(Mapping[str, Any], document), origin_ns)
        if problem := put_times(sac, segment.t0_ns, marks):
            self.problems.append(f"{segment.channel}: {problem}")
        self._tell_of_interval(segment, float(np.float32(sac.delta)))
        name = self._name(segment)
        sac.write(str(self._path / name))
        self._tell(document, segment, file=name)

    def _tell_of_interval(self, segment: Segment, delta: float) -> None:
        """Say by how much the precision of DELTA moves the last sample, in the file and when obspy reads it."""
        for value, whose in ((delta, "SAC holds the interval in single precision"), (round(delta, 6), _OBSPY)):
            off = abs(value * segment.rate.hz - 1) * segment.npts
            if off > TOLERANCE:
                self.problems.append(f"{segment.channel}: {whose}, by which the last sample is {off:.2g} samples off.")
                return

    def _name(self, segment: Segment) -> str:
        channel = segment.channel
        start = utc(segment.t0_ns)
        codes = ".".join(
            safe_name(code) if code else "" for code in (channel.net, channel.sta, channel.loc, channel.chan)
        )
        stem = f"{codes}.{start:%Y.%j.%H%M%S}.{start.microsecond // 1000:03d}"
        number = self._names[stem] = self._names.get(stem, 0) + 1
        return f"{stem}.SAC" if number == 1 else f"{stem}.{number}.SAC"

    def close(self) -> None:
        """Write the error logs into a file beside the SAC files, which are complete already."""
        self._write_log(self._path / f"waveforms{LOG_SUFFIX}")
