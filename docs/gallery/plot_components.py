"""
The components of one seismogram
================================

In one scale, with the predicted arrivals.
"""

from pathlib import Path

from seisbus.client import Client
from seisbus.client.plot_kinds import plot_components

EXAMPLE = Path("../../examples/receiver_functions")
client = Client()
job = client.wait(client.submit(EXAMPLE / "job.yaml").id)
live = [member for member in client.read(job=job.id, limit=20).member if member.live]
figure = plot_components(live[0], phases=["P"])
