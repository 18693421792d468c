"""Configs of a dataset: /AuxiliaryData/Configs/<path>, bool[1], with one attribute per setting, under Pyatoa's flat
names.

Pyatoa passes settings that begin with pyflex_config_ and pyadjoint_config_ to Pyflex and Pyadjoint, so only settings
that these two know have such names. Our own settings, and those of other types of adjoint source, are called window_…
and adjoint_…. An object in HDF5 has at most 64 kB of attributes. So arrays above 8 kB go to
/AuxiliaryData/ConfigArrays/<path>/<name>, and the attribute says where.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import numpy as np

from libseis.asdf.arrays import replace_array
from libseis.asdf.errors import AsdfConflictError, AsdfError
from libseis.asdf.handle import DatasetLike, opened
from libseis.asdf.records import text

from ..settings import SETTINGS_OF_TYPE, AdjointSettings, WindowSettings, plain

if TYPE_CHECKING:
    import h5py

CONFIGS = "Configs"
ARRAYS = "ConfigArrays"
_LARGEST_ATTRIBUTE = 8192  # bytes; a config has about seventy other attributes in the same 64 kB
_POINTER = "@"
WINDOW_PREFIX = "pyflex_config_"
ADJOINT_PREFIX = "pyadjoint_config_"
_OWN_WINDOW, _OWN_ADJOINT = "window_", "adjoint_"
_WINDOW_NAMES = {"weight_function": WINDOW_PREFIX + "window_weight_fct", "edition": _OWN_WINDOW + "edition"}
_SAME_FOR_ALL = {
    "pyflex_preset": "default",
    WINDOW_PREFIX + "resolution_strategy": "interval_scheduling",
    WINDOW_PREFIX + "window_signal_to_noise_type": "amplitude",
    ADJOINT_PREFIX + "double_difference": False,
}


def write_settings(dataset: DatasetLike, path: str, settings: Mapping[str, Any]) -> None:
    """Store the fields of a config at a path (`default`, `i01`, `i01/s00`); an older config there is replaced.

    Raises AsdfConflictError for a config of an iteration beside configs of its steps: `i01` is a dataset or a group.
    """
    import h5py

    iteration, _, step = path.partition("/")
    with opened(dataset, "a") as file:
        auxiliary = file["AuxiliaryData"]
        there = auxiliary.get(f"{CONFIGS}/{iteration}")
        if there is not None and isinstance(there, h5py.Group) != bool(step):
            has = f"configs of steps of {iteration}" if not step else f"one config of all {iteration}"
            raise AsdfConflictError(
                f"A config at {path} cannot stand beside {has}; give a step_count to all of an iteration, or to none.",
                path=f"{CONFIGS}/{path}",
            )
        if f"{ARRAYS}/{path}" in auxiliary:
            del auxiliary[f"{ARRAYS}/{path}"]
        attributes = _attributes(settings)
        for key, value in attributes.items():
            if isinstance(value, np.ndarray) and value.nbytes > _LARGEST_ATTRIBUTE:
                replace_array(auxiliary.require_group(f"{ARRAYS}/{path}"), key, value)
                attributes[key] = f"{_POINTER}{ARRAYS}/{path}/{key}"
        parent, _, name = f"{CONFIGS}/{path}".rpartition("/")
        replace_array(auxiliary.require_group(parent), name, np.array([True]), attributes)


def read_settings(dataset: DatasetLike, path: str, names: Collection[str]) -> dict[str, Any]:
    """The fields of the config at a path (`names`, `window` and `adjoint`); AsdfError if there is no config.

    Configs that Pyatoa wrote are read too.
    """
    with opened(dataset) as file:
        stored = file["AuxiliaryData"].get(f"{CONFIGS}/{path}")
        if stored is None or not hasattr(stored, "shape"):
            raise AsdfError(f"The dataset has no config at {path}.", path=f"{CONFIGS}/{path}")
        return _mapping(file, dict(stored.attrs), names)


def _attributes(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Our own fields flat (None as "None"); window and adjoint settings with their prefixes (None as "")."""
    low, high = settings["min_period"] or 0.0, settings["max_period"] or np.inf
    out: dict[str, Any] = {}
    for name, value in settings.items():
        if name in ("window", "adjoint"):
            continue
        key = "_synthetic_tag" if name == "synthetic_tag" else name
        out[key] = "None" if value is None else plain(value)
    for f in fields(WindowSettings):
        value = getattr(settings["window"], f.name)
        if callable(value):
            value = f"{value.__module__}:{value.__qualname__}"
        key = _WINDOW_NAMES.get(f.name, WINDOW_PREFIX + f.name)
        out[key] = "" if value is None else value if isinstance(value, np.ndarray) else plain(value)
    for f in fields(AdjointSettings):
        prefix = ADJOINT_PREFIX if f.name in SETTINGS_OF_TYPE[settings["adj_src_type"]] else _OWN_ADJOINT
        out[prefix + f.name] = plain(getattr(settings["adjoint"], f.name))
    for prefix in (WINDOW_PREFIX, ADJOINT_PREFIX):
        out |= {prefix + "min_period": low, prefix + "max_period": high}
    return out | _SAME_FOR_ALL | {ADJOINT_PREFIX + "adjsrc_type": str(settings["adj_src_type"])}


def _mapping(file: h5py.File, attributes: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    window_keys = {f.name for f in fields(WindowSettings)} - {"weight_function"}
    adjoint_keys = {f.name for f in fields(AdjointSettings)}
    own_keys = set(names) - {"window", "adjoint"}
    own: dict[str, Any] = {}
    window: dict[str, Any] = {}
    adjoint: dict[str, Any] = {}
    for key, raw in attributes.items():
        value = _value(file, raw)
        if key.startswith((WINDOW_PREFIX, _OWN_WINDOW)):
            name = key.removeprefix(WINDOW_PREFIX).removeprefix(_OWN_WINDOW)
            if name in window_keys:
                window[name] = value
        elif key.startswith((ADJOINT_PREFIX, _OWN_ADJOINT)):
            name = key.removeprefix(ADJOINT_PREFIX).removeprefix(_OWN_ADJOINT)
            if name in adjoint_keys:
                adjoint[name] = value
        elif (name := key.removeprefix("_")) in own_keys:
            own[name] = value
    return {**own, "window": window, "adjoint": adjoint}


def _value(file: h5py.File, raw: Any) -> Any:
    if isinstance(raw, (str, bytes, np.bytes_)):
        word = text(raw)
        if word.startswith(_POINTER):
            return file["AuxiliaryData"][word.removeprefix(_POINTER)][()]
        return None if word in ("None", "") else word
    if isinstance(raw, np.ndarray):
        return [text(item) for item in raw] if raw.dtype == object else raw
    return plain(raw)
