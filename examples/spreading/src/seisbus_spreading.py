"""A step for Seisbus: amplitudes as they would be at a reference distance from the source."""

from __future__ import annotations

import numpy as np

from libseis import Seismogram, TimeSeries
from libseis.steps import Unfit


def spreading(
    datum: TimeSeries | Seismogram, exponent: float = 1.0, reference_km: float = 100.0
) -> TimeSeries | Seismogram:
    """Multiply by (distance / reference) ** exponent: 1 for body waves in a whole space, 0.5 for surface waves.

    The datum comes with all that is known of it: here `distance_km` of its Metadata. What the step puts there,
    `spreading_factor`, is stored with the waveform.
    """
    if not datum.is_defined("distance_km"):
        raise Unfit("the datum has no distance_km in its Metadata: it is of no event", reason="no distance_km")
    factor = (datum["distance_km"] / reference_km) ** exponent
    samples = np.asarray(datum.data)
    samples *= factor
    datum["spreading_factor"] = factor
    return datum
