"""Default padding of a job: what its processing steps need around a window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ..errors import UserError


def default_pads(steps: Sequence[Mapping[str, object]]) -> tuple[int, int]:
    """Nanoseconds before and after; UserError when a step is unknown or has wrong parameters."""
    if not steps:
        return 0, 0
    from libseis.steps import StepError, build, pad  # brings obspy, a second that only such jobs pay

    try:
        length = int(pad(build(steps)) * 1e9)
    except StepError as error:
        raise UserError(f"Job file: steps: {error}") from error
    return length, length
