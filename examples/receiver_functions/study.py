"""P waves of 30 earthquakes at 20 stations, the response removed, turned to RTZ and aligned on P: two pictures."""

from seisbus.client import Client
from seisbus.client.map import plot_map
from seisbus.client.plot import plot

client = Client()
job = client.wait(client.submit("job.yaml").id)
print(job.ledger)
ensemble = client.read(job=job.id)  # a libseis SeismogramEnsemble, times in seconds after P
plot(ensemble, order="distance", phases=["P", "Pdiff", "PKIKP"], span=(-10, 25), path="aligned.png")
plot_map(ensemble, path="map.png")
