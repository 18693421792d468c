"""The modules that MsPASS's users import by changing the package's name."""

from __future__ import annotations

import importlib

import pytest

from libseis.mspass import seismic
from libseis.mspass.util import seismic as utilities


@pytest.mark.parametrize(
    "name",
    [
        "seismic", "utility", "algorithms.basic", "algorithms.amplitudes", "algorithms.window", "algorithms.bundle",
        "algorithms.edit", "algorithms.signals", "algorithms.resample", "algorithms.calib", "schema", "converter",
        "janitor", "undertaker", "decorators", "error_logger", "logging_helper", "util.seismic",
    ],
)  # fmt: skip
def test_every_face_is_there(name: str) -> None:
    assert importlib.import_module(f"libseis.mspass.{name}")


@pytest.mark.parametrize(
    "name",
    [
        "ensemble_time_range", "has_live_data", "number_live", "print_metadata", "regularize_sampling",
        "sort_ensemble",
    ],
)  # fmt: skip
def test_the_objects_face_has_the_functions_of_the_other_seismic_module(name: str) -> None:
    assert getattr(seismic, name) is getattr(utilities, name)
