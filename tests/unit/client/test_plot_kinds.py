"""Availability, spectrogram and components: what stands where, with units, and what cannot be drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from libseis.codes import Channel
from seisbus.client.plot import plot
from seisbus.client.plot_kinds import plot_availability, plot_components, plot_spectrogram
from seisbus.client.section import PlotError
from seisbus.client.values import Availability
from seisbus.model.outcome import Ledger
from support.data_objects import ensemble, seismogram, time_series

DAY_NS = 86_400 * 10**9


def row(station: str, day: int, saved: int, planned: int = 10) -> Availability:
    return Availability(Channel("CI", station, "", "BHZ"), day * DAY_NS, Ledger(planned, saved, planned - saved), ())


def test_availability_is_ordered_by_code_and_empty_where_nothing_is_planned(tmp_path: Path) -> None:
    figure = plot_availability([row("B", 18002, 5), row("A", 18000, 10)], path=tmp_path / "a.png")
    axes, bar = figure.axes
    assert [label.get_text() for label in axes.get_yticklabels()] == ["CI.A..BHZ", "CI.B..BHZ"]
    assert [label.get_text() for label in axes.get_xticklabels()] == ["2019-04-14", "2019-04-15", "2019-04-16"]
    shares = np.ma.filled(axes.collections[0].get_array(), np.nan).reshape(2, 3)
    assert np.array_equal(shares, [[100, np.nan, np.nan], [np.nan, np.nan, 50]], equal_nan=True)
    assert bar.get_ylabel() == "Windows that are saved (%)"
    assert axes.collections[0].get_cmap().name == "cividis"
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")
    with pytest.raises(PlotError, match="no window"):
        plot_availability([])


def test_a_spectrogram_has_its_power_at_the_frequency_of_the_wave() -> None:
    time = 0.05 * np.arange(4000)
    figure = plot_spectrogram(time_series(4000, 0.05, data=3 * np.sin(2 * np.pi * 2.5 * time), units="m/s"), window=6.4)
    above, below, bar = figure.axes
    mesh = below.collections[0]
    power = np.asarray(mesh.get_array())
    frequency = np.fft.rfftfreq(128, 0.05)[1:]
    assert frequency[power.mean(axis=1).argmax()] == pytest.approx(2.5, abs=0.1)
    # the variance of the wave is what its density adds up to (Parseval)
    assert (10 ** (power / 10)).sum(axis=0).mean() * frequency[0] == pytest.approx(4.5, rel=0.02)
    assert (above.get_ylabel(), bar.get_ylabel()) == ("Amplitude (m/s)", "Power (dB of (m/s)²/Hz)")
    assert below.get_ylabel() == "Frequency (Hz)" and below.get_xlabel().startswith("UTC, 2020")


def test_components_share_a_scale() -> None:
    figure = plot_components(seismogram(100, units="m"))
    assert [axes.get_title(loc="right") for axes in figure.axes] == ["East", "North", "Up"]
    assert len({axes.get_ylim() for axes in figure.axes}) == 1
    assert figure.axes[1].get_ylabel() == "Amplitude (m)"


def test_what_cannot_be_drawn_is_said() -> None:
    with pytest.raises(PlotError, match="component 0, 1 or 2"):
        plot_spectrogram(seismogram(100))
    assert plot_spectrogram(seismogram(100), component=1)._suptitle.get_text() == "XX.TEST..BHZ, North"  # type: ignore[attr-defined]
    with pytest.raises(PlotError, match="do not fit"):
        plot_spectrogram(time_series(5))
    with pytest.raises(PlotError, match="this is a TimeSeries"):
        plot_components(time_series(100))


def test_a_section_by_code_has_an_order_of_its_own() -> None:
    figure = plot(ensemble(*(time_series(50, sta=name) for name in "CAB")), order="code")
    assert [label.get_text() for label in figure.axes[0].get_yticklabels()] == [f"XX.{name}..BHZ" for name in "ABC"]
    assert "peak" in {text.get_text() for text in figure.axes[0].texts}
