"""Other pictures: availability by channel and day, a spectrogram, the three components of a Seismogram."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from libseis.isotime import DAY_NS, iso

from ..extras import extra
from .section import PlotError, component_names, is_utc, label_of, live_members, time_label, trace_of, value_of
from .values import Availability

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_MOST_ROWS: Final = 60  # number of channels that get a label each
_SEGMENTS: Final = 160  # of a spectrogram, if nothing else is asked for
_DAY: Final = 86400.0


def plot_availability(rows: Iterable[Availability], *, title: str = "", path: Path | str | None = None) -> Figure:
    """Draw the share of a job's windows that is saved, by channel and UTC day, as an image.

    `rows` are those of `Client.availability`. Channels are in the order of their codes; a day without windows is empty.
    `path` also writes the picture. PlotError if there are no rows. This needs seisbus[plot].
    """
    from .figures import finished, picture

    found = {(str(row.channel), row.day_ns // DAY_NS): row.ledger for row in rows if row.ledger.planned}
    if not found:
        raise PlotError("There is nothing to draw: no window of a channel is planned.")
    channels = sorted({channel for channel, _ in found})
    first, last = min(day for _, day in found), max(day for _, day in found)
    shares = np.full((len(channels), last - first + 1), np.nan)
    place = {channel: number for number, channel in enumerate(channels)}
    for (channel, day), ledger in found.items():
        shares[place[channel], day - first] = 100 * ledger.saved / ledger.planned
    figure = picture(9.6, float(np.clip(1.8 + 0.2 * len(channels), 3.0, 16.0)), title)
    axes = figure.add_subplot()
    axes.set_facecolor("0.92")
    edges = np.arange(first, last + 2) - 0.5
    image = axes.pcolormesh(
        edges + 0.5, np.arange(len(channels) + 1) - 0.5, shares, cmap="cividis", vmin=0, vmax=100, rasterized=True
    )
    step = -(-len(channels) // _MOST_ROWS)
    axes.set_yticks(np.arange(0, len(channels), step), labels=channels[::step], fontsize=7)
    axes.invert_yaxis()
    days = np.arange(first, last + 1, -(-(last - first + 1) // 8))
    axes.set_xticks(days + 0.5, labels=[iso(int(day) * DAY_NS)[:10] for day in days], fontsize=8)
    axes.set_xlabel("Day (UTC)")
    axes.set_ylabel("Channel")
    bar = figure.colorbar(image, ax=axes, pad=0.01, aspect=30)
    bar.set_label("Windows that are saved (%)", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    return finished(figure, path)


def plot_spectrogram(
    datum: Any,
    *,
    component: int | None = None,
    window: float | None = None,
    title: str = "",
    path: Path | str | None = None,
) -> Figure:
    """Draw a TimeSeries above the power spectral density of short pieces of it, by time and frequency.

    `component` (0, 1 or 2) is that of a Seismogram. `window` is the length of a piece in seconds; pieces overlap by
    half. PlotError for a Seismogram without `component`, and for data of less than eight samples. This needs
    seisbus[plot].
    """
    from .figures import finished, picture

    (member,) = live_members([datum])
    samples = np.asarray(member.data, np.float64)
    name = label_of(member)
    if samples.ndim != 1:
        if component not in (0, 1, 2):
            raise PlotError(
                "This is a Seismogram; a spectrogram shows one of its components: give component 0, 1 or 2."
            )
        samples = samples[component]
        name = f"{name}, {component_names([member])[component]}"
    rate = 1 / member.dt
    size = round(window * rate) if window else 2 ** round(np.log2(max(8, 2 * len(samples) / _SEGMENTS)))
    if len(samples) < 8 or not 8 <= size <= len(samples):
        raise PlotError(f"Pieces of {size:,} samples do not fit {len(samples):,} samples; expected 8 or more in each.")
    figure = picture(9.6, 5.2, title or name)
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=[1, 2.4])
    utc = is_utc([member])
    zero, scale = member.t0, _DAY if utc else 1.0
    trace = trace_of(member, component=component if np.ndim(member.data) == 2 else None)
    above.plot(trace.times / scale, trace.samples, color="0.1", linewidth=0.5, rasterized=True)
    units = trace.units or "counts"
    above.set_ylabel(f"Amplitude ({units})", fontsize=8)
    starts = np.arange(0, len(samples) - size + 1, max(1, size // 2))
    taper = np.hanning(size)
    pieces = np.stack([samples[start : start + size] for start in starts])
    pieces = (pieces - pieces.mean(axis=1, keepdims=True)) * taper
    power = np.abs(np.fft.rfft(pieces, axis=1)) ** 2 * (2 / (rate * (taper**2).sum()))
    decibels = 10 * np.log10(np.maximum(power.T[1:], power[power > 0].min() if (power > 0).any() else 1.0))
    frequency = np.fft.rfftfreq(size, member.dt)[1:]
    times = zero + (starts + size / 2) * member.dt
    shown = np.nanpercentile(decibels, [2, 99.5])
    image = below.pcolormesh(
        times / scale, frequency, decibels, cmap="viridis", vmin=shown[0], vmax=shown[1], shading="nearest",
        rasterized=True,
    )  # fmt: skip
    below.set_ylabel("Frequency (Hz)", fontsize=8)
    bar = figure.colorbar(image, ax=below, pad=0.01, aspect=24)
    bar.set_label(f"Power (dB of ({units})²/Hz)", fontsize=8)
    bar.ax.tick_params(labelsize=7)
    below.set_xlim(zero / scale, (zero + member.dt * (len(samples) - 1)) / scale)
    _times(below, [member], utc=utc)
    for axes in (above, below):
        axes.tick_params(labelsize=8)
    return finished(figure, path)


def plot_components(
    datum: Any, *, title: str = "", phases: Sequence[str] = (), model: str = "iasp91", path: Path | str | None = None
) -> Figure:
    """Draw the three components of a Seismogram below each other, with the same scale and units.

    `phases` are marked at the times that `model` predicts, as in a section. PlotError for a TimeSeries. This needs
    seisbus[plot].
    """
    from libseis.pictures import BLUE, GREEN, VERMILION

    from .arrivals import predicted
    from .figures import finished, picture

    (member,) = live_members([datum])
    if np.ndim(member.data) != 2:
        raise PlotError("Components are drawn of a Seismogram; this is a TimeSeries.")
    figure = picture(9.6, 5.4, title or label_of(member))
    frames = figure.subplots(3, 1, sharex=True, sharey=True)
    utc = is_utc([member])
    scale = _DAY if utc else 1.0
    names = component_names([member])
    marks = predicted([member], phases, model)
    units = str(value_of(member, "units") or "counts")
    for number, (axes, name, colour) in enumerate(zip(frames, names, (BLUE, GREEN, VERMILION), strict=True)):
        trace = trace_of(member, component=number)
        axes.plot(trace.times / scale, trace.samples, color=colour, linewidth=0.6, rasterized=True)
        axes.set_title(name, loc="right", fontsize=9, fontweight="bold")
        axes.grid(color="0.88", linewidth=0.5)
        axes.tick_params(labelsize=8)
        for mark in marks:
            at = float(mark.times[0])
            if trace.times[0] <= at <= trace.times[-1]:
                axes.axvline(at / scale, color="0.25", linewidth=0.9, linestyle=(0, (4, 2)))
                axes.annotate(mark.phase, (at / scale, 0.97), xycoords=axes.get_xaxis_transform(), xytext=(3, 0),
                              textcoords="offset points", va="top", fontsize=8)  # fmt: skip
    frames[1].set_ylabel(f"Amplitude ({units})")
    frames[-1].set_xlim(member.t0 / scale, (member.t0 + member.dt * (member.npts - 1)) / scale)
    _times(frames[-1], [member], utc=utc)
    return finished(figure, path)


def _times(axes: Axes, members: Sequence[Any], *, utc: bool) -> None:
    """Label the time axis: a clock with the date, or the zero of the seconds."""
    if not utc:
        axes.set_xlabel(time_label(members))
        return
    with extra("plot"):
        from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    locator = AutoDateLocator(minticks=4, maxticks=8)  # type: ignore[no-untyped-call]
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))  # type: ignore[no-untyped-call]
    axes.set_xlabel(f"UTC, {iso(int(members[0].t0) * 1_000_000_000)[:10]}")
