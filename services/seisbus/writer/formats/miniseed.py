"""One day of one channel as miniSEED 2 or 3, in order of time, as the SDS layout wants it."""

from __future__ import annotations

from pathlib import Path

from libseis import mseed
from libseis.errors import SampleError
from libseis.segments import Overlap, Segment, join

from ...model.dataset_places import log_beside
from .draft import About, Attached, Draft, LoggedWaveform


class MiniseedDraft(Draft):
    """Holds the day in memory (at most 70 MB at 100 Hz), so that samples that several waveforms share are written
    once."""

    def __init__(self, path: Path, about: About, version: int) -> None:
        super().__init__()
        self._path = path
        self._version = version
        self._window = about.window
        self._parts: dict[tuple[str, str], list[Segment]] = {}

    def add(self, document: LoggedWaveform, segment: Segment, attached: Attached) -> None:
        """Add those samples of the waveform that belong to the day."""
        first = max(0, segment.ceil_index(self._window.start_ns))
        stop = min(segment.npts, segment.ceil_index(self._window.end_ns))
        if stop > first:
            kind = segment.data.dtype.name, str(document.get("units") or "")
            self._parts.setdefault(kind, []).append(segment.part(first, stop))
            self._tell(document, segment)

    def close(self) -> None:
        """Join overlapping waveforms and write. If samples differ, those of the waveform that starts first are taken,
        and a sentence says so."""
        segments: list[tuple[Segment, str]] = []
        # counts and processed samples are never mixed, nor are different units
        for (_, units), parts in self._parts.items():
            joined = join(parts, Overlap.FIRST)
            segments += [(segment, units) for segment in joined.segments]
            self.problems += [complaint.message for complaint in joined.complaints]
        with self._path.open("xb") as file:
            for segment, units in sorted(segments, key=lambda pair: pair[0].t0_ns):
                extra = mseed.unit_header(units) if self._version == 3 else None
                try:
                    records = mseed.encode(segment, reclen=512, version=self._version, extra=extra)
                except SampleError as error:  # its codes are too long; the other waveforms of the day are written
                    self.problems.append(error.message)
                    continue
                if problem := mseed.difference(records, segment):
                    self.problems.append(f"{segment.channel}: miniSEED does not hold all of it: {problem}.")
                file.write(records)
            self.empty = file.tell() == 0
        self._write_log(log_beside(self._path))

    def abandon(self) -> None:
        """Do nothing, because no file is open."""
        self._parts.clear()
