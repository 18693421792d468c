"""What a job's steps and events need, against what is known of the archive: told before anything is planned.

What can never work is refused; what may fail for some windows is a sentence for the job's notes and the dry run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from libseis.steps import Step, build

from ..model.channel import Channel
from ..model.job import LEAST_DEPTH_KM, MOST_DEPTH_KM, JobFileError, JobSpec
from ..planning.plan import touched_days
from ..planning.windows import home_days, windows_of_day
from ..store.index import day_files, day_is_known, described_stations, has_stations
from .context import Context
from .selection import MOST_DAYS, day_name, origins_of

_SHOWN: Final = 5


def check_depths(spec: JobSpec) -> None:
    """JobFileError for an event deeper than any earthquake, or high above the ground: metres were meant."""
    for number, event in enumerate((spec.windows.events.list if spec.windows and spec.windows.events else None) or ()):
        if not LEAST_DEPTH_KM <= event.depth_km <= MOST_DEPTH_KM:
            raise JobFileError(
                f"Job file: windows.events.list.{number}.depth_km is {event.depth_km:g}, expected kilometres from "
                f"{LEAST_DEPTH_KM:g} to {MOST_DEPTH_KM:g}."
            )


def check_reference(spec: JobSpec) -> None:
    """JobFileError for a step that cannot work in a job: what is stored stands at its time."""
    if any("reference" in step for step in spec.steps):
        raise JobFileError(
            "Job file: steps: reference cannot run in a job, since waveforms are stored with their UTC times; apply it "
            "to what you read (ator, or libseis.steps)."
        )


async def step_notes(context: Context, spec: JobSpec) -> list[str]:
    """What the steps will meet on some channels; JobFileError when a step can work on none of those that are known."""
    if spec.window_job is None or not spec.steps:
        return []
    responses = any("remove_response" in step for step in spec.steps)
    if responses and not await has_stations(context.store, spec.archive):
        raise JobFileError(
            f"Job file: steps: remove_response needs station metadata, and none of archive {spec.archive} are known; "
            f"run `seisbus index sync {spec.archive}` first."
        )
    rates = await known_rates(context, spec)
    found = corner_notes(build(spec.steps), rates)
    if responses and rates:
        described = await described_stations(context.store, spec.archive)
        without = sorted({(c.net, c.sta) for c in rates} - described)
        if len(without) == len({(c.net, c.sta) for c in rates}):
            raise JobFileError(
                f"Job file: steps: remove_response needs station metadata, and archive {spec.archive} has none of "
                f"{_some(f'{net}.{sta}' for net, sta in without)}."
            )
        if without:
            names = _some(f"{net}.{sta}" for net, sta in without)
            found.append(f"The archive has no station metadata of {names}: remove_response kills their windows.")
    return found


async def known_rates(context: Context, spec: JobSpec) -> dict[Channel, float | None]:
    """The selected channels of the first known days that the windows touch, with the rates that the index says."""
    origins = await origins_of(context, spec)
    found: dict[Channel, float | None] = {}
    read: set[int] = set()
    for home in home_days(spec, origins):
        for window in windows_of_day(spec, origins, home):
            read.update(touched_days(window.start_ns, window.end_ns - (not window.inclusive_end)))
        if len(read) >= MOST_DAYS:
            break
    for day in sorted(read)[:MOST_DAYS]:
        if await day_is_known(context.store, spec.archive, day_name(day)) is None:
            continue
        async for document in day_files(context.store, spec.archive, day_name(day), spec.select.filter):
            if document["chan"]:
                channel = Channel(document["net"], document["sta"], document["loc"], document["chan"])
                found[channel] = document["sampling_rate"] or found.get(channel)
    return found


def corner_notes(steps: Sequence[Step], rates: Mapping[Channel, float | None]) -> list[str]:
    """Corner frequencies against the rates of the channels, as they are when the step runs.

    A corner that is not below half of any channel's rate is a JobFileError, of some channels' a sentence.
    """
    known = {channel: rate for channel, rate in rates.items() if rate}
    found: list[str] = []
    for step in steps:
        corner = _corner(step)
        if corner is not None:
            bad = {channel for channel, rate in known.items() if corner >= rate / 2}
            if bad:
                by_rate = defaultdict(list)
                for channel in sorted(bad):
                    by_rate[known[channel]].append(str(channel))
                where = "; ".join(f"{rate:g} Hz: {_some(names)}" for rate, names in sorted(by_rate.items()))
                text = f"{step.name} has the corner {corner:g} Hz, which is not below half the sampling rate ({where})"
                if len(bad) == len(known) == len(rates):
                    raise JobFileError(f"Job file: steps: {text}; no selected channel can be processed.")
                found.append(f"{text}: the windows of {len(bad):,} of {len(rates):,} channels will be dead.")
                known = {channel: rate for channel, rate in known.items() if channel not in bad}
        if step.name == "resample":
            known = dict.fromkeys(known, float(step.values["sampling_rate"]))
        elif step.name == "decimate":
            known = {channel: rate / step.values["factor"] for channel, rate in known.items()}
    return found


def _corner(step: Step) -> float | None:
    """The highest frequency that must be below the Nyquist frequency."""
    if step.name == "filter":
        given = [step.values[name] for name in ("freqmin", "freqmax", "freq")]
        return max(float(value) for value in given if value is not None)
    if step.name == "remove_response" and step.values["pre_filt"] is not None:
        return float(step.values["pre_filt"][2])  # beyond it only the flank is cut
    return None


def _some(names: Iterable[str]) -> str:
    listed = list(names)
    more = f" and {len(listed) - _SHOWN:,} more" if len(listed) > _SHOWN else ""
    return ", ".join(listed[:_SHOWN]) + more
