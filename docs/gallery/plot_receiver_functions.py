"""
Receiver functions
==================

The vertical component is divided out of the radial one; the conversion at the Moho stands about 4 s after P.
"""

from pathlib import Path

import yaml

from libseis.mspass.algorithms.RFdeconProcessor import RFdecon, RFdeconProcessor
from seisbus.client import Client
from seisbus.client.plot import plot

EXAMPLE = Path("../../examples/receiver_functions")
spec = yaml.safe_load((EXAMPLE / "job.yaml").read_text())
spec["windows"]["events"]["file"] = str(EXAMPLE / "events.csv")
spec["select"]["sta"] = "BZN"
spec["steps"].insert(-1, {"resample": {"sampling_rate": 20}})
client = Client()
job = client.wait(client.submit(spec).id)
engine = RFdeconProcessor("LeastSquares", preset="crustal_plane_wave")
functions = [RFdecon(datum, engine=engine) for datum in client.read(job=job.id).member]
figure = plot(functions, order="distance", span=(-3, 15), title="Receiver functions of BZN")
