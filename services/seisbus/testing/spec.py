"""ArchiveSpec: days, channels, events and defects of an archive to make; and the presets.

Which stations and channels follow from a spec is `stations`; making them is `make`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from enum import StrEnum

from seisbus.archive.definition import DayCut
from seisbus.errors import UserError

NS = 1_000_000_000
DAY_NS = 86400 * NS


class Defect(StrEnum):
    """Defects of day files; each is put into one file. `defects` defines what each one does."""

    GAP_OUTSIDE = "gap_outside"
    GAP_INSIDE = "gap_inside"
    GAP_COVERING = "gap_covering"
    GAP_START = "gap_start"
    MANY_GAPS = "many_gaps"
    EMPTY = "empty"
    TRUNCATED_BEFORE = "truncated_before"
    TRUNCATED_INSIDE = "truncated_inside"
    CORRUPT_HEADER = "corrupt_header"
    CORRUPT_PAYLOAD = "corrupt_payload"
    ZERO_BLOCK = "zero_block"
    JUNK_UNALIGNED = "junk_unaligned"
    MIXED_RECLEN = "mixed_reclen"
    OUT_OF_ORDER = "out_of_order"
    ROTATED = "rotated"
    OVERLAP_DUP = "overlap_dup"
    OVERLAP_CONFLICT = "overlap_conflict"
    MISSING = "missing"
    UNINDEXED = "unindexed"
    WRONG_HEADER = "wrong_header"
    LATE_START = "late_start"
    EARLY_END = "early_end"
    TCORR = "tcorr"
    ZERO_SAMPLES = "zero_samples"
    FLOAT32 = "float32"
    STEIM1_4096 = "steim1_4096"
    SPILL = "spill"


ALL_DEFECTS = tuple(Defect)


class ArchiveSpecError(UserError):
    """An archive that cannot be made in this way.

    Parameters
    ----------
    entry
        Name of what is wrong.
    problem
        What is wrong.
    """

    def __init__(self, entry: str, problem: str) -> None:
        super().__init__(f"Cannot make the archive: {entry} {problem}")
        self.entry = entry


@dataclass(frozen=True, slots=True)
class Quake:
    """An earthquake in the generated waveforms and catalogs: degrees, kilometres."""

    evid: str
    time_ns: int
    lat: float
    lon: float
    depth_km: float
    mag: float
    mag_type: str

    @property
    def day(self) -> date:
        """The UTC day of the origin time."""
        return datetime.fromtimestamp(self.time_ns // NS, UTC).date()


# Tohoku with the origin time of the MsPASS tutorial, the place and size of the USGS catalog, and an id of
# our own; Ojai, whose event file the tutorial fetches, with its id, time and place in the SCEDC catalog.
TOHOKU = Quake("90110001", 1299822383_200000000, 38.297, 142.373, 29.0, 9.1, "w")
OJAI = Quake("39645386", 1692567660_830000000, 34.409, -119.185, 4.8, 5.08, "w")


@dataclass(frozen=True, slots=True)
class RateShare:
    """A share of the channels at one rate (Hz); `band` is the SEED band code that goes with it."""

    rate: float
    band: str
    share: float

    def __post_init__(self) -> None:
        period = self.period_ns
        whole = NS % period == 0 or period % NS == 0
        if not whole or abs(NS / period - self.rate) > 1e-9 * self.rate:
            raise ArchiveSpecError("rate", f"is {self.rate:g} Hz, expected whole hertz or whole seconds a sample.")

    @property
    def period_ns(self) -> int:
        """The time between two samples."""
        return max(1, round(NS / self.rate)) if self.rate > 0 else 1


@dataclass(frozen=True, slots=True)
class Axis:
    """An axis of a sensor: the last letter of its channel's code, and where it points by the FDSN's angles, degrees.

    Azimuth from north, dip down from the horizontal; None where the StationXML does not state it.
    """

    letter: str
    azimuth: float | None
    dip: float | None


ENZ = (Axis("E", 90.0, 0.0), Axis("N", 0.0, 0.0), Axis("Z", 0.0, -90.0))


@dataclass(frozen=True, slots=True)
class Mount:
    """How a sensor stands, a channel an axis; from `turned_ns` (epoch ns) on as `after` says, in another epoch."""

    axes: tuple[Axis, ...] = ENZ
    turned_ns: int | None = None
    after: tuple[Axis, ...] = ()

    def __post_init__(self) -> None:
        if not self.axes or (self.turned_ns is not None and len(self.after) != len(self.axes)):
            raise ArchiveSpecError("mounts", "must have an axis at least, and as many after a turn as before.")


MIX_DEMO = (RateShare(1, "L", 0.44), RateShare(40, "B", 0.50), RateShare(100, "H", 0.06))
MIX_LONG = (RateShare(1, "L", 0.5), RateShare(0.1, "V", 0.5))
MIX_BENCH = (RateShare(1, "L", 0.10), RateShare(40, "B", 0.40), RateShare(100, "H", 0.50))


@dataclass(frozen=True, slots=True)
class ArchiveSpec:
    """An archive to make. Same spec, same bytes.

    `hours` limits every day to [first, last) hours; `window` (ns, ns) is the time that defects are placed
    about, by default the hour from 100 s after the first quake, as the job of the tutorial cuts it.
    `event_traces` is the number of channels in the event file. `templates` (a multiple of 3 keeps the
    components apart) makes that many distinct waveforms a rate and gives each channel of the rate one of
    them with an offset of its own: an archive of a whole network in minutes. `real` adds the waveforms
    that installed packages ship. `day_cut` "record" cuts days between records, as most archives do: the
    last record of a day goes on into the next one. `mounts` says how the first sensors stand; all others point east,
    north and up. `skewed` gives each channel of a sensor a clock of its own; else they share that of their datalogger.
    """

    seed: int = 1
    days: tuple[date, ...] = (TOHOKU.day,)
    channels: int = 12
    mix: tuple[RateShare, ...] = MIX_DEMO
    defects: tuple[Defect, ...] = ()
    hours: tuple[float, float] = (0.0, 24.0)
    quakes: tuple[Quake, ...] = (TOHOKU,)
    window: tuple[int, int] | None = None
    event_traces: int = 30
    templates: int | None = None
    real: bool = True
    bucket: str = "scedc-pds"
    day_cut: DayCut = DayCut.SAMPLE
    mounts: tuple[Mount, ...] = ()
    skewed: bool = False

    def __post_init__(self) -> None:
        if not self.days or len(set(self.days)) != len(self.days):
            raise ArchiveSpecError("days", "must be at least one, each once.")
        if self.channels < 1:
            raise ArchiveSpecError("channels", f"is {self.channels}, expected at least 1.")
        first, last = self.hours
        if not 0 <= first < last <= 24:
            raise ArchiveSpecError("hours", f"is {first:g} to {last:g}, expected a span within 0 to 24.")
        if self.templates is not None and self.templates < 1:
            raise ArchiveSpecError("templates", f"is {self.templates}, expected at least 1 a rate.")
        if self.defects:
            if self.day_cut is not DayCut.SAMPLE:
                raise ArchiveSpecError("defects", "are placed in days that are cut at the sample only.")
            self._check_window()

    def _check_window(self) -> None:
        # the defects need room for records before, inside and after the window
        start, end = self.defect_window
        cover_start, cover_end = self.cover(min(self.days))
        if start - cover_start < 1200 * NS or cover_end - end < 1200 * NS or end - start < 1800 * NS:
            raise ArchiveSpecError(
                "window",
                "for defects must last 30 min at least, inside the hours of the first day, 20 min from their ends.",
            )

    @property
    def defect_window(self) -> tuple[int, int]:
        """The time about which defects are placed, in epoch ns."""
        if self.window is not None:
            return self.window
        day_start, _ = self.cover(min(self.days))
        for quake in self.quakes:
            if quake.day == min(self.days):
                return quake.time_ns + 100 * NS, quake.time_ns + 3700 * NS
        middle = day_start + int((self.hours[1] - self.hours[0]) * 1800) * NS
        return middle - 1800 * NS, middle + 1800 * NS

    def cover(self, day: date) -> tuple[int, int]:
        """Return the span of a day that has data.

        Parameters
        ----------
        day
            The day.

        Returns
        -------
        tuple[int, int]
            First and last time in ns since 1970.
        """
        start = (day - date(1970, 1, 1)).days * DAY_NS
        return start + int(self.hours[0] * 3600) * NS, start + int(self.hours[1] * 3600) * NS


class Preset(StrEnum):
    """Ready-made specs: `tiny` for tests, `demo` for a first look, `bench` for measurements."""

    TINY = "tiny"
    DEMO = "demo"
    BENCH = "bench"


_PRESETS = {
    Preset.TINY: ArchiveSpec(channels=12, hours=(4.5, 8.0), event_traces=30),
    Preset.DEMO: ArchiveSpec(channels=165, defects=ALL_DEFECTS, event_traces=450),
    Preset.BENCH: ArchiveSpec(channels=200, mix=MIX_BENCH, templates=6, real=False),
}


def preset(name: Preset, **changes: object) -> ArchiveSpec:
    """A preset with changes by field name; `defects` add channels that they need unless `channels` is given."""
    base = _PRESETS[name]
    defects = changes.get("defects", base.defects)
    if "channels" not in changes and isinstance(defects, tuple):
        changes["channels"] = max(base.channels, 2 * len(defects) + 12)
    return replace(base, **changes)  # type: ignore[arg-type]
