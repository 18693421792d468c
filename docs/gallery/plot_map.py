"""
Map of events and stations
==========================

Distances and azimuths from the middle of the stations are true.
"""

from pathlib import Path

from seisbus.client import Client
from seisbus.client.map import plot_map

EXAMPLE = Path("../../examples/receiver_functions")
client = Client()
job = client.wait(client.submit(EXAMPLE / "job.yaml").id)
figure = plot_map(client.waveforms(job=job.id), title="Where the waveforms come from")
