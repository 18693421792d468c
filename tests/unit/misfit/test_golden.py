"""The published example: windows to the sample, measurements and misfits to 1e-6, with pyadjoint 0.2.3."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest

from libseis.misfit import Config, Edition, Processing, WindowSettings, measure_station
from libseis.misfit.preprocess import gaussian

DOCUMENT = (Path(__file__).parents[3] / "docs" / "howto" / "misfit.md").read_text(encoding="utf-8")
WINDOWS = {
    "E": (477, 2569, 1523, 36, -0.709652824109737, 0.871536711294519, 5.469764400084402),
    "N": (1264, 2569, 1916, 63, -0.8285175950122449, 0.9917618498680395, 3.8827476422333747),
    "Z": (675, 1382, 1028, 0, -0.9033630449733787, 0.9908227270734635, 2.101535004122816),
}
SOURCES = {
    "E": ("BXE", 0.3654680411389007, -4290.4901528333185, 7036.287922006114, 99847.43078944113),
    "N": ("BXN", 1.6199999999999997, -10854.433369021963, 8524.842424055394, 167866.40585115025),
    "Z": ("BXZ", 0.00405, -2800.324990689333, 5216.409932794059, 56742.36616109614),
}


# of Pyatoa 0.4.2 with pyflex 0.2.0 and pyadjoint 0.2.3, from the raw traces: Config(min_period=10, max_period=30),
# preprocess(remove_response=True, output="DISP")
WINDOWS_OF_042 = {
    "E": (978, 2569, 37, -0.7127918385700036, 0.8708750787001716),
    "N": (339, 2569, 64, -0.8410160494408327, 0.9893822479958091),
    "Z": (616, 1386, 0, -0.9062332253516054, 0.9931729650733827),
}
MISFIT_OF_042 = 2.2307581413773225


@pytest.fixture(scope="module")
def measured(published):
    return measure_station(
        Config(processing="pyatoa_2022"), published.st_obs, published.st_syn, published.event, published.inv
    )


def test_every_component_is_measured(measured):
    assert [c.component for c in measured.components] == ["E", "N", "Z"]
    assert measured.refusals == ()
    assert measured.misfit == pytest.approx(1.9895180411389004, rel=1e-6)


@pytest.mark.parametrize("component", "ENZ")
def test_windows(measured, component):
    (found,) = next(c.windows for c in measured.components if c.component == component)
    left, right, center, shift, dlna, max_cc, weight = WINDOWS[component]
    assert (found.left, found.right, found.center, found.cc_shift) == (left, right, center, shift)
    assert found.dlna == pytest.approx(dlna, rel=1e-6)
    assert found.max_cc == pytest.approx(max_cc, rel=1e-6)
    assert found.weight == pytest.approx(weight, rel=1e-6)


@pytest.mark.parametrize("component", "ENZ")
def test_adjoint_sources(measured, component):
    source = next(c.adjoint_source for c in measured.components if c.component == component)
    channel, misfit, low, high, norm = SOURCES[component]
    assert (source.component, source.samples.size, source.dt, source.time_offset) == (channel, 10000, 0.03, -20.0)
    assert source.misfit == pytest.approx(misfit, rel=1e-6)
    assert source.samples.min() == pytest.approx(low, rel=1e-6)
    assert source.samples.max() == pytest.approx(high, rel=1e-6)
    assert np.linalg.norm(source.samples) == pytest.approx(norm, rel=1e-6)


def test_the_source_is_in_forward_time_and_inside_its_window(measured):
    for component in measured.components:
        (window,) = component.windows
        samples = component.adjoint_source.samples
        # pyadjoint rounds the window's start down, so it may begin one sample early
        assert not samples[: window.left - 1].any() and not samples[window.right + 2 :].any()


def test_the_current_release_gives_the_same_windows_and_misfit(published):
    found = measure_station(Config(), published.st_obs, published.st_syn, published.event, published.inv)
    assert found.misfit == pytest.approx(MISFIT_OF_042, rel=1e-8)
    for component in found.components:
        (window,) = component.windows
        left, right, shift, dlna, max_cc = WINDOWS_OF_042[component.component]
        assert (window.left, window.right, window.cc_shift) == (left, right, shift)
        assert (window.dlna, window.max_cc) == pytest.approx((dlna, max_cc), rel=1e-8)


@pytest.mark.parametrize("half_duration", [None, 0.7])
@pytest.mark.parametrize("periods", [(10.0, 30.0), (4.0, 100.0), (None, None)])
def test_the_current_processing_is_what_obspy_makes_of_its_steps(published, periods, half_duration):
    """Response, mean, taper, band-pass, ramp, mean, taper, and a Gaussian only where a half duration is given."""
    config = Config(min_period=periods[0], max_period=periods[1], half_duration=half_duration)
    manager = published.manager(config=config).standardize()
    expected = {"observed": manager.observed.copy(), "synthetic": manager.synthetic.copy()}
    expected["observed"].remove_response(published.inv, output="DISP")
    for stream in expected.values():
        stream.detrend("demean").taper(0.05)
        if periods[0]:
            stream.filter("bandpass", freqmin=1 / periods[1], freqmax=1 / periods[0], corners=2, zerophase=True)
            stream.detrend("simple").detrend("demean").taper(0.05)
    if half_duration:
        n = round(half_duration * expected["synthetic"][0].stats.sampling_rate)
        wavelet = np.exp(-((np.arange(-n, n) / (n / 4)) ** 2)) / (np.sqrt(np.pi) * n / 4)
        for trace in expected["synthetic"]:
            trace.data = np.convolve(trace.data, wavelet, mode="same")
    manager.preprocess()
    for role, stream in expected.items():
        for wanted, trace in zip(stream, getattr(manager, role), strict=True):
            np.testing.assert_allclose(trace.data, wanted.data, rtol=0, atol=1e-9 * abs(wanted.data).max())


def test_half_duration_and_offset(published):
    manager = published.manager().standardize()
    assert manager.time_offset_sec == pytest.approx(-20.0, abs=1e-6)
    from libseis.misfit.geometry import half_duration

    assert half_duration(published.event) == pytest.approx(0.6989458964552759, rel=1e-12)


READINGS = re.findall(r"^\| `(\w+)` \| `(\w+)` \| ([\d.]+) \| (.*) \| (.*) \| (.*) \|$", DOCUMENT, flags=re.MULTILINE)


@pytest.mark.parametrize(("processing", "edition", "misfit", "east", "north", "up"), READINGS)
def test_every_reading_gives_what_the_document_says(published, processing, edition, misfit, east, north, up):
    config = Config(processing=processing, window=WindowSettings(edition=edition))
    found = measure_station(config, published.st_obs, published.st_syn, published.event, published.inv)
    assert found.misfit == pytest.approx(float(misfit), abs=5e-6)
    windows = [", ".join(f"{w.left}-{w.right}" for w in component.windows) for component in found.components]
    assert windows == [east, north, up]


def test_the_document_has_every_reading():
    assert {(processing, edition) for processing, edition, *_ in READINGS} == set(product(Processing, Edition))


@pytest.mark.parametrize(("processing", "centre"), [("pyatoa", -0.5), ("pyatoa_2022", -0.5), ("exact", 0.0)])
def test_source_time_function(processing, centre):
    wavelet = gaussian(0.7, 33.0, Processing(processing))
    taps = np.arange(wavelet.size) - 23  # n = round(0.7 * 33)
    assert wavelet.size == (47 if processing == "exact" else 46)
    assert wavelet.sum() == pytest.approx(1.0, abs=1e-6)
    # numpy centres 2n taps half a sample late, so the wavelet's own centre at tap 0 moves a trace by half a sample
    assert np.sum(taps * wavelet) == pytest.approx(0.0, abs=1e-5)
    assert np.sum(taps * wavelet) - (taps[0] + taps[-1]) / 2 == pytest.approx(-centre, abs=1e-5)


@pytest.mark.parametrize("kind", ["cc_traveltime", "multitaper", "waveform", "convolution", "exponentiated_phase"])
def test_every_kind_of_adjoint_source_is_reachable(published, kind):
    measured = measure_station(
        Config(adj_src_type=kind), published.st_obs, published.st_syn, published.event, published.inv
    )
    assert measured.misfit > 0
    for component in measured.components:
        assert component.adjoint_source.type == kind
        assert component.adjoint_source.samples.any()
        assert sum(component.adjoint_source.window_misfits) == pytest.approx(component.adjoint_source.misfit)
