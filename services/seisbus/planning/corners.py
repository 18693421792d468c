"""Checks a job's steps against the sampling rates of its channels: corner frequencies, new rates, pads. Pure.

If a step cannot work for any channel, that is a JobFileError; if it fails for some, a sentence names them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from libseis.codes import Channel
from libseis.segments import Rate
from libseis.steps import Step, pad

from ..errors import JobFileError

_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class _At:
    """A channel when a step runs: its rate then, and its lowest rate so far (Hz); there is no signal above half of
    that."""

    rate: float
    lowest: float


def corner_notes(steps: Sequence[Step], rates: Mapping[Channel, float | None], *, refuse: bool = True) -> list[str]:
    """Compare corner frequencies and new rates with the rates (Hz) that the channels have when the step runs.

    It is a JobFileError (with `refuse`) if a corner is not below half the rate for any channel, or a band is above the
    signal of every channel. If this holds for some channels only, a sentence says so. A rate of None is not known.
    """
    known = {channel: _At(rate, rate) for channel, rate in rates.items() if rate}
    everybody = len(rates)
    found: list[str] = []
    for step in steps:
        corner = _corner(step)
        if corner is not None:
            bad = {c for c, at in known.items() if corner >= at.rate / 2}
            if bad:
                where = _where(known, bad, lambda at: at.rate)
                text = f"{step.name} has the corner {corner:g} Hz, which is not below half the sampling rate ({where})"
                if refuse and len(bad) == len(known) == everybody:
                    raise JobFileError(f"Job file: steps: {text}; no selected channel can be processed.")
                found.append(f"{text}: the windows of {len(bad):,} of {everybody:,} channels will be dead.")
                known = {channel: at for channel, at in known.items() if channel not in bad}
        found += _band_notes(step, known, everybody, refuse=refuse)
        if step.name == "resample":
            found += _upwards(step, known, everybody)
        elif step.name == "decimate":
            found += _apart(step, known)
        known = {c: _At(new := step.rate(at.rate), min(at.lowest, new)) for c, at in known.items()}
    return found


def _band_notes(step: Step, known: Mapping[Channel, _At], everybody: int, *, refuse: bool) -> list[str]:
    """Notes on a filter whose corners are above half the lowest rate that the data had: interpolated samples hold no
    signal there."""
    if step.name != "filter":
        return []
    kind = step.values["type"]
    low = step.values["freqmin"] if kind == "bandpass" else step.values["freq"] if kind == "highpass" else None
    if low is not None:
        empty = {c for c, at in known.items() if low >= at.lowest / 2}
        if empty:
            where = _where(known, empty, lambda at: at.lowest)
            text = f"{step.name} passes what is above {low:g} Hz, where the data hold no signal (sampled at {where})"
            if refuse and len(empty) == len(known) == everybody:
                raise JobFileError(f"Job file: steps: {text}; nothing would be left of any selected channel.")
            return [f"{text}: nothing is left of {len(empty):,} of {everybody:,} channels."]
    high = max(float(v) for name in ("freqmin", "freqmax", "freq") if (v := step.values[name]) is not None)
    idle = {c for c, at in known.items() if at.lowest < at.rate and high >= at.lowest / 2}
    if not idle:
        return []
    where = _where(known, idle, lambda at: at.lowest)
    return [
        f"{step.name} has the corner {high:g} Hz above all signal of {len(idle):,} of {everybody:,} channels, which "
        f"were resampled upwards (sampled at {where})."
    ]


def _upwards(step: Step, known: Mapping[Channel, _At], everybody: int) -> list[str]:
    new = float(step.values["sampling_rate"])
    # from a measured rate (99.99 Hz) to its nominal one, the step only makes the times even
    up = {c for c, at in known.items() if new > at.rate and not _alike(new, at.rate)}
    if not up:
        return []
    where = _where(known, up, lambda at: at.rate)
    return [
        f"resample to {new:g} Hz is above the sampling rate of {len(up):,} of {everybody:,} channels ({where}): it "
        "makes no signal above half of that."
    ]


def _apart(step: Step, known: Mapping[Channel, _At]) -> list[str]:
    """Notes on a step that divides the rate: channels with different nominal rates still have different ones
    afterwards."""
    new: dict[float, list[str]] = defaultdict(list)
    for channel, at in sorted(known.items()):
        nominal = Rate.from_hz(at.rate).nominal
        new[(at.rate if nominal is None else nominal.hz) / step.values["factor"]].append(str(channel))
    if len(new) < 2:
        return []
    texts = "; ".join(f"{rate:g} Hz: {some(names)}" for rate, names in sorted(new.items()))
    return [f"decimate leaves the channels at several rates ({texts}); resample brings all to one."]


def pad_notes(steps: Sequence[Step], rates: Mapping[Channel, float | None], given_s: tuple[float, float]) -> list[str]:
    """Notes on a pad of the job file (seconds before and after) that is shorter than the steps need at a channel's
    rate."""
    short: dict[float, list[str]] = defaultdict(list)
    for channel, rate in sorted(rates.items()):
        if rate and (needed := pad(steps, rate)) > min(given_s):
            short[needed].append(str(channel))
    if not short:
        return []
    texts = "; ".join(f"{seconds:.6g} s: {some(names)}" for seconds, names in sorted(short.items()))
    return [
        f"pad is {given_s[0]:g} s before and {given_s[1]:g} s after, less than the steps want ({texts}): samples near "
        "the windows' edges feel it."
    ]


def _alike(one: float, other: float) -> bool:
    nominal = Rate.from_hz(other).nominal
    return Rate.from_hz(one).alike(Rate.from_hz(other)) or (nominal is not None and nominal.hz == one)


def _corner(step: Step) -> float | None:
    """The highest frequency that must be below the Nyquist frequency."""
    if step.name == "filter":
        given = [step.values[name] for name in ("freqmin", "freqmax", "freq")]
        return max(float(value) for value in given if value is not None)
    if step.name == "remove_response" and step.values["pre_filt"] is not None:
        return float(step.values["pre_filt"][2])  # above it only the filter's flank is cut off
    return None


def _where(known: Mapping[Channel, _At], chosen: Iterable[Channel], rate_of: Callable[[_At], float]) -> str:
    by_rate = defaultdict(list)
    for channel in sorted(chosen):
        by_rate[rate_of(known[channel])].append(str(channel))
    return "; ".join(f"{rate:g} Hz: {some(names)}" for rate, names in sorted(by_rate.items()))


def some(names: Iterable[str]) -> str:
    """The first few of some names, and how many more there are."""
    listed = list(names)
    more = f" and {len(listed) - _SHOWN:,} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
