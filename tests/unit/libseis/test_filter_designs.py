"""The designs of the step filter against scipy, and their pads: a window gives what the whole gives."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy import signal

from libseis import TimeSeries
from libseis.enums import TimeReferenceType
from libseis.steps import StepError, apply, build

RATE = 40.0
DESIGNS: dict[str, dict[str, Any]] = {
    "butterworth": {"ftype": "butter"},
    "bessel": {"ftype": "bessel_mag"},
    "cheby1": {"ftype": "cheby1", "rp": 1.0},
    "cheby2": {"ftype": "cheby2", "rs": 60.0},
    "elliptic": {"ftype": "ellip", "rp": 1.0, "rs": 60.0},
}
BANDS: dict[str, dict[str, float]] = {
    "lowpass": {"freq": 2.0}, "highpass": {"freq": 0.5}, "bandpass": {"freqmin": 0.5, "freqmax": 4.0},
    "bandstop": {"freqmin": 1.0, "freqmax": 2.0},
}  # fmt: skip


def series(samples: NDArray[np.float64]) -> TimeSeries:
    made = TimeSeries()
    made.set_t0_ns(1_600_000_000 * 10**9)
    made.set_rate(40, 1)
    made.set_tref(TimeReferenceType.UTC)
    made.adopt_data(samples.copy())
    made.set_live()
    return made


def filtered(samples: NDArray[np.float64], **values: Any) -> NDArray[np.float64]:
    (made,) = apply(build([{"filter": values}]), series(samples))
    assert made.live, made.elog.get_error_log()[-1].message
    return np.array(made.data)


@pytest.mark.parametrize("zerophase", [False, True], ids=["once", "zerophase"])
@pytest.mark.parametrize("kind", BANDS)
@pytest.mark.parametrize("design", DESIGNS)
def test_samples_are_those_of_scipy(design: str, kind: str, zerophase: bool) -> None:
    samples = np.random.default_rng(3).normal(size=3000)
    corners = list(BANDS[kind].values())
    sos = signal.iirfilter(
        4, corners if len(corners) > 1 else corners[0], btype=kind, output="sos", fs=RATE, **DESIGNS[design]
    )
    wanted = signal.sosfilt(sos, samples)
    if zerophase:
        wanted = signal.sosfilt(sos, wanted[::-1])[::-1]
    found = filtered(samples, type=kind, design=design, zerophase=zerophase, **BANDS[kind])
    np.testing.assert_allclose(found, wanted, atol=1e-12 * np.abs(wanted).max())


def test_the_default_is_a_butterworth_filter_of_fourth_order() -> None:
    samples = np.random.default_rng(4).normal(size=1000)
    plain = filtered(samples, type="lowpass", freq=2.0)
    np.testing.assert_array_equal(plain, filtered(samples, type="lowpass", freq=2.0, corners=4, design="butterworth"))
    np.testing.assert_allclose(plain, signal.sosfilt(signal.butter(4, 2.0, fs=RATE, output="sos"), samples), atol=1e-12)


@pytest.mark.parametrize("design", DESIGNS)
def test_amplitudes_at_the_corner_and_beyond(design: str) -> None:
    """3 dB down at the corner, or the ripple, or the attenuation, as the documents say."""
    pulse = np.zeros(8000)
    pulse[0] = 1.0
    more = {"ripple": 0.5} if design in ("cheby1", "elliptic") else {}
    more |= {"attenuation": 50.0} if design in ("cheby2", "elliptic") else {}
    found = filtered(pulse, type="lowpass", freq=2.0, corners=5, design=design, **more)
    decibel = -20 * np.log10(np.abs(np.fft.rfft(found)) + 1e-30)
    frequencies = np.fft.rfftfreq(len(pulse), 1 / RATE)
    wanted = {"cheby1": 0.5, "elliptic": 0.5, "cheby2": 50.0}.get(design, 10 * np.log10(2.0))
    assert decibel[np.abs(frequencies - 2.0).argmin()] == pytest.approx(wanted, abs=0.05)
    if design in ("cheby1", "elliptic"):
        assert decibel[frequencies <= 2.0].max() == pytest.approx(0.5, abs=0.01)
    if design in ("cheby2", "elliptic"):
        assert decibel[frequencies > 6.0].min() >= 50.0 - 1e-6


@given(
    design=st.sampled_from(sorted(DESIGNS)), kind=st.sampled_from(sorted(BANDS)), corners=st.integers(1, 8),
    zerophase=st.booleans(),
)  # fmt: skip
def test_a_window_with_its_pad_gives_what_the_whole_gives(
    design: str, kind: str, corners: int, zerophase: bool
) -> None:
    values = {"type": kind, "design": design, "corners": corners, "zerophase": zerophase, **BANDS[kind]}
    (step,) = build([{"filter": values}])
    pad = int(np.ceil(step.pad(RATE) * RATE)) + 1
    samples = np.random.default_rng(5).normal(size=2 * pad + 2 * pad + 400)
    whole = filtered(samples, **values)
    part = filtered(samples[pad : 3 * pad + 400], **values)
    np.testing.assert_allclose(part[pad : pad + 400], whole[2 * pad : 2 * pad + 400], atol=1e-6 * np.abs(whole).max())


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"design": "gauss"}, "design must be one of butterworth, bessel, cheby1, cheby2, elliptic, found 'gauss'"),
        ({"ripple": 1}, "a butterworth filter takes no ripple; cheby1 and elliptic do"),
        ({"design": "cheby1", "attenuation": 40}, "a cheby1 filter takes no attenuation; cheby2 and elliptic do"),
        ({"design": "elliptic", "ripple": 60}, "ripple must be below attenuation, found 60 and 60 dB"),
        ({"design": "cheby1", "ripple": 0}, "ripple must be above 0"),
    ],
)
def test_what_makes_no_filter_is_told(values: dict[str, Any], sentence: str) -> None:
    with pytest.raises(StepError, match=sentence):
        build([{"filter": {"type": "lowpass", "freq": 2.0, **values}}])
