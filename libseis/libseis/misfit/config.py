"""Config: the settings of a misfit measurement (components, band, windows, misfits), from and to YAML.

A Config checks its values when it is made. `storage.configs` reads and writes it in a dataset.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from libseis.signal.design import OutputUnit

from .errors import ConfigError
from .evaluation import DEFAULT_PATH, Evaluation
from .settings import AdjointSettings, AdjointType, WindowSettings, member, plain

if TYPE_CHECKING:
    from ..asdf.handle import DatasetLike

_UNUSED = {"client", "start_pad", "end_pad", "paths_events", "paths_responses", "paths_synthetics", "paths_waveforms"}


class Processing(StrEnum):
    """How raw traces are processed before they are compared."""

    PYATOA = "pyatoa"
    """The processing of Pyatoa 0.4.2, its current release: mean removed, both ends tapered, band-pass, cleaned again.
    The source time function is used only if the Config has a half duration; components 1, 2, 3 are not rotated.
    """
    PYATOA_2022 = "pyatoa_2022"
    """The processing of the published numbers, exact to the sample: response and source time function by default, an
    early left taper that has no effect, an asymmetric Gaussian of 2n taps.
    """
    EXACT = "exact"
    """The steps of 2022, but the early taper covers the samples before the origin, as was intended, and the Gaussian is
    symmetric, so that it does not shift the data."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Config:
    """One configuration. Periods in s; a period of None leaves that side of the band open.

    component_list: last letters of channel codes, in order. observed_tag, synthetic_tag: waveform tags (a synthetic
    tag of None follows the evaluation). remove_response: from observed traces in counts. half_duration: of the
    source time function in s; None takes the event's, or, with the processing `pyatoa`, none. win_amp_ratio: drop
    windows whose largest |observed| is below this part of the trace's (0 = off). synthetics_only: both traces are
    synthetic, no response. save_to_ds: write results into an attached dataset as they come.
    """

    min_period: float | None = 10.0
    max_period: float | None = 30.0
    filter_corners: int = 2
    iteration: int | None = None
    step_count: int | None = None
    event_id: str | None = None
    component_list: tuple[str, ...] = ("E", "N", "Z")
    observed_tag: str = "observed"
    synthetic_tag: str | None = None
    adj_src_type: AdjointType = AdjointType.CC_TRAVELTIME
    unit_output: OutputUnit = OutputUnit.DISPLACEMENT
    remove_response: bool = True
    half_duration: float | None = None
    rotate_to_rtz: bool = False
    win_amp_ratio: float = 0.0
    synthetics_only: bool = False
    save_to_ds: bool = True
    processing: Processing = Processing.PYATOA
    window: WindowSettings = field(default_factory=WindowSettings)
    adjoint: AdjointSettings = field(default_factory=AdjointSettings)

    def __post_init__(self) -> None:
        put = object.__setattr__
        put(self, "adj_src_type", AdjointType.parse(self.adj_src_type))
        put(self, "unit_output", member(OutputUnit, "unit_output", self.unit_output, without=(OutputUnit.DEFAULT,)))
        put(self, "processing", member(Processing, "processing", self.processing))
        put(self, "component_list", tuple(self.component_list))
        _ = self.evaluation
        for key in ("min_period", "max_period"):
            value = getattr(self, key)
            if value is not None and not (np.isfinite(value) and value > 0):
                raise ConfigError(f"{key} is {value}; a period is a positive number of seconds, or null.", key=key)
        if self.min_period is not None and self.max_period is not None and self.min_period >= self.max_period:
            raise ConfigError(
                f"min_period {self.min_period:g} s is not below max_period {self.max_period:g} s.", key="min_period"
            )
        if self.filter_corners < 1 or int(self.filter_corners) != self.filter_corners:
            raise ConfigError(f"filter_corners is {self.filter_corners}; expected 1, 2, …", key="filter_corners")
        put(self, "filter_corners", int(self.filter_corners))
        if not self.component_list or any(len(c) != 1 for c in self.component_list):
            raise ConfigError("component_list must hold single letters, such as E, N, Z.", key="component_list")
        if not 0 <= self.win_amp_ratio <= 1:
            raise ConfigError("win_amp_ratio is a fraction between 0 and 1.", key="win_amp_ratio")
        if self.half_duration is not None and self.half_duration < 0:
            raise ConfigError("half_duration must not be negative.", key="half_duration")

    @property
    def evaluation(self) -> Evaluation:
        """Iteration and step count together."""
        return Evaluation(self.iteration, self.step_count)

    @property
    def aux_path(self) -> str:
        """Where auxiliary data go: `default`, `i01` or `i01/s00`."""
        return self.evaluation.path

    @property
    def synthetic_waveform_tag(self) -> str:
        """The tag of the synthetics: the configured one, or else the tag of the evaluation."""
        return self.synthetic_tag or self.evaluation.synthetic_tag

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, Any]) -> Config:
        """Make a Config from plain values.

        Pyatoa's keys for gathering data (client, paths) are ignored. Only its editions up to 2022 have such keys. So a
        mapping that has some of them and no processing means `pyatoa_2022`.

        Parameters
        ----------
        mapping
            The Config's own keys with nested `window` and `adjoint`, or Pyatoa's flat form of both.

        Returns
        -------
        Config
            The Config.

        Raises
        ------
        ConfigError
            A key is unknown; the error names it.
        """
        own = {f.name for f in fields(cls)}
        window_keys = {f.name for f in fields(WindowSettings)}
        adjoint_keys = {f.name for f in fields(AdjointSettings)}
        values: dict[str, Any] = {"processing": Processing.PYATOA_2022} if _UNUSED & mapping.keys() else {}
        window: dict[str, Any] = dict(mapping.get("window") or {})
        adjoint: dict[str, Any] = dict(mapping.get("adjoint") or {})
        for key, value in mapping.items():
            if key in ("window", "adjoint") or key in _UNUSED:
                continue
            if key in own:
                values[key] = value
            elif key in window_keys:
                window[key] = value
            elif key in adjoint_keys:
                adjoint[key] = value
            else:
                raise ConfigError(f"Unknown setting {key!r}; see libseis.misfit.Config for the names.", key=key)
        for given, known, group in ((window, window_keys, "window"), (adjoint, adjoint_keys, "adjoint")):
            for key in given.keys() - known:
                raise ConfigError(f"Unknown setting {key!r} in {group}.", key=f"{group}.{key}")
        try:
            return cls(**values, window=WindowSettings(**window), adjoint=AdjointSettings(**adjoint))
        except TypeError as error:
            raise ConfigError(f"A setting has a value of the wrong type: {error}.") from error

    @classmethod
    def from_stored(cls, mapping: Mapping[str, Any]) -> Config:
        """Make a Config of a job or message that was stored.

        Old jobs that name no processing were processed as `pyatoa_2022`. Since `pyatoa` was added, jobs always name it.

        Parameters
        ----------
        mapping
            As of `from_mapping`.

        Returns
        -------
        Config
            The Config.

        Raises
        ------
        ConfigError
            A key is unknown; the error names it.
        """
        return cls.from_mapping({"processing": Processing.PYATOA_2022, **mapping})

    def to_mapping(self) -> dict[str, Any]:
        """The settings as plain values (numbers, strings, lists, nested once) that from_mapping can read."""
        out: dict[str, Any] = {}
        for f in fields(self):
            value = getattr(self, f.name)
            if f.name in ("window", "adjoint"):
                value = {g.name: plain(getattr(value, g.name)) for g in fields(value)}
                value.pop("weight_function", None)
            out[f.name] = plain(value)
        return out

    @classmethod
    def read_yaml(cls, path: str | Path) -> Config:
        """Read a Config from a YAML file.

        Parameters
        ----------
        path
            Name of the file.

        Returns
        -------
        Config
            The Config.

        Raises
        ------
        ConfigError
            The file does not hold a mapping, or has unknown keys.
        """
        import yaml

        try:
            loaded = yaml.safe_load(Path(path).read_text())
        except yaml.YAMLError as error:
            raise ConfigError(f"{path} is no YAML: {error}.") from error
        if not isinstance(loaded, Mapping):
            raise ConfigError(f"{path} must hold a mapping of settings, found {type(loaded).__name__}.")
        return cls.from_mapping(loaded)

    def write_yaml(self, path: str | Path) -> None:
        """Write all settings as YAML, for read_yaml.

        Parameters
        ----------
        path
            Name of the file.
        """
        import yaml

        Path(path).write_text(yaml.safe_dump(self.to_mapping(), sort_keys=False))

    @classmethod
    def read(cls, read_from: str | Path | DatasetLike, path: str = DEFAULT_PATH) -> Config:
        """Read a Config from a YAML file or a dataset.

        Parameters
        ----------
        read_from
            Name of the YAML file, or a dataset.
        path
            Path of the evaluation in the dataset: "default", "i01" or "i01/s00".

        Returns
        -------
        Config
            The Config.
        """
        if isinstance(read_from, (str, Path)) and Path(read_from).suffix in (".yaml", ".yml"):
            return cls.read_yaml(read_from)
        from .storage.configs import read_settings

        return cls.from_mapping(read_settings(read_from, path, {f.name for f in fields(cls)} | _UNUSED))

    def write(self, write_to: str | Path | DatasetLike) -> None:
        """Write this Config to a YAML file or, under its own path, to a dataset.

        Parameters
        ----------
        write_to
            Name of the YAML file, or a dataset.
        """
        if isinstance(write_to, (str, Path)) and Path(write_to).suffix in (".yaml", ".yml"):
            self.write_yaml(write_to)
            return
        from .storage.configs import write_settings

        write_settings(write_to, self.aux_path, {f.name: getattr(self, f.name) for f in fields(self)})
