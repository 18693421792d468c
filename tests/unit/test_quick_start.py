"""What is loaded before a command or a client does anything: no more than it needs."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("numpy", "pydantic", "yaml", "obspy", "matplotlib", "pyarrow", "libseis.objects", "seisbus.model.kind")


def loaded(program: str) -> set[str]:
    code = f"import sys\n{program}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize(
    ("program", "never"),
    [
        ("from seisbus.client import AsyncClient, Client", HEAVY),
        ("import seisbus.cli.application", (*HEAVY, "grpc", "google.protobuf", "importlib.metadata")),
    ],
)
def test_a_start_loads_no_more_than_it_needs(program: str, never: tuple[str, ...]) -> None:
    assert loaded(program) & set(never) == set()


@pytest.mark.parametrize("package", ["libseis", "seisbus.client", "seisbus.testing"])
def test_late_names_are_all_there(package: str) -> None:
    program = (
        f"import {package} as p\nmissing = [n for n in p.__all__ if getattr(p, n, None) is None or n not in dir(p)]"
    )
    assert "seisbus.never" not in loaded(f"{program}\nassert not missing, missing")


def test_a_late_package_refuses_other_names() -> None:
    import libseis

    with pytest.raises(AttributeError, match="has no attribute 'TimeSerie'"):
        libseis.TimeSerie  # noqa: B018
