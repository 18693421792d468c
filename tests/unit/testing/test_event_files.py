"""Event files show their earthquake: quiet before the predicted P, louder after it, at near stations."""

from __future__ import annotations

import numpy as np

from seisbus.testing.event_files import event_traces
from seisbus.testing.signal import arrivals
from seisbus.testing.spec import OJAI, Preset, preset


def test_p_arrives_when_it_is_predicted() -> None:
    ratios = []
    for trace in event_traces(preset(Preset.DEMO), OJAI, 60):
        _, p_time, _ = arrivals(OJAI, trace.channel.station)
        rate = 1e9 / trace.channel.period_ns
        onset = round(((OJAI.time_ns - trace.start_ns) / 1e9 + p_time) * rate)
        counts = trace.data - np.median(trace.data)
        before, after = counts[: onset - int(rate)], counts[onset : onset + int(10 * rate)]
        ratios.append(after.std() / before.std())
    assert np.median(ratios) > 5
    assert np.mean(np.array(ratios) > 2) > 0.8
