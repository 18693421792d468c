"""Processing steps of Seisbus jobs: named, with checked parameters, recorded in the history of the data.

`build` makes a chain from a job file, `apply` runs it on data, `pad` says how much more data a window needs.
"""

from libseis.signal.design import OutputUnit
from libseis.steps import builtin as _builtin  # noqa: F401 (registers the built-in steps)
from libseis.steps.chain import apply, pad
from libseis.steps.parameters import REQUIRED, Kind, Parameter
from libseis.steps.registry import (
    build,
    definition_of,
    definitions,
    load_user_steps,
    register,
)
from libseis.steps.step import Step, StepContext, StepDefinition, StepError

__all__ = [
    "REQUIRED",
    "Kind",
    "OutputUnit",
    "Parameter",
    "Step",
    "StepContext",
    "StepDefinition",
    "StepError",
    "apply",
    "build",
    "definition_of",
    "definitions",
    "load_user_steps",
    "pad",
    "register",
]
