"""The published example (NZ.BFZ, real data) as a misfit job straight from an archive: its misfits, and its dataset.

And as the processing of Pyatoa's current release, which is the default.

The event comes as the QuakeML it was published with, so its focal mechanism gives the source time function.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import obspy
import pyasdf
import pytest

from libseis.misfit import Config, Manager
from seisbus.testing.imports import import_folder
from support.chaos import impatient_system

# Of the processing of 2022 with pyadjoint 0.2.3; the sum is what libseis gives in one process too.
MISFITS = {"BXE": 0.3654680411389007, "BXN": 1.62, "BXZ": 0.00405}
WINDOWS = {"E": (477, 2569), "N": (1264, 2569), "Z": (675, 1382)}
# of Pyatoa 0.4.2, from the same raw traces
MISFIT_OF_042 = 2.2307581413773225


async def test_the_published_misfits_come_out_of_a_job(test_data: Path, tmp_path: Path) -> None:
    given = test_data / "pyatoa"
    origin = obspy.read_events(given / "test_catalog_2018p130600.xml")[0].preferred_origin()
    observed, synthetic = (obspy.read(given / f"test_{kind}_data_NZ_BFZ_2018p130600.ascii") for kind in ("obs", "syn"))
    (tmp_path / "source").mkdir()
    for trace in observed:
        trace.data = trace.data.astype(np.int32)  # counts, as the archive holds them
        trace.write(str(tmp_path / "source" / f"{trace.id}.mseed"), format="MSEED", reclen=512, encoding="STEIM2")
    (tmp_path / "source" / "NZ.BFZ.xml").write_bytes((given / "test_dataless_NZ_BFZ.xml").read_bytes())
    import_folder(tmp_path / "source", tmp_path / "archive")
    (tmp_path / "input").mkdir()
    for trace in synthetic:
        seconds = np.arange(trace.stats.npts) * trace.stats.delta + (trace.stats.starttime.ns - origin.time.ns) / 1e9
        name = tmp_path / "input" / f"BFZ.{trace.stats.channel[-1]}.semd"
        np.savetxt(name, np.column_stack((seconds, trace.data)), fmt="%.17g")
    whole = {
        "kind": "misfit",
        "archive": "local",
        "windows": {
            "events": {
                "quakeml": (given / "test_catalog_2018p130600.xml").read_text(),
                "start": f"{(observed[0].stats.starttime.ns - origin.time.ns) / 1e9:.9f}s",
                "end": f"{(observed[0].stats.endtime.ns - origin.time.ns) / 1e9:.9f}s",
            }
        },
        "misfit": {"synthetics": {"files": "{sta}.{component}.semd"}, "config": {"processing": "pyatoa_2022"}},
    }
    environment = {"SEISBUS_INPUT_ROOT": str(tmp_path / "input")}
    async with impatient_system(tmp_path / "stack", tmp_path / "archive", environment=environment) as system:
        job = await system.run(whole)
        assert job.ledger.saved == job.ledger.planned == 1
        (total,) = await system.client.misfits(job.id)
        assert total.misfit == pytest.approx(sum(MISFITS.values()), rel=1e-6)
        first = job.spec["misfit"]["observed"]["job"]
        recent = await system.run(
            {"kind": "misfit", "misfit": {**whole["misfit"], "observed": {"job": first}, "config": {}}}
        )
        assert recent.spec["misfit"]["config"] == {"processing": "pyatoa"}  # the default is named once it is submitted
        (total,) = await system.client.misfits(recent.id)
        assert total.misfit == pytest.approx(MISFIT_OF_042, rel=1e-6)
        exported = await system.client.wait((await system.client.export("asdf", job=first, misfit=job.id)).id)
        (dataset,) = await system.client.datasets(exported.id)
        path = Path(system.stack.environment["SEISBUS_OUTPUT_ROOT"]) / dataset["path"]
        with pyasdf.ASDFDataSet(path, mode="r", mpi=False) as ds:
            sources = ds.auxiliary_data.AdjointSources.default
            found = {name.split("_")[2]: float(sources[name].parameters["misfit"]) for name in sources.list()}
            assert found == pytest.approx(MISFITS, rel=1e-6)
            windows = ds.auxiliary_data.MisfitWindows.default
            assert {name.split("_")[2]: tuple(windows[name].data[:].tolist()) for name in windows.list()} == WINDOWS
        assert Config.read(path, "default").processing == "pyatoa_2022"
        again = Manager(ds=path).load("NZ.BFZ", "default").flow(save=False)
        assert again.misfit == pytest.approx(sum(MISFITS.values()), rel=1e-6)
        exported = await system.client.wait((await system.client.export("asdf", job=first, misfit=recent.id)).id)
        (dataset,) = await system.client.datasets(exported.id)  # in place of the other
        assert Config.read(path, "default").processing == "pyatoa"
