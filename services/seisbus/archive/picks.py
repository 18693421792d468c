"""Read picks of arrivals: CSV of QuakeFlow and PhaseNet, QuakeML, phase files of SCEDC (STP) and NCEDC.

Formats: STP manual 1.01 (SCEDC), "NCSN shadow format 2000" (NCEDC, Hypoinverse), columns of QuakeFlow's and PhaseNet's
CSV.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from libseis.codes import location
from libseis.isotime import SECOND_NS

from ..errors import UserError
from ..model.marks import Pick, StationPick
from ..model.times import moment_ns
from .lzw import MAGIC, uncompressed
from .oddities import ArchiveFormatError, Oddities
from .quakeml import quakeml_items

# A month of Northern California has some 10 MB of phases.
_MOST_BYTES: Final = 500_000_000


class PickInputError(UserError):
    """A file of picks given by a user cannot be read."""

    def __init__(self, problem: str) -> None:
        super().__init__(f"Cannot read picks: {problem}")
        self.problem = problem


@dataclass(frozen=True, slots=True)
class PhaseEvent:
    """An event of a phase file: epoch nanoseconds, degrees, kilometres."""

    id: str
    time_ns: int
    lat: float
    lon: float
    depth_km: float
    mag: float | None
    picks: tuple[StationPick, ...]


_SPELLINGS: Final = {
    "station_id": ("station_id", "id_station", "trace_id"),
    "net": ("network", "net"),
    "sta": ("station", "sta"),
    "loc": ("location", "loc"),
    "chan": ("channel", "chan", "instrument"),
    "time": ("phase_time", "pick_time", "time", "peak_time"),
    "phase": ("phase_type", "phase", "phase_hint", "type"),
    "score": ("phase_score", "score", "phase_prob", "prob", "probability", "peak_value"),
    "polarity": ("phase_polarity", "polarity"),
    "event": ("event_id", "event", "evid", "event_index"),
    "id": ("pick_id", "id", "pick_index"),
}
_FIELDS: Final = {spelling: name for name, spellings in _SPELLINGS.items() for spelling in spellings}
# GaMMA's event id of picks that belong to no event.
_NO_EVENT: Final = frozenset({"", "-1", "nan", "none", "null"})


def from_csv(data: bytes, odd: Oddities) -> list[StationPick]:
    """Picks of a CSV with a header. A line that cannot be read goes to `odd`; PickInputError if all lines fail."""
    reader = csv.DictReader(io.StringIO(data.decode("utf-8-sig", errors="replace").replace("\0", "")))
    names: dict[str, str] = {}
    for name in reader.fieldnames or ():
        if (field := _FIELDS.get(name.strip().lower())) and field not in names.values():
            names[name] = field
    given = set(names.values())
    if "time" not in given or "phase" not in given or not {"station_id", "sta"} & given:
        raise PickInputError(
            "the CSV's header needs station_id (NET.STA.LOC.CHAN, such as CI.CCC..HH), phase_time and phase_type; "
            f"it has {', '.join(reader.fieldnames or ()) or 'nothing'}."
        )
    found: list[StationPick] = []
    for number, row in enumerate(reader, 2):
        values = {field: (row.get(name) or "").strip() for name, field in names.items()}
        if not any(values.values()):
            continue
        try:
            found.append(_of_values(values))
        except ValueError as error:
            odd.leave_out(f"line {number}: {error}")
    if not found:
        raise PickInputError(odd.first + "." if odd else "the CSV holds no pick; expected at least one.")
    return found


def _of_values(values: Mapping[str, str]) -> StationPick:
    net, sta, loc, chan = (values.get(name, "") for name in ("net", "sta", "loc", "chan"))
    if text := values.get("station_id", ""):
        parts = text.split(".")
        if not 2 <= len(parts) <= 4 or not parts[1]:
            raise ValueError(f"station_id {text!r} is no NET.STA.LOC.CHAN, such as CI.CCC..HH")
        net, sta, loc, chan = (*parts, "", "")[:4]
    if not sta:
        raise ValueError("it names no station")
    phase = values["phase"]
    if not phase:
        raise ValueError("it has no phase_type")
    time_ns = moment_ns(values["time"])
    event = values.get("event", "")
    return StationPick(
        Pick(
            phase,
            time_ns,
            values.get("id") or made_id(net, sta, phase, time_ns),
            _score(values.get("score", "")),
            _polarity(values.get("polarity", "")),
        ),
        net, sta, location(loc), chan, "" if event.lower() in _NO_EVENT else event,
    )  # fmt: skip


def made_id(net: str, sta: str, phase: str, time_ns: int) -> str:
    """An id for a pick without one; equal picks get the same id."""
    return f"pk{hashlib.sha256(f'{net}.{sta} {phase} {time_ns}'.encode()).hexdigest()[:12]}"


def _score(text: str) -> float | None:
    if text.lower() in ("", "nan", "none"):
        return None
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"the score {text!r} is no number") from None


def _polarity(text: str) -> str:
    """U, D or ""; programs write numbers, and their sign is used."""
    if text[:1] in ("U", "u", "c", "C", "+") and not text[1:2].isdigit():
        return "U"
    if text[:1] in ("D", "d", "r") or text == "-":
        return "D"
    try:
        number = float(text)
    except ValueError:
        return ""
    return "U" if number > 0 else "D" if number < 0 else ""


def from_quakeml(data: bytes, odd: Oddities) -> list[StationPick]:
    """Picks of a QuakeML document: the phase of an arrival at the preferred origin, else the pick's own hint.

    Picks without a station or a phase go to `odd`. EventInputError for bytes that are not QuakeML.
    """
    found: list[StationPick] = []
    for item in quakeml_items(data, odd):
        event = item.resource_id.id if item.resource_id is not None else ""
        origins = [o for o in (item.preferred_origin(), *item.origins) if o is not None]
        phases: dict[str, str] = {}
        for arrival in (arrival for origin in origins for arrival in origin.arrivals):
            if arrival.pick_id is not None and arrival.phase:
                phases.setdefault(arrival.pick_id.id, arrival.phase)
        for pick in item.picks:
            identity = pick.resource_id.id if pick.resource_id is not None else ""
            place, phase = pick.waveform_id, phases.get(identity) or pick.phase_hint
            if place is None or not place.station_code or not phase or pick.time is None:
                odd.leave_out(f"pick {identity} has no station, no phase or no time")
                continue
            polarity = {"positive": "U", "negative": "D"}.get(str(pick.polarity), "")
            found.append(
                StationPick(
                    Pick(str(phase), pick.time.ns, identity, None, polarity),
                    place.network_code or "", place.station_code, location(place.location_code),
                    place.channel_code or "", event,
                )
            )  # fmt: skip
    return found


# -- phase files of archives -----------------------------------------------------------------------


def from_stp(data: bytes, key: str, odd: Oddities) -> PhaseEvent | None:
    """The event of a phase file of SCEDC, in the form of its tool STP; None if the file has no event.

    A line of an event, then lines of picks: net sta chan loc lat lon elevation phase polarity onset quality distance
    and the seconds after the origin. Lines that cannot be read go to `odd`; ArchiveFormatError for a file in another
    format.
    """
    lines = [line for line in data.decode("ascii", errors="replace").splitlines() if line.strip(" #")]
    if not lines:
        return None
    words = lines[0].replace("#", " ").split()
    at = next((n for n, word in enumerate(words) if "/" in word and ":" in word), None)
    try:
        if at is None or len(words) < at + 4:
            raise ValueError(f"it begins with {lines[0][:80]!r}, expected an event of STP")
        time_ns = moment_ns(words[at].replace(",", " "))
        lat, lon, depth = (float(word) for word in words[at + 1 : at + 4])
    except ValueError as error:
        raise ArchiveFormatError(key, str(error)) from None
    if words[0] == "0":  # STP writes this if it knows no event
        return None
    event = words[0]
    picks = []
    for number, line in enumerate(lines[1:], 2):
        try:
            picks.append(_stp_pick(line.split(), event, time_ns))
        except ValueError as error:
            odd.leave_out(f"{key}, line {number}: {error}")
    mag = float(words[at + 4]) if len(words) > at + 4 and _is_number(words[at + 4]) else None
    return PhaseEvent(event, time_ns, lat, lon, depth, mag, tuple(picks))


def _stp_pick(words: list[str], event: str, origin_ns: int) -> StationPick:
    if len(words) != 13:
        raise ValueError(f"it has {len(words)} words, expected 13")
    net, sta, chan, loc, phase, polarity = (*words[:4], words[7], words[8])
    time_ns = origin_ns + round(float(words[12]) * SECOND_NS)
    pick = Pick(phase, time_ns, made_id(net, sta, phase, time_ns), float(words[10]), _polarity(polarity))
    return StationPick(pick, net, sta, location(loc), chan, event)


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


# columns of an event and of a phase card
_EVENT_CARD: Final = {"time": (0, 12), "seconds": (12, 16), "lat": (16, 18), "south": (18, 19), "lat_min": (19, 23),
                      "lon": (23, 26), "east": (26, 27), "lon_min": (27, 31), "depth": (31, 36), "id": (136, 146),
                      "mag": (147, 150)}  # fmt: skip
_SCORES: Final = {"0": 1.0, "1": 0.75, "2": 0.5, "3": 0.25}
_LEAST_EVENT_CARD, _LEAST_PHASE_CARD = 147, 93


def from_hypoinverse(data: bytes, key: str, odd: Oddities) -> list[PhaseEvent]:
    """The events of a phase file of NCEDC (a month, packed by compress or not): an event card, phase cards, and a card
    with the event's id alone. Cards that cannot be read go to `odd`; ArchiveFormatError for bytes of another kind.
    """
    if data[:2] == MAGIC:
        try:
            data = uncompressed(data, _MOST_BYTES)
        except ValueError as error:
            raise ArchiveFormatError(key, f"{error}.") from None
    found: list[PhaseEvent] = []
    cards: list[tuple[int, str]] = []
    for number, line in enumerate(data.decode("ascii", errors="replace").splitlines(), 1):
        if len(line) >= _LEAST_EVENT_CARD and cards:
            found += _hypoinverse_event(cards, key, odd)
            cards = []
        if line.strip():
            cards.append((number, line))
    found += _hypoinverse_event(cards, key, odd)
    if not found and odd:
        raise ArchiveFormatError(key, f"it holds no event of Hypoinverse ({odd.first}).")
    return found


def _hypoinverse_event(cards: list[tuple[int, str]], key: str, odd: Oddities) -> Iterator[PhaseEvent]:
    if not cards:
        return
    (number, head), *rest = cards
    card = {name: head[a:b].strip() for name, (a, b) in _EVENT_CARD.items()}
    try:
        time_ns = _minute_ns(card["time"]) + round(float(card["seconds"]) * SECOND_NS / 100)
        lat = float(card["lat"]) + float(card["lat_min"] or 0) / 6000
        lon = float(card["lon"]) + float(card["lon_min"] or 0) / 6000
        depth, mag = float(card["depth"]) / 100, float(card["mag"]) / 100 if card["mag"] else None
    except ValueError as error:
        odd.leave_out(f"{key}, line {number}: no event ({error})")
        return
    lat, lon = (-lat if card["south"] == "S" else lat), (lon if card["east"] == "E" else -lon)
    picks: list[StationPick] = []
    for line_number, line in rest:
        if len(line) < _LEAST_PHASE_CARD:
            continue  # the last card of an event
        try:
            picks += _hypoinverse_picks(line, card["id"])
        except ValueError as error:
            odd.leave_out(f"{key}, line {line_number}: no phases ({error})")
    yield PhaseEvent(card["id"], time_ns, round(lat, 6), round(lon, 6), depth, mag, tuple(picks))


def _minute_ns(text: str) -> int:
    """YYYYMMDDhhmm."""
    if len(text) != 12 or not text.isdigit():
        raise ValueError(f"{text!r} is not a date and minute")
    return moment_ns(f"{text[:4]}-{text[4:6]}-{text[6:8]}T{text[8:10]}:{text[10:12]}:00")


def _hypoinverse_picks(line: str, event: str) -> Iterable[StationPick]:
    sta, net, chan, loc = line[:5].strip(), line[5:7].strip(), line[9:12].strip(), location(line[111:113])
    if not sta:
        raise ValueError("it names no station")
    minute = _minute_ns(line[17:29])
    for phase, remark, seconds, weight, polarity in (
        ("P", line[13:15], line[29:34], line[16:17], line[15:16]),
        ("S", line[46:48], line[41:46], line[49:50], ""),
    ):
        if remark.strip() and seconds.strip():
            time_ns = minute + round(float(seconds) * SECOND_NS / 100)
            score = _SCORES.get(weight.strip() or "0", 0.0)
            pick = Pick(phase, time_ns, made_id(net, sta, phase, time_ns), score, _polarity(polarity.strip()))
            yield StationPick(pick, net, sta, loc, chan, event)
