"""Misfit jobs: what is compared of a station is gathered."""

from __future__ import annotations

from typing import Final

from ...app import FetcherContext, Service, ServiceKind
from ...bus.topology import consumer_of
from ...model.kinds.misfit import INPUTS
from ...settings import FetcherSettings
from ..misfit_inputs import MisfitInputs

# Stations to measure that are gathered side by side; each holds its waveforms in memory.
STATIONS_AT_ONCE: Final = 4


class MisfitFetcher(ServiceKind[FetcherSettings]):
    """Inputs of measurements."""

    async def service(self, context: FetcherContext) -> Service:
        """A worker on stations."""
        handle = MisfitInputs(context).handle
        return Service(workers=[context.worker(consumer_of(INPUTS), handle, slots=STATIONS_AT_ONCE)])


KIND: Final = MisfitFetcher()
