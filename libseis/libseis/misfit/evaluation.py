"""The name of one function evaluation of an inversion: iteration and step count, as paths and tags.

Pyatoa's conventions: `default`, `i01` or `i01/s00` for auxiliary data; `synthetic_i01s00` for waveforms.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .errors import ConfigError

DEFAULT_PATH = "default"
_PATH = re.compile(r"i(\d{2,})(?:/s(\d{2,}))?")


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Iteration (>= 1) and step count (>= 0) of a function evaluation; both None outside an inversion."""

    iteration: int | None = None
    step_count: int | None = None

    def __post_init__(self) -> None:
        if self.iteration is None and self.step_count is not None:
            raise ConfigError("A step_count needs an iteration: give both, or neither.", key="step_count")
        if self.iteration is not None and self.iteration < 1:
            raise ConfigError(f"iteration is {self.iteration}; iterations count from 1.", key="iteration")
        if self.step_count is not None and self.step_count < 0:
            raise ConfigError(f"step_count is {self.step_count}; steps count from 0.", key="step_count")

    @property
    def path(self) -> str:
        """Where its auxiliary data are: `default`, `i01` or `i01/s00`."""
        if self.iteration is None:
            return DEFAULT_PATH
        if self.step_count is None:
            return f"i{self.iteration:02d}"
        return f"i{self.iteration:02d}/s{self.step_count:02d}"

    @property
    def synthetic_tag(self) -> str:
        """The waveform tag of its synthetics."""
        if self.iteration is None:
            return "synthetic"
        return "synthetic_" + self.path.replace("/", "")

    @classmethod
    def from_path(cls, path: str) -> Evaluation:
        """Return the evaluation of a path.

        Parameters
        ----------
        path
            "default", "i01" or "i01/s00".

        Returns
        -------
        Evaluation
            The evaluation.

        Raises
        ------
        ConfigError
            The path has another form.
        """
        if path.strip("/") == DEFAULT_PATH:
            return cls()
        match = _PATH.fullmatch(path.strip("/"))
        if match is None:
            raise ConfigError(f"{path!r} is not an evaluation path; expected default, i01 or i01/s00.", key="path")
        return cls(int(match[1]), None if match[2] is None else int(match[2]))

    def _order(self) -> tuple[int, int]:
        return (
            0 if self.iteration is None else self.iteration,
            -1 if self.step_count is None else self.step_count,
        )

    def previous(self, known: Iterable[Evaluation]) -> Evaluation | None:
        """Return the latest evaluation before this one.

        Parameters
        ----------
        known
            The evaluations to choose from.

        Returns
        -------
        Evaluation | None
            The latest earlier one, or None.
        """
        earlier = [other for other in known if other.iteration is not None and other._order() < self._order()]
        return max(earlier, key=Evaluation._order, default=None)
