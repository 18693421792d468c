"""
Spectrogram
===========

A window above the power spectral density of short pieces of it.
"""

from seisbus.client import Client
from seisbus.client.plot_kinds import plot_spectrogram

client = Client()
job = client.wait(
    client.submit(
        {
            "archive": "local",
            "select": {"sta": "BZN", "chan": "BHZ"},
            "windows": {"absolute": [{"start": "2018-06-05T00:57:00", "end": "2018-06-05T01:27:00"}]},
        }
    ).id
)
(datum,) = client.read(job=job.id).member
figure = plot_spectrogram(datum)
