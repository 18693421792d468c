"""The same flow with the port's window selection, station by station, for its CPU time; runs in the port's environment.

`python port_flow.py FOLDER`: FOLDER holds event.xml and, for each station, NNN.xml, NNN_obs.pkl and NNN_syn.pkl.
Prints JSON: CPU seconds of each station on the first and on the second pass, and the windows.
"""

from __future__ import annotations

import json
import sys
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np


def clean(stream: Any) -> None:
    """What both streams get again and again."""
    stream.detrend("simple")
    stream.detrend("demean")
    stream.taper(0.05)


def flow(observed: Any, synthetic: Any, event: Any, inventory: Any) -> tuple[list[Any], float]:
    """Standardize, preprocess, window and measure one station by obspy, the port and pyadjoint."""
    import pyadjoint
    import pyflex

    obs, syn = observed.copy(), synthetic.copy()
    obs.resample(syn[0].stats.sampling_rate)
    for o, s in zip(obs, syn):  # noqa: B905  # the port's environment may be older
        o.trim(s.stats.starttime, s.stats.endtime)
        o.data = np.concatenate((o.data, np.zeros(max(s.stats.npts - o.stats.npts, 0))))[: s.stats.npts]
        o.stats.starttime = s.stats.starttime
    for stream in (obs, syn):
        clean(stream)
        stream.detrend("simple")
        stream.taper(6e-5, side="left")
    obs.remove_response(inventory=inventory, output="DISP", water_level=60)
    obs.rotate("->ZNE", inventory=inventory)
    clean(obs)
    for stream in (obs, syn):
        stream.filter("bandpass", freqmin=1 / 30, freqmax=1 / 10, corners=2, zerophase=True)
        clean(stream)
    half = event.preferred_focal_mechanism().moment_tensor.source_time_function.duration / 2
    n = round(half * syn[0].stats.sampling_rate)
    taps = np.exp(-((np.arange(-n, n) / (n / 4)) ** 2)) / (np.sqrt(np.pi) * n / 4)
    for trace in syn:
        trace.data = np.convolve(trace.data, taps, mode="same")
    config = pyflex.Config(min_period=10, max_period=30)
    measuring = pyadjoint.get_config("cc_traveltime", 10, 30)
    found, misfit = [], 0.0
    for component in "ENZ":
        o, s = obs.select(component=component)[0], syn.select(component=component)[0]
        windows = pyflex.select_windows(o, s, config, event=event, station=inventory)
        found.append([[int(w.left), int(w.right)] for w in windows])
        if windows:
            spans = [[w.left * s.stats.delta, w.right * s.stats.delta] for w in windows]
            misfit += pyadjoint.calculate_adjoint_source(o, s, measuring, spans).misfit
    return found, misfit


def main(folder: Path) -> None:
    """All stations, twice."""
    import obspy

    warnings.simplefilter("ignore")
    event = obspy.read_events(str(folder / "event.xml"))[0]
    numbers = sorted(p.stem for p in folder.glob("[0-9]*.xml"))
    stations = [
        (
            obspy.read(str(folder / f"{n}_obs.pkl"), format="PICKLE"),
            obspy.read(str(folder / f"{n}_syn.pkl"), format="PICKLE"),
            obspy.read_inventory(str(folder / f"{n}.xml")),
        )
        for n in numbers
    ]
    flow(stations[0][0], stations[0][1], event, stations[0][2])  # imports and models
    passes = []
    for _ in range(2):
        cpu, windows = [], []
        for observed, synthetic, inventory in stations:
            start = time.process_time()
            windows.append(flow(observed, synthetic, event, inventory))
            cpu.append(time.process_time() - start)
        passes.append({"cpu": cpu, "windows": windows})
    print(json.dumps(passes))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
