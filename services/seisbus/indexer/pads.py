"""Padding of a job's windows: what its processing steps need around them, by the rate of the channel."""

from __future__ import annotations

from libseis.codes import Channel

from ..errors import UserError
from ..model.archivejob import ArchiveJob

# For channels without a stated rate: the lowest rates of the SEED band codes in samples per second (SEED manual 2.4,
# appendix A). Rates that the manual calls approximate are a tenth lower here.
_LOWEST_RATES = {"F": 1000.0, "G": 1000.0, "D": 250.0, "C": 250.0, "E": 80.0, "H": 80.0, "S": 10.0, "B": 10.0,
                 "M": 1.0, "L": 0.9, "V": 0.09, "U": 0.009, "R": 0.0001, "P": 0.00001}  # fmt: skip


def slowest_rate(chan: str) -> float:
    """Samples per second of the slowest channel that `chan` (a code, or patterns, comma-separated) may be.

    A wildcard or an unknown band code counts as 1 Hz, the slowest rate of which archives have many channels.
    """
    return min(_LOWEST_RATES.get(pattern.strip()[:1], 1.0) for pattern in chan.split(","))


class Pads:
    """The padding of each channel of a job: what the job says, otherwise what its steps need at the channel's rate.

    UserError for an unknown step or wrong parameters.
    """

    def __init__(self, spec: ArchiveJob) -> None:
        self._given = None if spec.pad is None else (spec.pad.before, spec.pad.after)
        if not spec.steps or self._given is not None:
            self._steps = []
            return
        from libseis.steps import StepError, build

        try:
            self._steps = build(spec.steps)
        except StepError as error:
            raise UserError(f"Job file: steps: {error}") from error

    @property
    def by_rate(self) -> bool:
        """Whether the padding depends on the rate of the channel."""
        return bool(self._steps)

    def __call__(self, channel: Channel, rate: float | None) -> tuple[int, int]:
        """Nanoseconds before and after a window; `rate` is the slowest known rate of the channel (Hz), None if it is
        not known."""
        if self._given is not None:
            return self._given
        if not self._steps:
            return 0, 0
        from libseis.steps import pad_ns

        length = pad_ns(self._steps, rate or slowest_rate(channel.chan or "*"))
        return length, length
