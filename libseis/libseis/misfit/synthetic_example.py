"""A small artificial event with a pair of waveforms, for documentation and first steps.

It is not a simulation. It has wave packets at the travel times of ak135 and of a surface wave; the observed ones are
later, larger and noisy. The result is always the same. The station has the code and the place of NZ.BFZ, so that the
examples on Pyatoa's page work with it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ..extras import require
from .traveltimes import first_arrivals, phase_arrivals

require("misfit")

if TYPE_CHECKING:
    from obspy import Inventory, Stream, UTCDateTime
    from obspy.core.event import Event

    from ..asdf import DatasetLike
    from .config import Config
    from .manager import Manager

_NPTS, _DT, _LEAD_S = 3000, 0.1, 30.0
_EVENT = (-38.95, 177.15, 20_000.0)  # latitude, longitude, depth in m
_STATION = (-40.6796, 176.2462)
_LATE_S = {"P": 0.5, "S": 1.0, "surface": 1.75}
_COMPONENTS = {"E": (0.25, 1.0, 0.9), "N": (0.3, 0.8, 0.6), "Z": (1.0, 0.4, 1.0)}  # amplitudes of P, S, surface wave


@dataclass(frozen=True, slots=True)
class Example:
    """The data that a Manager needs; waveforms are displacements in m."""

    event: Event
    inv: Inventory
    st_obs: Stream
    st_syn: Stream

    def manager(self, ds: DatasetLike | None = None, config: Config | None = None) -> Manager:
        """Make a Manager of the example.

        Parameters
        ----------
        ds
            A dataset, into which event, StationXML, waveforms and config are written first.
        config
            Settings; the defaults without it.

        Returns
        -------
        Manager
            The Manager.
        """
        from .manager import Manager

        made = Manager(config=config, ds=ds, event=self.event, st_obs=self.st_obs, st_syn=self.st_syn, inv=self.inv)
        if ds is not None:
            made.write().config.write(ds)
        return made


def example() -> Example:
    """An event in the north of New Zealand and station NZ.BFZ 2 degrees away, whose response is 1 everywhere."""
    from obspy import UTCDateTime
    from obspy.core.event import (
        Event,
        FocalMechanism,
        Magnitude,
        NodalPlane,
        NodalPlanes,
        Origin,
        ResourceIdentifier,
    )
    from obspy.core.inventory import Channel, Inventory, Network, Station
    from obspy.core.inventory.response import Response
    from obspy.geodetics import locations2degrees

    time = UTCDateTime(2020, 2, 2, 20, 20, 2)
    origin = Origin(
        resource_id=ResourceIdentifier("smi:local/origin/example"), time=time,
        latitude=_EVENT[0], longitude=_EVENT[1], depth=_EVENT[2],
    )  # fmt: skip
    magnitude = Magnitude(resource_id=ResourceIdentifier("smi:local/magnitude/example"), mag=5.4)
    mechanism = FocalMechanism(
        resource_id=ResourceIdentifier("smi:local/mechanism/example"),
        nodal_planes=NodalPlanes(NodalPlane(strike=40.0, dip=60.0, rake=-70.0)),
    )
    event = Event(
        resource_id=ResourceIdentifier("smi:local/event/example"), origins=[origin], magnitudes=[magnitude],
        focal_mechanisms=[mechanism], preferred_origin_id=origin.resource_id,
    )  # fmt: skip
    distance = float(locations2degrees(*_EVENT[:2], *_STATION))
    stage = Response.from_paz(
        zeros=[], poles=[], stage_gain=1.0, input_units="M", output_units="M", normalization_frequency=0.1,
    )  # fmt: skip
    height: dict[str, float] = {"elevation": 0.0, "depth": 0.0}
    channels = [
        Channel(f"HH{c}", "10", *_STATION, **height, azimuth=azimuth, dip=dip, sample_rate=1 / _DT, response=stage)
        for c, azimuth, dip in (("E", 90.0, 0.0), ("N", 0.0, 0.0), ("Z", 0.0, -90.0))
    ]
    station = Station("BFZ", *_STATION, elevation=0.0, channels=channels)
    inventory = Inventory(networks=[Network("NZ", stations=[station])], source="libseis.misfit.example")
    return Example(event, inventory, _stream(distance, time, observed=True), _stream(distance, time, observed=False))


def _stream(distance_deg: float, origin: UTCDateTime, *, observed: bool) -> Stream:
    from obspy import Stream, Trace

    random = np.random.default_rng(6)
    seconds: npt.NDArray[np.float64] = np.arange(_NPTS, dtype=np.float64) * _DT - _LEAD_S
    times = first_arrivals(phase_arrivals("ak135", _EVENT[2] / 1000, distance_deg))
    times["surface"] = distance_deg * 111.19 / 3.2
    traces = []
    for component, amplitudes in _COMPONENTS.items():
        data = np.zeros(_NPTS)
        for (phase, time), amplitude, period in zip(times.items(), amplitudes, (11.0, 14.0, 20.0), strict=True):
            late = _LATE_S[phase] if observed else 0.0
            data += (1.3 if observed else 1.0) * amplitude * _packet(seconds - time - late, period)
        if observed:
            data += 0.05 * random.standard_normal(_NPTS)
        header = {
            "network": "NZ", "station": "BFZ", "location": "10" if observed else "",
            "channel": ("HH" if observed else "BX") + component, "delta": _DT, "starttime": origin - _LEAD_S,
        }  # fmt: skip
        traces.append(Trace(1e-4 * data, header))
    return Stream(traces)


def _packet(seconds: npt.NDArray[np.float64], period: float) -> npt.NDArray[np.float64]:
    packet: npt.NDArray[np.float64] = np.exp(-((seconds / (0.7 * period)) ** 2)) * np.cos(2 * np.pi * seconds / period)
    return packet
