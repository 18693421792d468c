"""Reads a message off the bus into data objects with libseis alone: `libseis_reader.py OUT BODY [CONTENTS]`."""

import sys
from pathlib import Path

import numpy as np

from libseis.wire import carried

data = carried(*(Path(name).read_bytes() for name in sys.argv[2:]))
names = [name for name in sys.modules if name.partition(".")[0] == "seisbus"]
assert not names, names
arrays = {"live": np.array([datum.live for datum in data])}
for n, datum in enumerate(data):
    arrays[f"data{n}"] = np.asarray(datum.data)
    arrays[f"clock{n}"] = np.array([datum.t0_ns, datum.rate_numerator, datum.rate_denominator])
    arrays[f"names{n}"] = np.array([datum[key] for key in ("net", "sta", "loc", "chan", "units")])
np.savez(sys.argv[1], **arrays)
