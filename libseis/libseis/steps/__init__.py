"""Processing steps of Seisbus jobs: named, with checked parameters, recorded in the history of the data.

`build` makes a chain from a job file, `apply` runs it on data, `pad` says how much more data a window needs.
"""

from libseis.signal.design import OutputUnit
from libseis.steps import axes as _axes  # noqa: F401 (each of these registers built-in steps)
from libseis.steps import builtin as _builtin  # noqa: F401
from libseis.steps import editing as _editing  # noqa: F401
from libseis.steps import levels as _levels  # noqa: F401
from libseis.steps import response as _response  # noqa: F401
from libseis.steps import times as _times  # noqa: F401
from libseis.steps.chain import apply, pad, pad_ns
from libseis.steps.parameters import REQUIRED, Kind, Parameter
from libseis.steps.registry import (
    build,
    definition_of,
    definitions,
    load_user_steps,
    register,
)
from libseis.steps.step import REASON, Step, StepContext, StepDefinition, StepError, Unfit

__all__ = [
    "REASON",
    "REQUIRED",
    "Kind",
    "OutputUnit",
    "Parameter",
    "Step",
    "StepContext",
    "StepDefinition",
    "StepError",
    "Unfit",
    "apply",
    "build",
    "definition_of",
    "definitions",
    "load_user_steps",
    "pad",
    "pad_ns",
    "register",
]
