"""What deploy/docker/slim leaves of the largest packages does what the services need of them."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SLIM = Path(__file__).resolve().parents[3] / "deploy" / "docker" / "slim"
NAMES = ("botocore", "lxml", "matplotlib", "numpy", "obspy", "PIL", "pyarrow", "scipy")
USE = """
import asyncio, io, sys
import botocore, lxml.etree, matplotlib, numpy, obspy, PIL, pyarrow, pyarrow.csv, pyarrow.parquet, scipy.signal
from aiobotocore.session import get_session
from matplotlib.figure import Figure
from obspy.taup import TauPyModel
for package in (botocore, lxml, matplotlib, numpy, obspy, PIL, pyarrow, scipy):
    assert package.__file__.startswith(sys.argv[1])
file = io.BytesIO()
pyarrow.parquet.write_table(pyarrow.table({"a": [1, 2]}), file)
assert pyarrow.parquet.read_table(io.BytesIO(file.getvalue())).num_rows == 2
assert pyarrow.csv.read_csv(io.BytesIO(b"a\\n1\\n")).num_rows == 1
async def client():
    async with get_session().create_client("s3", region_name="us-west-2") as made:
        assert made.meta.service_model.service_name == "s3"
asyncio.run(client())
trace = obspy.read()[0]
trace.detrend("linear").taper(0.1).filter("bandpass", freqmin=1, freqmax=5).resample(20.0)
assert numpy.linalg.svd(scipy.signal.hilbert(trace.data)[None].repeat(2, 0))[1][0] > 0
inventory = obspy.read_inventory()
assert inventory[0][0][0].response.get_evalresp_response(0.1, 64)[0].size
assert TauPyModel("iasp91").get_travel_times(10.0, 50.0, ["P"])[0].time > 0
figure = Figure()
figure.add_subplot(title=r"counts, $\\mu$m/s", ylabel="y").plot(trace.data)
figure.savefig(picture := io.BytesIO())
assert picture.getvalue().startswith(b"\\x89PNG")
"""


@pytest.mark.long
def test_what_services_do_works_in_a_slim_folder_that_is_much_smaller(tmp_path: Path) -> None:
    if shutil.which("strip") is None:
        pytest.skip("binutils are not installed")
    for name in NAMES:
        found = importlib.util.find_spec(name)
        assert found is not None and found.origin is not None
        package = Path(found.origin).parent
        for part in (package, package.with_name(f"{name.replace('PIL', 'pillow')}.libs")):
            if part.is_dir():
                shutil.copytree(part, tmp_path / part.name, ignore=shutil.ignore_patterns("__pycache__"))
    before = size(tmp_path)
    subprocess.run([SLIM, tmp_path], check=True, timeout=120)
    assert size(tmp_path) < 0.7 * before
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}){USE}"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def size(folder: Path) -> int:
    return sum(path.lstat().st_size for path in folder.rglob("*") if path.is_file())
