"""A course's notebook on archives in the cloud, written for MsPASS, as it is for Seisbus.

    python migrate_from_mspass.py ARCHIVE FOLDER

docs/howto/migrate_from_mspass.md has the lines of MsPASS beside these. ARCHIVE is one that control knows (`scedc`, or
`local` on your own machine); pictures go into FOLDER. SEISBUS_CONTROL_ADDRESS says where control is.
"""

from __future__ import annotations

import sys
from pathlib import Path

archive, folder = sys.argv[1], Path(sys.argv[2])

# --- the database and the indexes
from seisbus.client import Client

client = Client()
client.wait(client.sync_index(archive).id)

catalog_index = client.index_keys(archive, "catalog")
wf_index = client.index_keys(archive, "waveform")
print("Number of keys in catalog index=", len(catalog_index))
print("Number of keys in waveform index=", len(wf_index))

from libseis.mspass.util.seismic import print_metadata

print_metadata(wf_index[0])

# --- the catalog of a year
events = client.events(archive, "2023-01-01", "2024-01-01", above_magnitude=4.5).to_pandas()
print(events)
largest = events.loc[events["mag"].idxmax()]

# --- one event file
job = client.submit(
    {
        "archive": archive,
        "inputs": "event_files",
        "windows": {"events": {"catalog": {"start": "2023-01-01", "end": "2024-01-01", "ids": [largest["id"]]}}},
    }
)
job = client.wait(job.id)
ensemble = client.read(job=job.id)
print("Number of members=", len(ensemble.member))

# --- a picture of some members
from libseis.mspass.seismic import TimeSeriesEnsemble
from seisbus.client.plot import plot

e2plot = TimeSeriesEnsemble(15)
for d in ensemble.member[:15]:
    e2plot.member.append(d)
e2plot.set_live()
plot(e2plot, style="wt", normalize=True, title="First 15 TimeSeries objects in ensemble", path=folder / "event.png")

# --- an hour of every channel of a day
from obspy import UTCDateTime

origin_time = UTCDateTime("2011-03-11T05:46:23.200000Z")
tstart, tend = origin_time.timestamp + 100.0, origin_time.timestamp + 3700.0
job = client.submit(
    {
        "archive": archive,
        "windows": {"absolute": [{"start": tstart, "end": tend}]},
        "output": {"data_tag": "tohoku_course"},
    }
)
job = client.wait(job.id)
print(job.ledger)
for reason in client.reasons(job.id):
    print(reason)

# --- what was saved
documents = client.waveforms(data_tag="tohoku_course")
print("Number of TimeSeries data saved=", len(documents))
sta = documents[0]["sta"]
e = client.read(data_tag="tohoku_course", sta=sta)
plot(e, title=f"Data from {sta}", path=folder / "station.png")

# --- processing of what was read: the same calls from other modules
from libseis.mspass.algorithms.signals import detrend, filter
from libseis.mspass.algorithms.snr import snr
from libseis.mspass.algorithms.window import WindowData
from libseis.mspass.seismic import TimeWindow

early, late = TimeWindow(tstart + 300.0, tstart + 900.0), TimeWindow(tend - 700.0, tend - 100.0)
for d in e.member:
    detrend(d, "demean")
    filter(d, "bandpass", freqmin=0.05, freqmax=0.4)
    snr(d, late, early, "rms", "rms", inplace_return=True, function_return_key="ratio")
    if d.live:
        print(d["net"], d["sta"], d["chan"], d["ratio"], WindowData(d, early.start, early.end).npts)
