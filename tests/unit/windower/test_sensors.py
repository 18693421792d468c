"""Windows of sensors: three channels become a Seismogram, or the window has a reason that names what is wrong.

Rotations are computed here with numpy; orientations are those of channel documents, as StationXML gives them.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from libseis import TimeSeries
from libseis.codes import Channel
from libseis.isotime import DAY_NS
from libseis.mseed import encode
from libseis.mspass.algorithms.bundle import BundleSEEDGroup
from libseis.segments import Rate, Segment
from libseis.segments.timeseries import segment_to_timeseries
from libseis.steps import StepContext
from seisbus.bus.codec import decode_outcomes, encode_outcomes
from seisbus.model.handovers import ObjectRecords, SeismogramPiece, WindowOrder, WindowOutcome
from seisbus.model.normalized import Known, Receiver
from seisbus.model.outcome import Fate
from seisbus.model.task import ObjectRef, Recipe, Window
from seisbus.store.normalized import receiver_value
from seisbus.windower.packing import Work
from seisbus.windower.processing import Chain
from seisbus.windower.sensors import cut_sensors

NS = 1_000_000_000
DAY = 15_044 * DAY_NS  # 2011-03-11
START = DAY + 3600 * NS
RATE = Rate(20)
NPTS = 20 * 600
Counts = NDArray[np.int32]

ENZ = {"E": (90.0, 0.0), "N": (0.0, 0.0), "Z": (0.0, -90.0)}
# a borehole sensor that was found to stand 37.5 degrees clockwise from north
BOREHOLE = {"1": (37.5, 0.0), "2": (127.5, 0.0), "Z": (0.0, -90.0)}
# the three axes of an STS-2, 120 degrees apart, 35.26 degrees above the horizon
GALPERIN = {"U": (90.0, -35.2644), "V": (330.0, -35.2644), "W": (210.0, -35.2644)}


def channel(letter: str) -> Channel:
    return Channel("XX", "ABC", "", f"BH{letter}")


def document(letter: str, azimuth: float | None, dip: float | None, **more: Any) -> dict[str, Any]:
    vang = None if dip is None else dip + 90.0
    codes = {"_id": letter, "net": "XX", "sta": "ABC", "loc": "", "chan": f"BH{letter}"}
    return {**codes, "lat": 0.0, "lon": 0.0, "elev": 0.0, "hang": azimuth, "vang": vang, **more}


def orientations(axes: Mapping[str, tuple[float | None, float | None]]) -> Known:
    return known_of(document(letter, *where) for letter, where in axes.items())


def known_of(documents: Iterable[Mapping[str, Any]]) -> Known:
    receivers: dict[Channel, list[Receiver]] = {}
    for one in map(receiver_value, documents):
        receivers.setdefault(one.channel, []).append(one)
    return Known(receivers)


def noise(letter: str, npts: int = NPTS) -> Counts:
    return np.random.default_rng(ord(letter)).integers(-2000, 2000, npts).astype(np.int32)


def segment(letter: str, first: int = 0, npts: int = NPTS, late_ns: int = 0, rate: Rate = RATE) -> Segment:
    start = START + rate.span_ns(first) + late_ns
    return Segment(channel(letter), start, rate, noise(letter)[first : first + npts])


def read(letter: str, *segments: Segment, missing: str = "") -> ObjectRecords:
    ref = ObjectRef("a", "" if missing else f"BH{letter}.ms", day_ns=DAY, channel=channel(letter), missing=missing)
    if missing:
        return ObjectRecords(ref, missing=missing)
    data = b"".join(encode(one, reclen=512) for one in segments)
    return ObjectRecords(ref, "etag", (0, len(data)), data, waveform_records=len(data) // 512)


def outcome(
    reads: Sequence[ObjectRecords],
    known: Known,
    recipe: Recipe | None = None,
    window: tuple[float, float] = (60.0, 180.0),
    steps: Sequence[Mapping[str, object]] = (),
) -> WindowOutcome:
    """The window's end after a way over the bus."""
    wanted = Window("j.1", channel("?"), START + int(window[0] * NS), START + int(window[1] * NS), True)
    order = WindowOrder("j", "j.t", 1, 1, 0, 1, tuple(reads), (wanted,), recipe or Recipe(components=3))
    work = Work(Chain(steps), StepContext()) if steps else None
    (found,) = decode_outcomes(encode_outcomes(cut_sensors(order, work, None, known))).outcomes
    return found


def three(letters: str = "ENZ") -> list[ObjectRecords]:
    return [read(letter, segment(letter)) for letter in letters]


def unit(azimuth: float, dip: float) -> NDArray[np.float64]:
    """East, north and up of an axis by the FDSN's angles (dip counts down from the horizontal)."""
    a, d = np.radians(azimuth), np.radians(dip)
    return np.array([np.cos(d) * np.sin(a), np.cos(d) * np.cos(a), -np.sin(d)])


def saved(found: WindowOutcome) -> SeismogramPiece:
    assert (found.fate, found.reason) == (Fate.SAVED, ""), found
    (piece,) = found.seismograms
    assert not found.pieces
    return piece


@pytest.mark.parametrize("axes", [ENZ, BOREHOLE, GALPERIN], ids=["ENZ", "borehole", "Galperin"])
def test_three_channels_become_a_seismogram_whose_axes_are_the_stationxmls(
    axes: Mapping[str, tuple[float, float]],
) -> None:
    letters = sorted(axes)
    found = outcome(list(reversed(three("".join(letters)))), orientations(axes))
    piece = saved(found)
    assert [c.chan for c in piece.channels] == [f"BH{letter}" for letter in letters]
    assert (piece.t0_ns, piece.npts) == (START + 60 * NS, 2401)
    assert piece.samples.dtype == np.int32
    for row, letter in zip(piece.samples, letters, strict=True):
        assert np.array_equal(row, noise(letter)[1200:3601])
    expected = np.array([unit(*axes[letter]) for letter in letters])
    assert np.allclose(np.reshape(piece.tmatrix, (3, 3)), expected, atol=1e-12)
    assert piece.axes == piece.tmatrix
    assert piece.cardinal == (axes is ENZ)
    assert piece.units == "counts"
    assert [s.key for s in found.sources] == [f"BH{letter}.ms" for letter in reversed(letters)]
    assert not found.log


def test_a_vertical_that_counts_down_is_taken_as_such_and_said() -> None:
    found = outcome(three(), orientations(ENZ | {"Z": (0.0, 90.0)}))
    assert np.array_equal(np.reshape(saved(found).tmatrix, (3, 3)), [[1, 0, 0], [0, 1, 0], [0, 0, -1]])
    (line,) = found.log
    assert "BHZ counts down as positive" in line.message


def test_samples_that_are_taken_at_other_times_are_said_and_stay() -> None:
    """As libseis's bundle does it: less than half a sample apart is one time."""
    late = {"E": 0, "N": 12_000_000, "Z": -8_000_000}
    segments = {letter: segment(letter, late_ns=late[letter]) for letter in late}
    found = outcome([read(letter, segments[letter]) for letter in "ENZ"], orientations(ENZ))
    piece = saved(found)
    assert piece.skew == (0.0, 0.012, -0.008)
    (line,) = found.log
    assert "BHN +12 ms (+0.24 samples), BHZ -8 ms (-0.16 samples)" in line.message
    for row, letter in zip(piece.samples, "ENZ", strict=True):
        first = int(np.flatnonzero(noise(letter) == row[0])[0])
        assert np.array_equal(row, noise(letter)[first : first + piece.npts])
        assert abs(segments[letter].time_ns(first) - piece.t0_ns) <= 25_000_000


@pytest.mark.parametrize("late", list(itertools.product((-8_000_000, 0, 12_000_000), repeat=2)))
def test_bundles_are_those_of_libseis(late: tuple[int, int]) -> None:
    """BundleSEEDGroup on TimeSeries of the same samples gives the same Seismogram."""
    segments = [segment("E", 3, 4000), segment("N", 0, 4007, late[0]), segment("Z", 5, 3990, late[1])]
    found = outcome(
        [read(one.channel.chan[-1], one) for one in segments],
        orientations(ENZ),
        Recipe("split", components=3),
        (0, 600),
    )
    piece = saved(found)
    series: list[TimeSeries] = []
    for one, (azimuth, dip) in zip(segments, ENZ.values(), strict=True):
        series.append(segment_to_timeseries(one, {"channel_hang": azimuth, "channel_vang": dip + 90.0}))
    expected = BundleSEEDGroup(series)
    assert expected.live
    assert np.array_equal(piece.samples, np.asarray(expected.data))
    assert (piece.t0_ns, piece.npts) == (expected.t0_ns, expected.npts)
    assert list(piece.tmatrix) == expected.tmatrix.ravel().tolist()
    skew = expected["component_skew"] if expected.is_defined("component_skew") else []
    assert list(piece.skew) == pytest.approx(skew, abs=1e-9)


BROKEN = [segment("N", 0, 2000), segment("N", 2600, NPTS - 2600)]


@pytest.mark.parametrize(
    ("reads", "axes", "reason", "told"),
    [
        (three("EZ"), ENZ, "lacks_component", "BHE and BHZ of XX.ABC..BH?, and no BHN"),
        (three("Z"), {"Z": ENZ["Z"]}, "lacks_component", "and no BHE and BHN, or BH1 and BH2"),
        ([*three("EZ"), read("N", missing="not_listed")], ENZ, "not_listed", "BHN: a file of XX.ABC..BHN"),
        ([*three("EZ"), read("N", *BROKEN)], ENZ, "gap", "BHN: The window has 1 span without data"),
        ([*three("EZ"), read("N", segment("N", 0, 40))], ENZ, "no_data_in_window", "BHN: There are data"),
        (three("ENZ1"), ENZ | {"1": (0.0, 0.0)}, "surplus_channel", "4 channels with data here, BH1, BHE, BHN, BHZ"),
        (three(), ENZ | {"N": (0.0, None)}, "no_orientation", "XX.ABC..BHN"),
        (three(), {"E": ENZ["E"], "Z": ENZ["Z"]}, "no_orientation", "XX.ABC..BHN"),
        (three(), {}, "no_orientation", "XX.ABC..BHE"),
        (three(), ENZ | {"E": (270.0, 0.0)}, "left_handed", "BHE azimuth 270"),
        (three("12Z"), BOREHOLE | {"2": (307.5, 0.0)}, "left_handed", "BH2 azimuth 307.5"),
        (three("UVW"), GALPERIN | {"V": GALPERIN["W"], "W": GALPERIN["V"]}, "left_handed", "BHV azimuth 210"),
        (three(), ENZ | {"N": (90.0, 0.0)}, "coplanar", "BHN azimuth 90"),
        ([*three("EN"), read("Z", segment("Z", rate=Rate(20, 1001)))], ENZ, "mixed_rates", "BHZ"),
    ],
    ids=lambda value: value if isinstance(value, str) and " " not in value else "",
)  # fmt: skip
def test_what_makes_no_seismogram_has_a_reason_that_names_it(
    reads: list[ObjectRecords], axes: dict[str, Any], reason: str, told: str
) -> None:
    if reason == "mixed_rates":
        reads[-1] = read("Z", Segment(channel("Z"), START, Rate(10), noise("Z", 6000)))
    found = outcome(reads, orientations(axes))
    assert (found.reason, bool(found.seismograms or found.pieces)) == (reason, False)
    assert told in found.detail
    assert found.fate is (Fate.MISSING if reason in ("lacks_component", "not_listed") else Fate.DEAD)
    if found.fate is Fate.DEAD:
        assert found.log[-1].message == f"{reason}: {found.detail}"


def test_a_channel_without_data_beside_three_others_is_no_part_of_the_sensor() -> None:
    """The week in which a station went from BH1 and BH2 to BHE and BHN has files of all five."""
    old = [read(letter, segment(letter, 0, 40)) for letter in "12"]
    found = outcome([*old, *three()], orientations(ENZ | BOREHOLE))
    assert [c.chan for c in saved(found).channels] == ["BHE", "BHN", "BHZ"]


def test_two_epochs_inside_a_window_are_a_reason_where_the_sensor_was_turned() -> None:
    turned = START + 120 * NS
    known = [document(letter, *where) for letter, where in ENZ.items() if letter != "E"]
    before = document("E", 90.0, 0.0, start_ns=START - NS, end_ns=turned)
    after = document("E", 92.0, 0.0, start_ns=turned, end_ns=None)
    found = outcome(three(), known_of([*known, before, after]))
    assert found.reason == "epoch_change"
    assert "XX.ABC..BHE" in found.detail
    assert "azimuth 90°, dip 0°, then azimuth 92°" in found.detail
    same = known_of([*known, before, after | {"hang": 90.0}])
    assert saved(outcome(three(), same)).cardinal
    late = outcome(three(), known_of([*known, before, after]), window=(121.0, 180.0))
    assert np.allclose(saved(late).tmatrix[:3], unit(92.0, 0.0))
    early = outcome(three(), known_of([*known, before, after]), window=(60.0, 119.0))
    assert saved(early).cardinal


def test_gaps_are_split_where_any_component_has_one() -> None:
    reads = [*three("EZ"), read("N", *BROKEN)]
    found = outcome(reads, orientations(ENZ), Recipe("split", components=3), window=(60.0, 180.0))
    assert found.fate is Fate.SAVED
    first, second = found.seismograms
    assert (first.t0_ns, first.npts) == (START + 60 * NS, 2000 - 1200)
    assert (second.t0_ns, second.npts) == (START + 130 * NS, 3601 - 2600)
    for piece, begin in ((first, 1200), (second, 2600)):
        for row, letter in zip(piece.samples, "ENZ", strict=True):
            assert np.array_equal(row, noise(letter)[begin : begin + piece.npts])
    assert any(line.message.startswith("BHN: The window has 1 span") for line in found.log)


def test_gaps_are_filled_component_by_component() -> None:
    reads = [*three("EZ"), read("N", *BROKEN)]
    piece = saved(outcome(reads, orientations(ENZ), Recipe("fill", "zero", components=3)))
    expected = noise("N")[1200:3601].copy()
    expected[800:1400] = 0
    assert np.array_equal(piece.samples[1], expected)
    assert np.array_equal(piece.samples[2], noise("Z")[1200:3601])


def test_steps_work_on_each_component_and_the_window_is_cut_last() -> None:
    from scipy.signal import butter, sosfilt

    steps = [{"filter": {"type": "lowpass", "freq": 1.0}}]
    recipe = Recipe(components=3, steps=tuple(steps), pad_before_ns=60 * NS, pad_after_ns=60 * NS)
    found = outcome(three("12Z"), orientations(BOREHOLE), recipe, steps=steps)
    piece = saved(found)
    assert (piece.t0_ns, piece.npts, piece.samples.dtype) == (START + 60 * NS, 2401, np.float64)
    sos = butter(4, 1.0, fs=20.0, output="sos")
    for row, letter in zip(piece.samples, "12Z", strict=True):
        assert np.allclose(row, sosfilt(sos, noise(letter)[: 3601 + 1200])[1200:3601], atol=1e-9)
    assert found.steps == ("filter",)
    assert piece.axes == piece.tmatrix


def test_an_object_of_many_channels_holds_the_sensors_channels() -> None:
    data = b"".join(one.records for one in three("ENZ")) + encode(
        Segment(Channel("XX", "ABC", "", "HHZ"), START, RATE, noise("Z")), reclen=512
    )
    station = ObjectRef("a", "XX.ABC", day_ns=DAY, channel=Channel("XX", "ABC", "*", "*"))
    found = outcome([ObjectRecords(station, "e", (0, len(data)), data, waveform_records=10)], orientations(ENZ))
    assert [c.chan for c in saved(found).channels] == ["BHE", "BHN", "BHZ"]


def test_components_that_share_no_time_are_a_reason() -> None:
    early, late = segment("E", 0, 20 * 90), segment("N", 20 * 120, 20 * 480)
    reads = [read("E", early, segment("E", 20 * 300, 20 * 300)), read("N", segment("N", 0, 20 * 30), late)]
    found = outcome([*reads, read("Z", segment("Z"))], orientations(ENZ), Recipe(components=3, gaps="split"))
    assert (found.fate, found.reason) == (Fate.DEAD, "time_bases"), found.detail
    assert found.detail == "The components have no time in common."
