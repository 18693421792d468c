"""What `pip install seisbus` gives without extras works, and what it lacks is said in one sentence."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.core import ROOT, core_packages, make_core, run_core

HEAVY = (
    "obspy", "scipy", "matplotlib", "h5py", "pyasdf", "pyadjoint", "isal", "blosc2", "pyarrow", "pandas", "pymongo",
    "nats", "aiobotocore", "aiohttp", "prometheus_client", "pydantic_settings", "uvloop", "cryptography",
    "bcrypt", "cachetools",
)  # fmt: skip


@pytest.fixture(scope="module")
def core(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of packages: the core."""
    folder = tmp_path_factory.mktemp("core") / "packages"
    make_core(folder)
    return folder


def test_the_core_is_small() -> None:
    packages = core_packages()
    assert {"seisbus", "libseis", "numpy", "grpcio"} <= packages
    assert len(packages) <= 25
    assert not packages & set(HEAVY)


def test_client_command_objects_and_miniseed_need_nothing_else(core: Path) -> None:
    program = """
import importlib.util, sys
found = [name for name in sys.argv[1:] if importlib.util.find_spec(name)]
assert not found, found
import numpy as np
import seisbus.client, seisbus.client.plot, seisbus.client.capacity, seisbus.cli.application, libseis
from libseis import TimeSeries, TimeSeriesEnsemble, Seismogram, Metadata, mseed
from libseis.codes import Channel
from libseis.segments import Rate, Segment
segment = Segment(Channel("CI", "HEC", "", "BHZ"), 10**18, Rate(40), np.arange(400, dtype=np.int32))
packed = mseed.encode(segment)
(joined,) = mseed.decode(packed, mseed.frame(packed))
(read,) = joined.segments
assert (read.data == segment.data).all() and read.t0_ns == segment.t0_ns
datum = TimeSeries({"delta": 0.1, "starttime": 0.0}, np.arange(10.0))
datum.set_live()
assert TimeSeries(datum).npts == 10
from seisbus.client.jobfile import job_text
tile = {"start": "2011-03-11", "end": "2011-03-12", "length": "1h"}
assert "local" in job_text({"archive": "local", "windows": {"tile": tile}})
from seisbus.client.tables import event_documents
from seis.control.v1 import control_pb2 as pb
assert event_documents([pb.Event(id="1", time_ns=5)])[0]["time"] == 5
print("good")
"""
    done = run_core(core, "-W", "error", "-c", program, *HEAVY)
    assert (done.stdout, done.returncode) == ("good\n", 0), done.stderr


def test_every_command_has_its_help(core: Path) -> None:
    program = """
from seisbus.cli.application import run
for command in ["", "jobs", "up", "demo", "archive make", "events", "plot", "index sync", "export"]:
    try:
        run([*command.split(), "--help"])
    except SystemExit as ended:
        assert not ended.code, command
"""
    done = run_core(core, "-c", program)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("Usage:") == 9


def test_the_version_and_an_unreachable_server_are_told(core: Path) -> None:
    assert "libseis 0" in run_core(core, "-m", "seisbus.cli", "version").stdout
    done = run_core(core, "-m", "seisbus.cli", "--address", "127.0.0.1:9", "jobs")
    assert done.returncode == 1
    assert done.stderr.startswith("No Seisbus control service answers at 127.0.0.1:9")


MISSING = {  # what a program does: what is missing, and the extra that brings it
    "import libseis.obspy.converter": ("obspy is", "libseis[obspy]"),
    "from libseis import TimeSeries; TimeSeries(3).toTrace()": ("obspy is", "libseis[obspy]"),
    "import libseis.mspass.decorators": ("obspy is", "libseis[obspy]"),
    "import libseis.signal.operators": ("scipy is", "libseis[obspy]"),
    "import libseis.obspy.responses": ("obspy is", "libseis[obspy]"),
    "import libseis.signal.butterworth": ("scipy is", "libseis[obspy]"),
    "import libseis.mspass.algorithms.signals": ("obspy is", "libseis[obspy]"),
    "import libseis.mspass.algorithms.resample": ("is", "libseis[obspy]"),
    "import libseis.mspass.algorithms.bundle": ("obspy is", "libseis[obspy]"),
    "import numpy, libseis.wire as w; w.pack_samples(numpy.arange(99, dtype='i4'))": ("blosc2 is", "libseis[wire]"),
    "import libseis.asdf": ("h5py and isal and obspy and scipy are", "libseis[asdf]"),
    "from libseis.misfit import Manager": ("h5py and isal and obspy and scipy are", "libseis[misfit]"),
    "import libseis.misfit.station": ("pyasdf", "libseis[misfit]"),
    "from libseis.misfit import example": ("pyadjoint", "libseis[misfit]"),
    "from seisbus.client import Direct; Direct()": ("aiobotocore and aiohttp", "seisbus[direct]"),
    "from seisbus.client.tables import event_table; event_table([])": ("pyarrow is", "seisbus[tables]"),
    "from seisbus.client.tables import event_catalog; event_catalog([])": ("obspy is", "seisbus[obspy]"),
    "from libseis.obspy.inventories import inventory_of; inventory_of([])": ("obspy is", "libseis[obspy]"),
    "from seisbus.client.plot import plot; plot([])": ("matplotlib is", "seisbus[plot]"),
}


def test_what_is_missing_is_one_sentence_for_a_program(core: Path) -> None:
    program = """
import sys
for code in sys.argv[1:]:
    try:
        exec(code)
    except ImportError as error:
        print(error)
    else:
        print("nothing is missing")
"""
    done = run_core(core, "-c", program, *MISSING)
    assert done.returncode == 0, done.stderr
    said = done.stdout.splitlines()
    assert len(said) == len(MISSING)
    for (code, (missing, extra)), sentence in zip(MISSING.items(), said, strict=True):
        assert missing in sentence, (code, sentence)
        assert sentence.endswith(f"not installed; get what this needs with: pip install '{extra}'"), (code, sentence)


PROGRAMS = {  # python -m …: the extra that it asks for
    "seisbus.cli up": "local",
    "seisbus.cli demo": "local",
    "seisbus.cli archive make --root a": "local",
    "seisbus.control": "control",
    "seisbus.indexer": "indexer",
    "seisbus.fetcher": "fetcher",
    "seisbus.windower": "windower",
    "seisbus.writer": "writer",
    "seisbus.admin.topology": "topology",
    "seisbus.admin.health": "services",
}


def test_what_is_missing_is_one_sentence_at_the_command_line(core: Path) -> None:
    program = """
import runpy, sys
for command in sys.argv[1:]:
    sys.argv = command.split()
    try:
        runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        assert ended.code == 2, (command, ended.code)
    else:
        raise AssertionError(command)
"""
    done = run_core(core, "-c", program, *PROGRAMS)
    assert done.returncode == 0, done.stderr
    said = done.stderr.splitlines()
    assert len(said) == len(PROGRAMS), done.stderr
    for (command, extra), sentence in zip(PROGRAMS.items(), said, strict=True):
        assert sentence.endswith(f"not installed; get what this needs with: pip install 'seisbus[{extra}]'"), command


def test_the_doctor_looks_at_what_it_can(core: Path) -> None:
    done = run_core(core, "-m", "seisbus.cli", "--address", "127.0.0.1:9", "doctor")
    assert done.returncode == 1
    assert "Traceback" not in done.stdout + done.stderr
    assert "plots cannot be drawn: matplotlib is not installed" in done.stdout
    assert "No Seisbus control service answers at 127.0.0.1:9" in done.stdout


GATED = ("asdf", "misfit")  # rooms of libseis that ask for their whole extra when they are imported
OPTIONAL = frozenset(HEAVY)


def optional_imports(node: ast.AST, path: Path) -> Iterator[str]:
    """Imports of optional packages that no `with extra(...)` or `with program(...)` surrounds, as file:line."""
    if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
        return
    if isinstance(node, ast.With) and ast.unparse(node.items[0]).startswith(("extra(", "program(")):
        return
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    if isinstance(node, ast.ImportFrom) and not node.level:
        names = [node.module or ""]
    if any(name.partition(".")[0] in OPTIONAL for name in names):
        yield f"{path}:{node.lineno}"  # type: ignore[attr-defined]
    for child in ast.iter_child_nodes(node):
        yield from optional_imports(child, path)


def test_no_import_of_an_optional_package_can_end_in_a_traceback() -> None:
    services = [ROOT / "services/seisbus" / name for name in ("client", "cli", "testing")]
    found = []
    for package in (ROOT / "libseis/libseis", *services):
        for path in sorted(package.rglob("*.py")):
            if path.relative_to(package).parts[0] not in GATED:
                found += optional_imports(ast.parse(path.read_text()), path.relative_to(ROOT))
    assert not found, f"put these into `with extra(...)`: {found}"
