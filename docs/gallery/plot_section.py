"""
Record section with predicted phases
====================================

Traces at their epicentral distance, with the curves of P and S that TauP predicts for iasp91.
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
                    "start": 0,
                    "end": "30min",
                }
            },
            "steps": [
                {"detrend": {}},
                {"filter": {"type": "bandpass", "freqmin": 0.3, "freqmax": 2.0, "zerophase": True}},
            ],
            "output": {"data_tag": "section"},
        }
    ).id
)
event = client.waveforms(job=job.id, limit=1)[0]["event"]
ensemble = client.read(job=job.id, event=event)
figure = plot(ensemble, order="distance", phases=["P", "S"], title="Vertical components")
