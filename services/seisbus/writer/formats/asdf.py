"""ASDF (seismic-data.org, version 1.0.3) by libseis.asdf: event, waveforms under a tag, one StationXML per station."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from libseis.asdf import AsdfConflictError, WaveformLog, write_event, write_inventory, write_log, write_stream
from libseis.asdf.handle import create
from libseis.misfit.storage import write_adjoint_source, write_rejected, write_windows
from libseis.segments import Segment

from ...archive.quakeml import catalog_of
from ...model.misfit_documents import adjoint_value, rejected_values, window_value
from .draft import NOTHING, About, Attached, Draft, LoggedWaveform, Measured

if TYPE_CHECKING:
    from libseis.misfit import Config

# So many different waveforms of one channel and time have a place; they come from jobs that processed it in other ways.
_MOST_TAGS = 1000


class AsdfDraft(Draft):
    """One HDF5 file; stock pyasdf reads it without plugins."""

    wants_stations = True

    def __init__(self, path: Path, about: About, tag: str) -> None:
        super().__init__()
        self._tag = tag
        self._file = create(path)
        self._event_id = ""
        if about.event is not None:
            event = catalog_of(about.event)[0]
            write_event(self._file, event)
            self._event_id = str(event.resource_id.id)

    def add(self, document: LoggedWaveform, segment: Segment, attached: Attached) -> None:
        """One waveform."""
        tag = self._add(segment, self._tag, str(document.get("units") or ""), attached)
        if tag:
            said = tuple(document.get("elog") or ())
            write_log(self._file, WaveformLog(str(segment.channel), segment.t0_ns, tag, said))

    def _add(self, segment: Segment, wanted: str, units: str = "", attached: Attached = NOTHING) -> str:
        """Add it under this tag, or under a numbered tag if other samples of the same channel and time have this one.
        Returns the tag, "" if the waveform is left out."""
        from obspy import Stream

        from libseis.obspy.segments import segment_to_trace

        trace = segment_to_trace(segment, units)
        if attached:
            trace.stats.attached = dict(attached)
        if self._event_id:
            trace.stats.event_id = self._event_id
        stream = Stream([trace])
        for number in range(1, _MOST_TAGS):
            tag = wanted if number == 1 else f"{wanted}_{number}"
            try:
                write_stream(self._file, stream, tag)
            except AsdfConflictError:
                continue
            if number > 1:
                self.problems.append(f"{segment.channel}: other samples of the same time have the tag {tag}.")
            return tag
        self.problems.append(f"{segment.channel}: a waveform is left out, {_MOST_TAGS} others are of the same time.")
        return ""

    def add_station(self, inventory: Any) -> None:
        """Add StationXML, with responses if the archive has them."""
        write_inventory(self._file, inventory)

    def add_config(self, config: Config) -> None:
        """Add the settings under the path of the evaluation, with the tag that observed waveforms have in this file."""
        replace(config, observed_tag=self._tag).write(self._file)

    def add_measurement(self, measured: Measured) -> None:
        """Add synthetics under their tag, and windows and adjoint sources under Pyatoa's paths."""
        for segment, units in measured.synthetics:
            self._add(segment, measured.synthetic_tag, units)
        for windows in measured.windows.values():
            first = windows[0]
            values = [window_value(window) for window in windows]
            write_windows(self._file, first["path"], first["channel_id"], first["starttime"], values)
        for source in measured.sources:
            write_adjoint_source(self._file, source["path"], adjoint_value(source))
        for rejected in measured.rejected:
            write_rejected(self._file, rejected["path"], rejected["channel_id"], rejected_values(rejected))

    def close(self) -> None:
        """Flush and close the file."""
        self._file.close()
