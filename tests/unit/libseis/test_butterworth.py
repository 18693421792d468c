"""One Butterworth design: the filter step, MsPASS's class and the band of misfits give the same samples."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.signal import butter, sosfilt

from libseis import TimeSeries
from libseis.errors import SampleError
from libseis.misfit import Config, MisfitError, Reason
from libseis.misfit.preprocess import band_limited
from libseis.signal.butterworth import Butterworth
from libseis.signal.design import FilterType
from libseis.signal.operators import butterworth_sections
from libseis.steps import StepContext, apply, build

RATE = 20.0


def noise() -> NDArray[np.float64]:
    return np.random.default_rng(7).standard_normal(4000)


def stepped(steps: list[dict[str, object]], x: NDArray[np.float64]) -> NDArray[np.float64]:
    datum = TimeSeries(len(x))
    datum.set_rate(int(RATE))
    datum.data[:] = x
    datum.set_live()
    apply(build(steps), datum, StepContext())
    assert datum.live
    return np.array(datum.data)


@pytest.mark.parametrize(("kind", "corner"), [("lowpass", 0.5), ("highpass", 0.05)])
def test_step_class_and_misfit_agree_bit_for_bit(kind: str, corner: float) -> None:
    x = noise()
    low = kind == "highpass"
    made = Butterworth(True, low, not low, 4, corner, 4, corner, 1 / RATE).apply(x.copy())
    step = stepped([{"filter": {"type": kind, "freq": corner, "corners": 4, "zerophase": True}}], x)
    config = Config(min_period=None if low else 1 / corner, max_period=1 / corner if low else None, filter_corners=4)
    assert np.array_equal(made, step)
    assert np.array_equal(band_limited(x, RATE, config), step)
    sections = butter(4, corner, kind, fs=RATE, output="sos")
    once = sosfilt(sections, x)
    assert np.allclose(step, sosfilt(sections, once[::-1])[::-1], rtol=0, atol=1e-13)


@pytest.mark.parametrize("periods", [(0.05, 100.0), (None, 0.05), (0.1, None)])
def test_a_period_that_the_rate_cannot_show_is_told_of_either_side(
    periods: tuple[float | None, float | None],
) -> None:
    config = Config(min_period=periods[0], max_period=periods[1])
    with pytest.raises(MisfitError, match=r"cannot be had from 20 Hz \(shortest 0.1 s\)") as told:
        band_limited(noise(), RATE, config)
    assert told.value.reason is Reason.UNSUPPORTED_RATE


@pytest.mark.parametrize(
    ("kind", "corners"),
    [
        (FilterType.LOWPASS, (10.0,)),
        (FilterType.HIGHPASS, (0.0,)),
        (FilterType.BANDPASS, (1.0, 10.5)),
        (FilterType.BANDPASS, (2.0, 1.0)),
        (FilterType.BANDSTOP, (float("nan"), 1.0)),
    ],
)
def test_corners_that_cannot_be_had_are_told(kind: FilterType, corners: tuple[float, ...]) -> None:
    with pytest.raises(SampleError, match="corner"):
        butterworth_sections(kind, 4, corners, RATE)
