"""MsPASS's own module paths below libseis.mspass."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

PATHS = {
    "ccore.seismic": "seismic",
    "ccore.utility": "utility",
    "ccore.io": "io",
    "ccore.algorithms.amplitudes": "algorithms.amplitudes",
    "ccore.algorithms.basic": "algorithms.basic",
    "ccore.algorithms.deconvolution": "algorithms.deconvolution",
    "db.schema": "schema",
    "util.converter": "converter",
    "util.decorators": "decorators",
    "util.error_logger": "error_logger",
    "util.Janitor": "janitor",
    "util.logging_helper": "logging_helper",
    "util.seismic": "util.seismic",
    "util.Undertaker": "undertaker",
}


@pytest.mark.parametrize(("path", "home"), PATHS.items())
def test_a_path_of_mspass_is_the_module_itself(path: str, home: str) -> None:
    module = importlib.import_module(f"libseis.mspass.{path}")
    assert module is importlib.import_module(f"libseis.mspass.{home}")
    # reloading and pickling go by the name of the home
    assert module.__name__ == module.__spec__.name == f"libseis.mspass.{home}"  # type: ignore[union-attr]


def test_a_fresh_program_imports_by_the_paths_of_mspass() -> None:
    program = """
from libseis.mspass.ccore.seismic import TimeSeries
from libseis.mspass.util import converter
import libseis.mspass.ccore.algorithms.basic as there
import libseis.mspass.algorithms.basic as here
import pickle
assert there is here and converter.Trace2TimeSeries
assert type(pickle.loads(pickle.dumps(TimeSeries(3)))) is TimeSeries
"""
    subprocess.run([sys.executable, "-c", program], check=True)


@pytest.mark.parametrize("name", ["ccore.nothing", "util.nothing", "db.database", "nothing.seismic"])
def test_what_is_not_there_is_missed_by_its_name(name: str) -> None:
    with pytest.raises(ModuleNotFoundError, match=rf"libseis\.mspass\.{name.partition('.')[0]}"):
        importlib.import_module(f"libseis.mspass.{name}")
