"""The data of a Manager that a figure needs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from obspy.core.event import Event

    from .adjoint import AdjointSource
    from .config import Config
    from .flexwin import Window
    from .geometry import Geometry
    from .pairing import Pairs


class Station(Protocol):
    """The data that a figure shows for one station and event; a Manager has them."""

    config: Config
    event: Event | None

    @property
    def code(self) -> str:
        """NET.STA."""

    @property
    def geometry(self) -> Geometry | None:
        """Distance and azimuths."""

    @property
    def windows(self) -> Mapping[str, tuple[Window, ...]]:
        """Windows by component."""

    @property
    def adjsrcs(self) -> Mapping[str, AdjointSource]:
        """Adjoint sources by component."""

    @property
    def misfit(self) -> float | None:
        """Sum of the components' misfits."""

    @property
    def time_offset_sec(self) -> float | None:
        """Start of the synthetics in seconds after the origin."""

    def preprocessed_pairs(self) -> Pairs:
        """The waveforms."""
