"""Remove the instrument response from a trace, with libseis.obspy.responses.

Evaluated responses are cached for all inventories, because a channel has the same response for every event.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from libseis.codes import Channel
from libseis.errors import DefinitionError
from libseis.signal.design import OutputUnit

from .errors import MisfitError, Reason

if TYPE_CHECKING:
    from obspy import Inventory, Trace

WATER_LEVEL_DB = 60.0
TAPER_FRACTION = 0.05


def remove_response(trace: Trace, inventory: Inventory, output: OutputUnit) -> tuple[str, ...]:
    """Turn counts into ground motion in place: demean, 5 % cosine taper, division with a water level of 60 dB.

    Sets `stats.units` and returns complaints about the metadata.

    MisfitError if the inventory has no usable response for the whole trace, or if it is not for ground motion.
    """
    from libseis.obspy.evaluation import output_units
    from libseis.obspy.responses import Removal, ResponseCache

    stats = trace.stats
    channel = Channel(stats.network, stats.station, stats.location, stats.channel)
    responses = ResponseCache(inventory)
    try:
        epoch = responses.epoch(channel, stats.starttime.timestamp, stats.endtime.timestamp)
        units = output_units(epoch.element.response, output, channel)
        removal = Removal(output, None, WATER_LEVEL_DB, TAPER_FRACTION)
        trace.data, complaints = removal(responses, epoch, np.asarray(trace.data, np.float64), float(stats.delta))
    except DefinitionError as error:
        raise MisfitError(
            f"{trace.id} has no usable response at {stats.starttime}: {error.message.rstrip('.')}.",
            Reason.NO_RESPONSE,
            seed_id=trace.id,
        ) from error
    stats.units = units
    return complaints


def clear_cache() -> None:
    """Forget every evaluated response, to measure a cold start."""
    from libseis.obspy.responses import INVERSES  # this imports obspy

    INVERSES.clear()
