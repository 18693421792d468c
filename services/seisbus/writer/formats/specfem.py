"""A folder with one adjoint source file per component, and STATIONS_ADJOINT, as SPECFEM3D reads them.

SPECFEM3D Cartesian user manual, "Adjoint simulations": NET.STA.CHAN.adj, two columns, seconds after the origin and
amplitude in forward time; all three components of a station must be there.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from libseis.segments import Segment

from ...model.misfit_documents import adjoint_value
from ...planning.datasets import safe_name
from .draft import Attached, Draft, LoggedWaveform, Measured

_COMPONENTS = ("NEZ", "RTZ")


class SpecfemDraft(Draft):
    """Writes stations that have an adjoint source. A component without one gets zeros, and `problems` says so."""

    wants_samples = False
    nothing = "The misfit job has no adjoint source of this event."

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._stations: list[str] = []
        self.empty = True
        path.mkdir()

    def add(self, document: LoggedWaveform, segment: Segment, attached: Attached) -> None:
        """Do nothing, because the folder does not hold waveforms."""

    def add_measurement(self, measured: Measured) -> None:
        """The files of one station."""
        code = f"{measured.net}.{measured.sta}"
        if not measured.sources:
            return
        if measured.site is None:
            self.problems.append(f"{code}: left out, since nothing is known of its coordinates.")
            return
        sources = [adjoint_value(document) for document in measured.sources]
        for source in sources:
            times = np.arange(len(source.samples)) * source.dt + source.time_offset
            self._write(measured, source.component, np.column_stack((times, source.samples)))
        first = sources[0]
        present = {source.component[-1] for source in sources}
        letters = next(letters for letters in _COMPONENTS if present <= set(letters))
        if absent := [letter for letter in letters if letter not in present]:
            zeros = np.column_stack((np.arange(len(first.samples)) * first.dt + first.time_offset, 0 * first.samples))
            for letter in absent:
                self._write(measured, first.component[:-1] + letter, zeros)
            self.problems.append(f"{code}: no adjoint source of {', '.join(absent)}; the file holds zeros.")
        site = measured.site
        elevation = site["elev"] * 1000.0
        self._stations.append(
            f"{measured.sta:<8s} {measured.net:<4s} {site['lat']:11.6f} {site['lon']:12.6f} {elevation:9.1f} 0.0"
        )
        self.empty = False

    def _write(self, measured: Measured, component: str, table: npt.NDArray[np.float64]) -> None:
        name = ".".join(safe_name(code) for code in (measured.net, measured.sta, component))
        np.savetxt(self._path / f"{name}.adj", table, fmt="%.9e")

    def close(self) -> None:
        """The list of stations."""
        (self._path / "STATIONS_ADJOINT").write_text("".join(f"{line}\n" for line in self._stations))

    def abandon(self) -> None:
        """Do nothing, because no file is open."""
