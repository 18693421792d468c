"""What deploy/docker/slim leaves of the largest packages does what the services need of them."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

SLIM = Path(__file__).resolve().parents[3] / "deploy" / "docker" / "slim"
USE = """
import asyncio, io, sys
import pyarrow, pyarrow.csv, pyarrow.parquet, botocore
from aiobotocore.session import get_session
assert pyarrow.__file__.startswith(sys.argv[1]) and botocore.__file__.startswith(sys.argv[1])
file = io.BytesIO()
pyarrow.parquet.write_table(pyarrow.table({"a": [1, 2]}), file)
assert pyarrow.parquet.read_table(io.BytesIO(file.getvalue())).num_rows == 2
assert pyarrow.csv.read_csv(io.BytesIO(b"a\\n1\\n")).num_rows == 1
async def client():
    async with get_session().create_client("s3", region_name="us-west-2") as made:
        assert made.meta.service_model.service_name == "s3"
asyncio.run(client())
"""


@pytest.mark.long
def test_tables_and_storage_work_in_a_slim_folder_that_is_much_smaller(tmp_path: Path) -> None:
    if shutil.which("strip") is None:
        pytest.skip("binutils are not installed")
    for name in ("pyarrow", "botocore"):
        found = importlib.util.find_spec(name)
        assert found is not None and found.origin is not None
        shutil.copytree(Path(found.origin).parent, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    before = size(tmp_path)
    subprocess.run([SLIM, tmp_path], check=True, timeout=120)
    assert size(tmp_path) < 0.7 * before
    code = f"import sys; sys.path.insert(0, {str(tmp_path)!r}){USE}"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
