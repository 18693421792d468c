"""TravelTimes: curves of phases by Earth model and source depth, in memory and, if a folder is given, on disk.

A file holds the curves of one depth: a line of JSON that describes them, then their numbers. It is written to a
temporary file and renamed, so that several processes may share a folder. A file that cannot be read is made again.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import numpy as np

from ..extras import extra
from .building import build_curve, earth, is_phase
from .curve import NO_PHASE, Floats, PhaseArrivals, PhaseCurve

with extra("obspy"):
    from cachetools import LRUCache

_log = logging.getLogger(__name__)

MODELS: Final = ("iasp91", "ak135", "prem")
# Source depths are rounded to ten metres, so that sources share curves. A time is wrong by 5 m of path at most, or 2 ms
# for S.
DEPTH_STEP_KM: Final = 0.01
_SAME_KM: Final = 1e-6  # obspy cannot make thinner layers
DEEPEST_KM: Final = 800.0
_FORMAT: Final = 1


class PhaseNameError(ValueError):
    """A name is not a phase; the message says which name, and what is expected."""


def check_phases(phases: Sequence[str], model: str = "iasp91") -> None:
    """Check that obspy's TauP knows all names.

    Parameters
    ----------
    phases
        Names of phases.
    model
        Name of the Earth model.

    Raises
    ------
    PhaseNameError
        A name is unknown.
    """
    for phase in phases:
        if not is_phase(model, phase):
            raise PhaseNameError(
                f"{phase!r} is not a phase; expected a name of obspy's TauP, such as P, Pdiff, PKIKP, pP or ScS."
            )


class TravelTimes:
    """Predicted arrivals of one Earth model; threads may share it.

    Parameters
    ----------
    model
        `iasp91`, `ak135` or `prem`. The models are spherical, so times have no correction for ellipticity.
    folder
        Folder for curves that processes share; None for memory alone. A folder that cannot be written is not used.
    keep
        Number of depths to keep in memory; each needs about 10 kB per phase.
    """

    def __init__(self, model: str = "iasp91", folder: Path | None = None, keep: int = 256) -> None:
        if model not in MODELS:
            raise ValueError(f"unknown Earth model {model!r}, expected one of {', '.join(MODELS)}")
        self.model = model
        self._folder = None if folder is None else folder / f"{model}-{_version()}-{_FORMAT}"
        self._known: LRUCache[float, dict[str, PhaseCurve]] = LRUCache(keep)
        self._phases: set[str] = set()  # names that have been checked
        self._lock = threading.Lock()

    @property
    def radius_km(self) -> float:
        """Radius of the planet in km, to convert to seconds per kilometre."""
        return float(earth(self.model).radius_of_planet)

    def first(self, phases: Sequence[str], depth_km: float, degrees: Floats) -> PhaseArrivals:
        """Return, for each distance, the earliest arrival of the first phase of a list that exists there.

        Parameters
        ----------
        phases
            Names as in obspy's TauP, in order of preference.
        depth_km
            Depth of the source below the surface in km; a source above the surface counts as at the surface.
        degrees
            Distances from 0 to 180 degrees, shape (n,).

        Returns
        -------
        PhaseArrivals
            The arrivals, one per distance.

        Raises
        ------
        PhaseNameError
            A name is not a phase.
        """
        degrees = np.asarray(degrees, dtype=np.float64)
        nothing = [np.full(len(degrees), np.nan) for _ in range(4)]
        found = PhaseArrivals(np.full(len(degrees), NO_PHASE, dtype=np.intp), *nothing)
        left = np.arange(len(degrees))
        for number, curve in enumerate(self.curves(phases, depth_km)):
            time, ray_param = curve.first(degrees[left])
            arrives = ~np.isnan(time)
            at, ray_param = left[arrives], ray_param[arrives]
            found.phase[at] = number
            found.time[at] = time[arrives]
            found.ray_param[at] = np.radians(ray_param)
            found.incidence[at] = curve.incidence(ray_param)
            found.takeoff[at] = curve.takeoff(ray_param)
            left = left[~arrives]
            if not len(left):
                break
        return found

    def curves(self, phases: Sequence[str], depth_km: float) -> list[PhaseCurve]:
        """Return the curves of phases for a source depth.

        Parameters
        ----------
        phases
            Names, as in obspy's TauP.
        depth_km
            Depth of the source below the surface in km.

        Returns
        -------
        list[PhaseCurve]
            One curve per phase.
        """
        if not depth_km <= DEEPEST_KM:
            raise ValueError(f"a source depth of {depth_km:g} km, expected kilometres up to {DEEPEST_KM:g}")
        depth = self._step(max(0.0, depth_km))
        with self._lock:
            known = self._known.get(depth)
            if known is None:
                known = self._known[depth] = self._read(depth)
            if wanted := [phase for phase in phases if phase not in known]:
                check_phases([phase for phase in wanted if phase not in self._phases], self.model)
                self._phases.update(wanted)
                known.update({phase: build_curve(self.model, phase, depth) for phase in wanted})
                self._write(depth, known)
            return [known[phase] for phase in phases]

    def _step(self, depth_km: float) -> float:
        """The depth whose curves are used for this depth: rounded, but not across a discontinuity."""
        rounded = round(round(depth_km / DEPTH_STEP_KM) * DEPTH_STEP_KM, 4)
        for branch in earth(self.model).tau_branches[0]:
            at = float(branch.top_depth)
            if (rounded - at) * (depth_km - at) <= 0 and rounded != depth_km:
                return at if abs(depth_km - at) < _SAME_KM else depth_km
        return rounded

    # -- the folder --------------------------------------------------------------------------------

    def _path(self, depth: float) -> Path | None:
        return None if self._folder is None else self._folder / f"{depth:.4f}.curves"

    def _read(self, depth: float) -> dict[str, PhaseCurve]:
        path = self._path(depth)
        if path is None:
            return {}
        try:
            heading, _, body = path.read_bytes().partition(b"\n")
            return _unpack(json.loads(heading), np.frombuffer(body, dtype="<f8"))
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, TypeError, KeyError) as error:
            _log.warning("travel times in %s cannot be read and are made again: %s", path, error)
            return {}

    def _write(self, depth: float, known: dict[str, PhaseCurve]) -> None:
        path = self._path(depth)
        if path is None:
            return
        heading = {
            name: [len(c.time), c.incidence_slowness, c.takeoff_slowness, c.down_at_receiver, c.up_at_source]
            for name, c in known.items()
        }
        body = b"".join(np.stack([c.distance, c.time, c.ray_param]).astype("<f8").tobytes() for c in known.values())
        temporary = ""
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".new", delete=False) as file:
                temporary = file.name
                file.write(json.dumps(heading).encode() + b"\n" + body)
            os.replace(temporary, path)
        except OSError as error:
            _log.warning("travel times cannot be kept in %s: %s", path.parent, error)
            self._folder = None
            if temporary:
                with contextlib.suppress(OSError):
                    Path(temporary).unlink(missing_ok=True)


def _unpack(heading: dict[str, list[float]], numbers: Floats) -> dict[str, PhaseCurve]:
    found, at = {}, 0
    for name, (length, incidence, takeoff, down, up) in heading.items():
        n = int(length)
        distance, time, ray_param = numbers[at : at + 3 * n].reshape(3, n)
        found[name] = PhaseCurve(distance, time, ray_param, incidence, takeoff, bool(down), bool(up))
        at += 3 * n
    if at != len(numbers):
        raise ValueError(f"{len(numbers)} numbers, expected {at}")
    return found


def _version() -> str:
    """The version of obspy, because versions may trace differently."""
    from importlib.metadata import version

    return version("obspy")
