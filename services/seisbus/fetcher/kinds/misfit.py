"""Misfit jobs: gather the data of a station that are compared."""

from __future__ import annotations

from typing import Final

from ...app import FetcherContext, Service, ServiceKind
from ...bus.topology import consumer_of
from ...model.kinds.misfit import INPUTS
from ...settings import FetcherSettings
from ..misfit_inputs import MisfitInputs

# The data of so many stations are gathered at once; each has its waveforms in memory.
STATIONS_AT_ONCE: Final = 4


class MisfitFetcher(ServiceKind[FetcherSettings]):
    """Inputs of measurements."""

    async def service(self, context: FetcherContext) -> Service:
        """A worker on stations."""
        handle = MisfitInputs(context).handle
        return Service(workers=[context.worker(consumer_of(INPUTS), handle, slots=STATIONS_AT_ONCE)])


KIND: Final = MisfitFetcher()
