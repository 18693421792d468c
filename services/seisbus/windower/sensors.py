"""Windows of sensors: three channels are cut like any others, bundled into Seismograms, and processed if asked. Pure.

Log lines about a channel have its code. A problem of the sensor decides the outcome of the window.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from libseis.codes import Channel, Sensor
from libseis.errors import SampleError
from libseis.objects.seismogram import Seismogram
from libseis.segments import CutReason, GapPolicy
from libseis.segments.components import Components, common

from ..model.handovers import (
    LogLine,
    ObjectRecords,
    OutcomeBatch,
    SeismogramPiece,
    Severity,
    Source,
    WindowOrder,
    WindowOutcome,
)
from ..model.normalized import Known
from ..model.outcome import Fate, Reason
from ..model.task import Window
from .channels import Decoded, decoded
from .cutting import batch_of, missing_or, sources_of, take
from .members import Member, named
from .orientations import OrientationError, Orientations, absent, matrix_of
from .origins import with_origin
from .packing import Work, dead

if TYPE_CHECKING:
    from libseis.steps import StepContext

_COMPONENTS = 3
# Reasons of channels that have no data in the window at all.
_NOTHING = frozenset({CutReason.NO_DATA.value, CutReason.NO_DATA_IN_WINDOW.value})
# The components of a whole window may differ by one sample at each edge, because their clocks may differ.
_EDGES = 2


def cut_sensors(order: WindowOrder, work: Work | None, stations: StepContext | None, known: Known) -> OutcomeBatch:
    """Outcomes of all windows of a part whose items are sensors, as `cutting.cut_part` gives them for channels. `known`
    has the epochs of the channels."""
    groups, orientations = _decoded(order), Orientations(known.receivers)
    sources = sources_of(order)

    def outcome_of(window: Window) -> WindowOutcome:
        data = _data_of(Sensor.of(window.channel), groups)
        members = [_member(window, one, order, stations) for one in data]
        return _Bundling(window, order, work, orientations, sources).outcome(members)

    return batch_of(order, outcome_of)


@dataclass(frozen=True, slots=True)
class _Data:
    """The decoded records of a channel, and their objects."""

    channel: Channel
    inputs: Sequence[ObjectRecords]
    found: Decoded


_Groups = dict[Channel | None, tuple[list[ObjectRecords], Decoded]]


def _decoded(order: WindowOrder) -> _Groups:
    """Decode the objects of each channel together; objects with many channels are decoded together too."""
    groups: dict[Channel | None, list[ObjectRecords]] = {}
    for read in order.inputs:
        groups.setdefault(read.ref.channel, []).append(read)
    return {channel: (inputs, decoded(inputs, order.recipe.overlap)) for channel, inputs in groups.items()}


def _data_of(sensor: Sensor, groups: _Groups) -> list[_Data]:
    """The data of a sensor's channels, in order of their codes."""
    data: list[_Data] = []
    for channel, (inputs, found) in groups.items():
        if channel is None or set("*?,") & set(channel.chan):  # an object of many channels
            data += [_Data(source, inputs, found) for source in found.joined if Sensor.of(source) == sensor]
        elif Sensor.of(channel) == sensor:
            data.append(_Data(channel, inputs, found))
    return sorted(data, key=lambda one: one.channel)


@dataclass(frozen=True, slots=True)
class _Ended:
    """A channel without samples for the window, and why."""

    channel: Channel
    end: WindowOutcome


def _member(window: Window, data: _Data, order: WindowOrder, stations: StepContext | None) -> Member | _Ended:
    taken = take(replace(window, channel=data.channel), data.found, (), order.recipe, stations)
    if isinstance(taken, WindowOutcome):
        return _Ended(data.channel, missing_or(taken, data.inputs))
    return Member(data.channel, taken)


class BundleError(Exception):
    """No Seismogram can be made of a window. `reason` is for the ledger, `detail` is a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


class _Bundling:
    """The Seismograms of one window."""

    def __init__(
        self,
        window: Window,
        order: WindowOrder,
        work: Work | None,
        orientations: Orientations,
        sources: tuple[Source, ...],
    ) -> None:
        self._window = window
        self._recipe = order.recipe
        self._work = work
        self._orientations = orientations
        self._sources = sources
        self._log: list[LogLine] = []

    def outcome(self, channels: Sequence[Member | _Ended]) -> WindowOutcome:
        """The outcome of the window."""
        self._log = list(dict.fromkeys(itertools.chain.from_iterable(map(_lines, channels))))
        members = [one for one in channels if isinstance(one, Member)]
        ended = [one for one in channels if isinstance(one, _Ended)]
        if (end := self._end(members, ended)) is not None:
            return end
        try:
            axes = self._axes(members)
            bundles = self._bundles(members)
        except (BundleError, OrientationError) as error:
            return dead(self._window, str(error.reason), error.detail, self._log, self._sources)
        units = self._units(members)
        if self._work is not None:
            from .sensor_steps import processed  # brings obspy, which only jobs with steps pay for

            return processed(
                self._window, members, bundles, axes, units, self._recipe, self._work, self._log, self._sources
            )
        made = tuple(_piece(bundle, axes, units) for bundle in bundles)
        made = with_origin(made, self._window, self._sources, self._recipe)
        return WindowOutcome(self._window, Fate.SAVED, seismograms=made, log=tuple(self._log), sources=self._sources)

    def _tell(self, text: str) -> None:
        self._log.append(LogLine("windower", text, Severity.COMPLAINT))

    # -- which channels ---------------------------------------------------------------------------

    def _end(self, members: Sequence[Member], ended: Sequence[_Ended]) -> WindowOutcome | None:
        """The outcome if the channels do not make a sensor of three components; None if they do.

        If three channels have data in the window, a further channel without data is not part of the sensor at that
        time.
        """
        partly = [one for one in ended if one.end.fate is Fate.DEAD and one.end.reason not in _NOTHING]
        if len(members) + len(partly) > _COMPONENTS:
            names = sorted([*(m.channel.chan for m in members), *(e.channel.chan for e in partly)])
            detail = (
                f"{self._window.channel} has {len(names)} channels with data here, {', '.join(names)}; "
                "a Seismogram has three, which select.chan can name."
            )
            return dead(self._window, Reason.SURPLUS_CHANNEL.value, detail, self._log, self._sources)
        if len(members) == _COMPONENTS:
            return None
        if len(members) + len(ended) < _COMPONENTS:
            return self._lacks(sorted([*(m.channel for m in members), *(e.channel for e in ended)]))
        gone = [one for one in ended if one.end.fate is Fate.MISSING]
        told = gone or partly or ended
        detail = " ".join(f"{one.channel.chan}: {one.end.detail}" for one in told)
        reason = told[0].end.reason
        if gone:
            return WindowOutcome(self._window, Fate.MISSING, reason, detail)
        return dead(self._window, reason, detail, self._log, self._sources)

    def _lacks(self, known: Sequence[Channel]) -> WindowOutcome:
        window = self._window
        described = self._orientations.channels(Sensor.of(window.channel), window.start_ns, window.end_ns)
        names = " and ".join(channel.chan for channel in known) or "no channel"
        lacks = f", and no {text}" if (text := absent(known, described)) else ""
        detail = f"The archive has {names} of {window.channel}{lacks}; a Seismogram needs three components."
        return WindowOutcome(window, Fate.MISSING, Reason.LACKS_COMPONENT.value, detail)

    # -- bundling ---------------------------------------------------------------------------------

    def _axes(self, members: Sequence[Member]) -> tuple[float, ...]:
        """The transformation matrix of the sensor, row by row."""
        found = [
            self._orientations.orientation(
                member.channel, member.taken.cut.pieces[0].t0_ns, member.taken.cut.pieces[-1].end_ns
            )
            for member in members
        ]
        axes, told = matrix_of([member.channel for member in members], found)
        if told:
            self._tell(told)
        return tuple(axes.ravel().tolist())

    def _bundles(self, members: Sequence[Member]) -> list[Components]:
        """The stretches of the window in which all three components have data, by time."""
        bundles: list[Components] = []
        problem: SampleError | None = None
        for trio in itertools.product(*(member.taken.cut.pieces for member in members)):
            try:
                bundles.append(common([named(s, m.channel) for s, m in zip(trio, members, strict=True)]))
            except SampleError as error:
                problem = error
        if not bundles:
            assert problem is not None
            reason = CutReason.MIXED_RATES.value if problem.what == "dt" else Reason.TIME_BASES.value
            raise BundleError(reason, problem.message)
        for text in _uneven(bundles):
            self._tell(text)
        if self._recipe.gaps != GapPolicy.SPLIT:
            _check_lengths(bundles[0])
        return sorted(bundles, key=lambda bundle: bundle.t0_ns)

    def _units(self, members: Sequence[Member]) -> str:
        found = sorted({member.taken.units for member in members})
        if len(found) == 1:
            return found[0]
        self._tell(f"The components are in several units ({', '.join(unit or 'unknown' for unit in found)}).")
        return ""


def _lines(one: Member | _Ended) -> list[LogLine]:
    """The log of a channel, with its code in each line."""
    log = one.taken.log if isinstance(one, Member) else one.end.log
    code = one.channel.chan
    return [line if code in line.message else replace(line, message=f"{code}: {line.message}") for line in log]


def _uneven(bundles: Sequence[Components]) -> dict[str, None]:
    """Sentences on what is lost when all components get one start and one rate."""
    told = [found.message for b in bundles for segment in b.segments if (found := segment.uneven())]
    return dict.fromkeys([*told, *(text for bundle in bundles if (text := bundle.skew_text))])


def _check_lengths(bundle: Components) -> None:
    """BundleError where components of a whole window are not equally long."""
    count = bundle.data.shape[1]
    if max(segment.npts for segment in bundle.segments) - count > _EDGES:
        told = ", ".join(f"{segment.channel.chan} {segment.npts:,}" for segment in bundle.segments)
        detail = f"The components are not equally long: {told} samples, {count:,} in common."
        raise BundleError(Reason.TIME_BASES.value, detail)


def _piece(bundle: Components, axes: tuple[float, ...], units: str) -> SeismogramPiece:
    shell = Seismogram()
    shell.tmatrix = list(axes)  # which sets the flags as MsPASS does
    return SeismogramPiece(
        channels=tuple(segment.channel for segment in bundle.segments),
        t0_ns=bundle.t0_ns,
        rate_numerator=bundle.rate.numerator,
        rate_denominator=bundle.rate.denominator,
        samples=bundle.data,
        tmatrix=axes,
        axes=axes,
        cardinal=shell.cardinal(),
        orthogonal=shell.orthogonal(),
        units=units,
        skew=bundle.skews,
    )
