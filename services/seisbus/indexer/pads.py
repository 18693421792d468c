"""Default padding of a job: what its processing steps need around a window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import UserError

# The lowest rates of the SEED band codes, samples per second (SEED manual 2.4, appendix A); those that the manual
# calls approximate are taken a tenth lower. A pad is made for the slowest channel that a job may meet.
_LOWEST_RATES = {"F": 1000.0, "G": 1000.0, "D": 250.0, "C": 250.0, "E": 80.0, "H": 80.0, "S": 10.0, "B": 10.0,
                 "M": 1.0, "L": 0.9, "V": 0.09, "U": 0.009, "R": 0.0001, "P": 0.00001}  # fmt: skip


def slowest_rate(chan: str) -> float:
    """Samples per second of the slowest channel that a job's `chan` (patterns, comma-separated) may choose.

    A wildcard band code counts as 1 Hz, the slowest that archives keep in quantity.
    """
    return min(_LOWEST_RATES.get(pattern.strip()[:1], 1.0) for pattern in chan.split(","))


def default_pads(steps: Sequence[Mapping[str, object]], chan: str = "*") -> tuple[int, int]:
    """Nanoseconds before and after, for the channels `chan`; UserError for an unknown step or wrong parameters."""
    if not steps:
        return 0, 0
    from libseis.steps import StepError, build, pad  # brings obspy, a second that only such jobs pay

    try:
        length = int(pad(build(steps), slowest_rate(chan)) * 1e9)
    except StepError as error:
        raise UserError(f"Job file: steps: {error}") from error
    return length, length
