"""
Styles of a section
===================

One event as an image, and as wiggles over an image with time running down.
"""

from pathlib import Path

from seisbus.client import Client
from seisbus.client.plot import plot

EXAMPLE = Path("../../examples/receiver_functions")
client = Client()
job = client.wait(
    client.submit(
        {
            "archive": "local",
            "select": {"chan": "BHZ"},
            "windows": {
                "events": {
                    "file": str(EXAMPLE / "events.csv"),
                    "where": {"mag": {"min": 6.5}},
                    "phase": ["P"],
                    "start": -10,
                    "end": 20,
                }
            },
            "steps": [
                {"detrend": {}},
                {"filter": {"type": "bandpass", "freqmin": 0.3, "freqmax": 2.0, "zerophase": True}},
                {"reference": {"mark": "phase"}},
            ],
            "output": {"data_tag": "styles"},
        }
    ).id
)
event = client.waveforms(job=job.id, limit=1)[0]["event"]
ensemble = client.read(job=job.id, event=event)
image = plot(ensemble, "image", order="distance", title="Around P")
down = plot(ensemble, "wtvaim", order="distance", time_axis="down", title="Around P, time downward")
