"""The Metadata of a gather and of its members, which are a table."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from libseis.extras import extra
from libseis.mspass.seismic.ensemblearrays import Labels, labels_of
from libseis.objects.metadata import Metadata

with extra("gather"):
    import pandas as pd

SHIFT = "starttime_shift"
# The gather keeps these about itself; members do not get them.
_OWN = frozenset(("is_live", "is_utc", "dt", SHIFT))


class LabelledGather:
    """The part of a gather that keeps its Metadata."""

    size: int
    member_metadata: Any
    _labels: dict[str, Any]
    _columns: list[Any] | None

    def live(self, j: int) -> bool:
        """Return whether a member is live.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        bool
            The answer.
        """
        return bool(self.member_metadata["is_live"].iloc[j])

    def dead(self, j: int) -> bool:
        """Return whether a member is dead.

        Parameters
        ----------
        j
            Number of the member.

        Returns
        -------
        bool
            The answer.
        """
        return not self.live(j)

    def column_values(self) -> list[Any]:
        """Return the names of the members; by default their numbers."""
        return list(range(self.size)) if self._columns is None else self._columns

    def set_column_values(self, x: list[Any]) -> None:
        """Give the members names, such as their distances.

        Parameters
        ----------
        x
            A value for each member.

        Raises
        ------
        TypeError
            It is not a list.
        ValueError
            It has another length.
        """
        if not isinstance(x, list):
            raise TypeError(f"column values must be a list, found {type(x).__name__}")
        if len(x) != self.size:
            raise ValueError(f"the gather has {self.size} members, found {len(x)} column values")
        self._columns = copy.deepcopy(x)

    def get_metadata(self, j: int, return_type: str = "dict") -> Any:
        """Return the Metadata of a member.

        Parameters
        ----------
        j
            Number of the member.
        return_type
            "dict" or "metadata".

        Returns
        -------
        dict or Metadata
            A copy.

        Raises
        ------
        TypeError
            `return_type` has another value.
        """
        found = {key: copy.deepcopy(self.member_metadata[key].iloc[j]) for key in self.member_metadata.columns}
        return _as(found, return_type)

    def set_metadata(self, j: int, md: Labels) -> None:
        """Replace the Metadata of a member.

        Parameters
        ----------
        j
            Number of the member.
        md
            The new Metadata. Names that only other members have are then missing in this one.
        """
        self._put_row(j, labels_of(md))

    def edit_metadata(self, j: int, md: Labels) -> None:
        """Add to the Metadata of a member.

        Parameters
        ----------
        j
            Number of the member.
        md
            Values to add or to change.
        """
        self._put_row(j, self.get_metadata(j) | labels_of(md))

    def _put_row(self, j: int, row: dict[str, Any]) -> None:
        table = [self.get_metadata(k) for k in range(len(self.member_metadata))]
        table[j] = row
        names = dict.fromkeys((*self.member_metadata.columns, *row))
        self.member_metadata = pd.DataFrame({name: [r.get(name, np.nan) for r in table] for name in names})

    def ensemble_metadata(self, return_type: str = "dict") -> Any:
        """Return the Metadata of the gather.

        Parameters
        ----------
        return_type
            "dict" for the very ones, "metadata" for a copy.

        Returns
        -------
        dict or Metadata
            The Metadata.

        Raises
        ------
        TypeError
            `return_type` has another value.
        """
        return _as(self._labels, return_type)

    def sync_metadata(self) -> None:
        """Give each member a copy of the Metadata of the gather, except is_live, is_utc, dt and starttime_shift."""
        for key, value in self._labels.items():
            if key not in _OWN:
                column = pd.Series([copy.deepcopy(value) for _ in range(len(self.member_metadata))], dtype=object)
                self.member_metadata[key] = column.infer_objects()


def _as(values: dict[str, Any], return_type: str) -> Any:
    if return_type not in ("dict", "metadata"):
        raise TypeError(f'return_type must be "dict" or "metadata", found {return_type!r}')
    return values if return_type == "dict" else Metadata(values)
