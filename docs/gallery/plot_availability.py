"""
Availability
============

Which share of the windows of each channel and day is saved.
"""

from seisbus.client import Client
from seisbus.client.plot_kinds import plot_availability

client = Client()
job = client.wait(
    client.submit(
        {
            "archive": "local",
            "select": {"chan": "BHZ"},
            "windows": {"tile": {"start": "2018-06-05", "end": "2018-06-07", "length": "1h"}},
        }
    ).id
)
figure = plot_availability(client.availability(job.id), title="Hours of 5 and 6 June 2018")
