"""docs/reference/steps.md says of every step what the code says, and has a step for every algorithm on one datum."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from pathlib import Path

import pytest
import yaml

from libseis.mspass import algorithms
from libseis.steps import build, definitions
from libseis.steps.marks import EDGE_KEYS, REFERENCE_KEYS
from support.step_tables import section_of

TEXT = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "steps.md").read_text()
# what makes no datum of one: several data, numbers, arrays, settings and bases of classes
NO_STEPS = {
    "ScalingMethod",
    "BandwidthData",
    "EstimateBandwidth",
    "BandwidthStatistics",
    "seed_ensemble_sort",
    "Skew",
    "Policy",
    "BundleSEEDGroup",
    "bundle_seed_data",
    "Executioner",
    "merge",
    "repair_overlaps",
    "splice_segments",
    "MetadataOperator",
    "Orientation",
    "orientation",
    "BasicResampler",
    "correlate",
    "correlate_template",
    "correlate_stream_template",
    "correlation_detector",
    "templates_max_similarity",
    "xcorr_3c",
    "xcorr_max",
    "xcorr_pick_correction",
    "save_snr_arrival",
    "visualize_qcdata",
    "MTPowerSpectrumEngine",
    "ScalarDecon",
    "LeastSquareDecon",
    "WaterLevelDecon",
    "MultiTaperXcorDecon",
    "MultiTaperSpecDivDecon",
    "TimeDomainLeastSquareDecon",
    "TimeDomainIterativeDecon",
    "CNRDeconEngine",
    "RFdeconProcessor",
    "CNRArrayDecon",
}
# functions on what was saved: by spectra, with many results
AFTER_THE_JOB = {
    "FD_snr_estimator",
    "arrival_snr",
    "broadband_snr_QC",
    "filter_by_snr_bandwidth",
    "RFdecon",
    "CNRRFDecon",
}  # fmt: skip


def sections() -> dict[str, str]:
    """Name of a step -> its section, up to the next heading."""
    parts = re.split(r"^(?=##+ )", TEXT, flags=re.MULTILINE)
    return {part[4 : part.index("\n")]: part.strip() for part in parts if part.startswith("### ")}


def test_every_step_and_no_other_is_documented() -> None:
    assert set(sections()) == set(definitions())


@pytest.mark.parametrize("name", definitions())
def test_every_parameter_is_documented_with_values_default_and_unit(name: str) -> None:
    assert sections()[name] == section_of(definitions()[name])


def test_the_example_is_a_chain() -> None:
    (text,) = re.findall(r"```yaml\n(.*?)```", TEXT, flags=re.DOTALL)
    assert len(build(yaml.safe_load(text)["steps"])) == 7


def test_marks_are_those_of_the_code() -> None:
    table = re.findall(r"^\| `(\w+)` \| `(\w+)` \| [^|]*\|$", TEXT, flags=re.MULTILINE)
    assert dict(table) == REFERENCE_KEYS | EDGE_KEYS


def test_every_algorithm_on_one_datum_has_a_step() -> None:
    names = set()
    for found in pkgutil.iter_modules(algorithms.__path__):
        module = importlib.import_module(f"{algorithms.__name__}.{found.name}")
        names |= {
            name
            for name, value in vars(module).items()
            if not name.startswith("_")
            and (inspect.isfunction(value) or inspect.isclass(value))
            and value.__module__ == module.__name__
        }
    table = TEXT[TEXT.index("## For users of MsPASS") :]
    rows = re.findall(r"^\| (`.*?) \| (`.*) \|$", table, flags=re.MULTILINE)
    documented = {name for left, _ in rows for name in re.findall(r"`(\w+)`", left)}
    others = NO_STEPS | AFTER_THE_JOB
    assert documented | others == names and not documented & others
    told = TEXT[TEXT.index("No steps are") :].partition("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", told)) == AFTER_THE_JOB
    steps = {name for _, right in rows for name in re.findall(r"`(\w+)`", right)} - {"level", "weights"}
    assert steps <= set(definitions())
