"""The picks of jobs: from the text of a file, or as stored before the job's first day was planned."""

from __future__ import annotations

from collections.abc import Sequence

from ..archive.oddities import Oddities
from ..archive.picks import from_csv, from_quakeml
from ..model.archivejob import ArchiveJob
from ..model.marks import Pick, StationPick
from ..planning.pick_aims import counting
from ..store.documents import StationPickRow
from ..store.rows import kept_rows, rows_of


def given_picks(spec: ArchiveJob, odd: Oddities | None = None) -> list[StationPick] | None:
    """The usable picks of a job's text; None if the job has no text and uses the archive's picks.

    What cannot be read goes to `odd`.

    Raises
    ------
    PickInputError, EventInputError
        The text has no picks at all.
    """
    wanted = spec.windows.picks
    if wanted is None or (wanted.csv is None and wanted.quakeml is None):
        return None
    odd = odd if odd is not None else Oddities("The pick file")
    if wanted.quakeml is not None:
        found = from_quakeml(wanted.quakeml.encode(), odd)
    else:
        found = from_csv((wanted.csv or "").encode(), odd)
    return counting(found, wanted)


def pick_rows(picks: Sequence[StationPick]) -> list[StationPickRow] | bytes:
    """Picks in the form of a job's document."""
    rows: list[StationPickRow] = [
        (p.pick.time_ns, p.net, p.sta, p.loc, p.chan, p.pick.phase, p.pick.id, p.pick.score, p.pick.polarity, p.event)
        for p in picks
    ]
    return kept_rows(rows)


def picks_of_rows(rows: list[StationPickRow] | bytes) -> list[StationPick]:
    """Inverse of `pick_rows`."""
    return [
        StationPick(Pick(phase, time_ns, identity, score, polarity), net, sta, loc, chan, event)
        for time_ns, net, sta, loc, chan, phase, identity, score, polarity, event in rows_of(rows)
    ]
