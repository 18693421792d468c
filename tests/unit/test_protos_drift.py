"""The committed protobuf code is what the .proto files give."""

import subprocess
import sys
from pathlib import Path

import pytest

PROTOS = Path(__file__).resolve().parents[2] / "protos"


def test_committed_code_is_current() -> None:
    pytest.importorskip("grpc_tools", reason="grpcio-tools generates the code")
    done = subprocess.run(
        [sys.executable, str(PROTOS / "generate"), "--check"], capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
