"""Checks, before planning, what a job's steps and events need against what is known of the archive.

A job that can never work is refused. If it may fail for some windows, a sentence for its notes and the dry run says so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from dataclasses import dataclass

from libseis.codes import Channel
from libseis.epochs import of_document
from libseis.isotime import DAY_NS
from libseis.steps import build

from ..app.aiming import aims_of
from ..app.events import origins_of
from ..app.picks import given_picks
from ..errors import JobFileError
from ..model.archivejob import ArchiveJob
from ..model.windows import LEAST_DEPTH_KM, MOST_DEPTH_KM
from ..planning.corners import corner_notes, pad_notes, some
from ..store.index import (
    channel_epochs,
    channels_without_response,
    described_stations,
    has_stations,
    rates_of_days,
    unread_responses,
)
from .context import CallContext
from .selection import day_name


def check_depths(spec: ArchiveJob) -> None:
    """JobFileError for an event deeper than any earthquake or high above the ground, whose depth is probably in
    metres."""
    for number, event in enumerate((spec.windows.events.list if spec.windows.events else None) or ()):
        if event.depth_km is not None and not LEAST_DEPTH_KM <= event.depth_km <= MOST_DEPTH_KM:
            raise JobFileError(
                f"Job file: windows.events.list.{number}.depth_km is {event.depth_km:g}, expected kilometres from "
                f"{LEAST_DEPTH_KM:g} to {MOST_DEPTH_KM:g}."
            )


async def step_notes(context: CallContext, spec: ArchiveJob) -> list[str]:
    """Sentences on problems of the steps on some channels; JobFileError if a step cannot work on any known channel."""
    if not spec.steps:
        return []
    responses = any("remove_response" in step for step in spec.steps)
    if responses and not await has_stations(context.store, spec.archive):
        raise JobFileError(
            f"Job file: steps: remove_response needs station metadata, and none of archive {spec.archive} are known; "
            f"run `seisbus index sync {spec.archive}` first."
        )
    known = await known_rates(context, spec)
    steps = build(spec.steps)
    highest = {channel: rates.highest for channel, rates in known.items()}
    lowest = {channel: rates.lowest for channel, rates in known.items()}
    indexed = all(rates.indexed for rates in known.values())
    # a step can never work only if it fails at the highest rate of every channel
    corner_notes(steps, highest, refuse=indexed)
    found = corner_notes(steps, lowest, refuse=False)
    if spec.pad is not None:
        found += pad_notes(steps, lowest, (spec.pad.before / 1e9, spec.pad.after / 1e9))
    if responses:
        found += await response_notes(
            context, spec.archive, set(known), "steps: remove_response", "kills their windows"
        )
    return found


async def response_notes(context: CallContext, archive: str, wanted: set[Channel], what: str, effect: str) -> list[str]:
    """Sentences on stations without metadata in the archive, and channels without a response; JobFileError if that is
    all of them. `what` needs the metadata; `effect` says what happens without them."""
    if not wanted:
        return []
    described = await described_stations(context.store, archive)
    stations = {(c.net, c.sta) for c in wanted}
    without = sorted(stations - described)
    if len(without) == len(stations):
        raise JobFileError(
            f"Job file: {what} needs station metadata, and archive {archive} has none of "
            f"{some(f'{net}.{sta}' for net, sta in without)}; run `seisbus index sync {archive}` if it is newer."
        )
    found: list[str] = []
    if without:
        names = some(f"{net}.{sta}" for net, sta in without)
        found.append(f"The archive has no station metadata of {names}: {what.rpartition(' ')[2]} {effect}.")
    silent = sorted(wanted & await channels_without_response(context.store, archive))
    if len(silent) == len(wanted):
        raise JobFileError(
            f"Job file: {what} needs responses, and the station metadata of archive {archive} have none of "
            f"{some(map(str, silent))}."
        )
    if silent:
        names = some(map(str, silent))
        found.append(f"The station metadata have no response of {names}: {what.rpartition(' ')[2]} {effect}.")
    if unread := sorted(wanted & await unread_responses(context.store, archive)):
        found.append(
            f"The responses of {some(map(str, unread))} cannot be read (the notes of `seisbus index sync {archive}` "
            f"say why): {what.rpartition(' ')[2]} {effect}."
        )
    return found


@dataclass(frozen=True, slots=True)
class KnownRates:
    """The lowest and the highest known rate (Hz) of a channel on the days of a job, None if no rate is known; and
    whether a listing or an index has the channel, or only station metadata."""

    lowest: float | None
    highest: float | None
    indexed: bool = True


async def known_rates(context: CallContext, spec: ArchiveJob) -> dict[Channel, KnownRates]:
    """The selected channels of all known days that the windows touch, with their rates from the index, otherwise from
    station metadata. If no day is known, the channels of the metadata."""
    picks = await asyncio.to_thread(given_picks, spec) or ()  # the archive's phase files have not been read yet
    days = (await asyncio.to_thread(aims_of, spec, await origins_of(context.store, spec), None, picks)).days()
    wanted = spec.select.filter
    rates, known_days = await rates_of_days(context.store, spec.archive, [day_name(day) for day in days], wanted)
    found: dict[Channel, KnownRates] = {}
    if days and (not known_days or any(not any(of) for of in rates.values()) or not rates):
        start_ns, end_ns = days[0] * DAY_NS, (days[-1] + 1) * DAY_NS
        stated: dict[Channel, set[float]] = {}
        async for epoch in channel_epochs(context.store, spec.archive, wanted):
            if of_document(epoch).overlaps(start_ns, end_ns):
                channel = Channel(epoch["net"], epoch["sta"], epoch["loc"], epoch["chan"])
                stated.setdefault(channel, set()).add(epoch["sample_rate"] or 0.0)
        if not rates:
            found = {c: _known(of, indexed=False) for c, of in stated.items()}
        rates = {c: of if any(of) else stated.get(c, of) for c, of in rates.items()}
    return found | {channel: _known(of, indexed=True) for channel, of in rates.items()}


def _known(rates: Collection[float], *, indexed: bool) -> KnownRates:
    stated = [rate for rate in rates if rate]
    return KnownRates(min(stated, default=None), max(stated, default=None), indexed)
