"""Writes a job file that makes one stored datum again: the same steps and policies for one window of one channel.
Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from libseis.codes import Channel
from libseis.isotime import iso

from .archivejob import ArchiveJob
from .marks import Pick

# These keys say which windows a job has and how it deals with other jobs; the job for one datum gets its own.
_OF_THE_JOB = ("name", "priority", "select", "windows", "expect", "existing", "pad")


_COLUMNS = ("station_id", "phase_time", "phase_type", "phase_score", "phase_polarity", "event_id", "pick_id")


@dataclass(frozen=True, slots=True)
class Made:
    """A datum that was stored.

    `window` is the id of its window, whose times are in nanoseconds since 1970; with `end_excluded` the sample at the
    end does not belong to it. `event` has the keys of an event of a job file; None if no event is known. `phase` is the
    predicted arrival that placed the window, and `picks` are the picked ones. `pad_ns` is the padding before and after
    that the steps got, None if it was not noted.
    """

    window: str
    channel: Channel
    start_ns: int
    end_ns: int
    end_excluded: bool = False
    event_id: str = ""
    event: Mapping[str, Any] | None = None
    phase: str = ""
    picks: tuple[Pick, ...] = ()
    pad_ns: tuple[int, int] | None = None


def again(spec: ArchiveJob, made: Made) -> dict[str, Any]:
    """The content of a job file that makes the datum again.

    It has no data_tag, so the datum is made anew and never mixed with the first. The padding is written out, because
    the padding of a plan depends on the other windows of its job.

    Parameters
    ----------
    spec : ArchiveJob
        The job that stored the datum.
    made : Made
        The datum.

    Returns
    -------
    dict
        Keys in the order of a job file; defaults are left out.
    """
    given = spec.model_dump(mode="json", exclude_defaults=True)
    channel = made.channel
    found: dict[str, Any] = {
        "name": f"again: {made.window}",
        "archive": spec.archive,
        "select": {"net": channel.net, "sta": channel.sta, "loc": channel.loc, "chan": channel.chan},
        "windows": _windows(spec, given["windows"], made),
    }
    found |= {key: value for key, value in given.items() if key not in _OF_THE_JOB and key not in found}
    if spec.steps:
        before, after = made.pad_ns or (0, 0)
        if made.pad_ns is not None:
            found["pad"] = {"before": f"{before / 1e9:.9f}s", "after": f"{after / 1e9:.9f}s"}
        elif "pad" in given:
            found["pad"] = given["pad"]
    output = {key: value for key, value in given.get("output", {}).items() if key != "data_tag"}
    found.pop("output", None)
    return found | ({"output": output} if output else {})


def _windows(spec: ArchiveJob, given: Mapping[str, Any], made: Made) -> dict[str, Any]:
    """One window: relative to its event if that is known, otherwise a span of time."""
    if (events := given.get("events")) is not None:
        rest = {key: events[key] for key in ("model", "start", "end") if key in events}
        if spec.inputs == "event_files":
            return {"events": {"catalog": {"ids": [made.event_id]}, **rest}}
        if made.event is not None:
            if made.phase:
                rest["phase"] = [made.phase]
            return {"events": {"list": [dict(made.event)], **rest}}
    if (picks := given.get("picks")) is not None and made.picks:
        rest = {key: picks[key] for key in ("start", "end") if key in picks}
        return {"picks": {"csv": _csv(made), **rest} | ({"share": True} if len(made.picks) > 1 else {})}
    span: dict[str, Any] = {"start": iso(made.start_ns), "end": iso(made.end_ns)}
    if made.end_excluded:
        span["end_excluded"] = True
    return {"absolute": [span]}


def _csv(made: Made) -> str:
    """The picks of a window as PhaseNet writes them."""
    station = f"{made.channel.net}.{made.channel.sta}"
    rows = [
        [
            station, iso(pick.time_ns), pick.phase, "" if pick.score is None else repr(pick.score), pick.polarity,
            made.event_id, pick.id,
        ]
        for pick in made.picks
    ]  # fmt: skip
    return "".join(f"{','.join(row)}\n" for row in [_COLUMNS, *rows])
