"""
Three components, aligned on P
==============================

Radial, transverse and vertical of the same windows, zero at the predicted arrival of P.
"""

from pathlib import Path

from seisbus.client import Client
from seisbus.client.plot import plot

EXAMPLE = Path("../../examples/receiver_functions")
client = Client()
job = client.wait(client.submit(EXAMPLE / "job.yaml").id)
ensemble = client.read(job=job.id, limit=40)
figure = plot(ensemble, order="distance", phases=["P", "Pdiff"], span=(-10, 25), title="P on R, T and Z")
