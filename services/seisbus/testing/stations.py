"""The stations and channels of a generated archive, and their StationXML.

Codes look like those of southern California; places, except that of AZ.BZN, are drawn from the seed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from xml.sax.saxutils import escape

import numpy as np

from libseis.isotime import iso
from seisbus.testing.spec import ENZ, NS, ArchiveSpec, Axis, Mount

_NAMES = {
    "AZ": "BZN CRY FRD KNW LVA2 MONP2 PFO RDM SMER SND SOL TRO WMC",
    "CI": (
        "ADO ALP ARV BAK BAR BBR BC3 BEL BFS BLA BLY BOR BTP CCC CHF CIA CLC CTC CWC DAN DEC DGR DJJ DNR DRE DSC "
        "EDW2 EML ERR FIG FMP FUR GLA GMR GRA GSC HEC IKP IRM ISA JRC2 JVA LDF LFP LGU LMR2 LRL MCT MIK MLAC MPM "
        "MPP MTP MUR MWC NEE2 NJQ OLI OLP OSI PASC PDM PER PHL PLC PLM PLS RCT RPV RRX RVR RXH SBPX SCI2 SCZ2 SDD "
        "SDR SHO SLA SLB SLR SMM SMS SNCC SNO SPG2 STC STS SVD SWS TA2 TEH THX TIN TOL TOV TUQ USC VCS VES VOG "
        "VTV WBS WES WGR WLT WNS WTT WWC"
    ),
}


@dataclass(frozen=True, slots=True)
class Station:
    """A site: degrees, and metres above sea level, as in StationXML."""

    net: str
    sta: str
    lat: float
    lon: float
    elevation_m: float


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel and what its samples are made from.

    `waveform` seeds the noise and `heard_at` is the site whose earthquakes it has: its own, or another channel's if a
    spec has templates. `offset` is its mean in counts, by which mixed-up channels show. Its samples are always on the
    grid phase_ns + i / rate. `axis` is its direction; from `turned_ns` on, `later` is.
    """

    number: int
    station: Station
    loc: str
    chan: str
    period_ns: int
    waveform: int
    heard_at: Station
    offset: int
    phase_ns: int
    axis: Axis = ENZ[2]
    turned_ns: int | None = None
    later: Axis | None = None

    @property
    def rate(self) -> float:
        """Samples per second."""
        return NS / self.period_ns

    @property
    def name(self) -> str:
        """NET.STA.LOC.CHAN."""
        return f"{self.station.net}.{self.station.sta}.{self.loc}.{self.chan}"


def plan_channels(spec: ArchiveSpec) -> list[Channel]:
    """The channels of a spec, three components of a sensor in turn (or its mount's), rates mixed in proportion."""
    rng = np.random.default_rng([spec.seed, 1])
    stations = _Stations(spec.seed)
    channels: list[Channel] = []
    made = dict.fromkeys(spec.mix, 0)
    bands_of: dict[Station, set[str]] = {}
    heard_at: dict[tuple[float, int], Station] = {}
    station = stations.take()
    while len(channels) < spec.channels:
        total = sum(made.values()) + 1
        share = max(spec.mix, key=lambda mix: mix.share * total - made[mix])
        made[share] += 1
        if share.band in bands_of.get(station, set()) or len(bands_of.get(station, ())) == 2:
            station = stations.take()
        bands_of.setdefault(station, set()).add(share.band)
        loc = ("", "", "", "", "10", "", "00")[stations.taken % 7]
        sensor = sum(made.values()) - 1
        mount = spec.mounts[sensor] if sensor < len(spec.mounts) else Mount()
        phase_ns = 0
        for position, axis in enumerate(mount.axes[: spec.channels - len(channels)]):
            number = len(channels)
            waveform = number
            if spec.templates is not None:
                waveform = (3 * made[share] + position) % spec.templates
            # at least 300 apart, so that no two channels agree in their means
            offset = (1 if rng.random() < 0.5 else -1) * (300 * number + int(rng.integers(100, 250)))
            own_ns = _phase_ns(rng, share.period_ns)
            if position == 0 or spec.skewed:
                phase_ns = own_ns
            channels.append(
                Channel(
                    number=number,
                    station=station,
                    loc=loc,
                    chan=f"{share.band}H{axis.letter}",
                    period_ns=share.period_ns,
                    waveform=waveform,
                    heard_at=heard_at.setdefault((share.rate, waveform), station),
                    offset=offset,
                    phase_ns=phase_ns,
                    axis=axis,
                    turned_ns=mount.turned_ns,
                    later=mount.after[position] if mount.after else None,
                )
            )
    return channels


def _phase_ns(rng: np.random.Generator, period_ns: int) -> int:
    """A phase in whole microseconds, which headers can hold.

    Odd, so that no sample is half-way between two for a window on the second; a millisecond away from
    the full second, so that a clock's 0.1 ms never decides to which window a sample belongs.
    """
    if rng.random() < 0.3:
        return 0
    return (2 * int(rng.integers(500, period_ns // 2000 - 500)) + 1) * 1000


class _Stations:
    """Gives stations in a fixed order; the same seed gives the same places in every plan."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._names = [(net, sta) for net in ("AZ", "CI") for sta in _NAMES[net].split()]
        self.taken = 0

    def take(self) -> Station:
        number, self.taken = self.taken, self.taken + 1
        if number == 0:
            return Station("AZ", "BZN", 33.4915, -116.667, 1301.0)
        net, sta = self._names[number] if number < len(self._names) else ("CE", f"{13000 + number}")
        rng = np.random.default_rng([self._seed, 5, number])
        lat, lon, elevation = rng.uniform(32.6, 36.6), rng.uniform(-120.6, -115.0), rng.uniform(0, 2400)
        return Station(net, sta, round(lat, 4), round(lon, 4), round(elevation, 1))


def stationxml(station: Station, channels: list[Channel]) -> str:
    """FDSN StationXML 1.2 of one station with the responses of a broadband sensor and digitiser.

    Poles and zeros are those of a Streckeisen STS-2 (120 s), from its manual.
    """
    epochs = "".join(_channel_xml(station, channel) for channel in channels)
    # an epoch that ended, and an open one without data: both must be distinguished from the others
    first = channels[0]
    former = _Epoch(first.chan, first.axis, 20.0, "1996-01-01T00:00:00Z", "2004-12-31T00:00:00Z")
    epochs += _epoch_xml(station, first.loc, former)
    epochs += _epoch_xml(station, first.loc, _Epoch("UHZ", ENZ[2], 0.01, _SINCE))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<FDSNStationXML xmlns="http://www.fdsn.org/xml/station/1" schemaVersion="1.2">'
        "<Source>generated</Source><Created>2020-01-01T00:00:00Z</Created>"
        f'<Network code="{station.net}"><Station code="{station.sta}" startDate="1996-01-01T00:00:00Z">'
        f"{_place(station)}<Site><Name>{escape(station.sta)}, generated</Name></Site>"
        f"<CreationDate>1996-01-01T00:00:00Z</CreationDate>{epochs}</Station></Network></FDSNStationXML>\n"
    )


def _place(station: Station) -> str:
    return (
        f"<Latitude>{station.lat}</Latitude><Longitude>{station.lon}</Longitude>"
        f"<Elevation>{station.elevation_m}</Elevation>"
    )


@dataclass(frozen=True, slots=True)
class _Epoch:
    """An epoch of a channel of the code `chan`; dates in ISO 8601, open without an end."""

    chan: str
    axis: Axis
    rate: float
    start: str
    end: str | None = None


_SINCE = "2005-01-01T00:00:00Z"


def _channel_xml(station: Station, channel: Channel) -> str:
    if channel.turned_ns is None or channel.later is None:
        return _epoch_xml(station, channel.loc, _Epoch(channel.chan, channel.axis, channel.rate, _SINCE))
    turned = iso(channel.turned_ns)
    before = _Epoch(channel.chan, channel.axis, channel.rate, _SINCE, turned)
    after = _Epoch(channel.chan, channel.later, channel.rate, turned)
    return _epoch_xml(station, channel.loc, before) + _epoch_xml(station, channel.loc, after)


_POLES = ((-0.03701, 0.03701), (-0.03701, -0.03701), (-251.3, 0.0), (-131.0, 467.3), (-131.0, -467.3))
_ZEROS = ((0.0, 0.0), (0.0, 0.0))
_SENSOR_GAIN = 1500.0  # V s/m
_DIGITISER_GAIN = 400_000.0  # counts/V


def _epoch_xml(station: Station, loc: str, epoch: _Epoch) -> str:
    closed = f' endDate="{epoch.end}"' if epoch.end else ""
    angles = (("Azimuth", epoch.axis.azimuth), ("Dip", epoch.axis.dip))
    stated = "".join(f"<{name}>{value}</{name}>" for name, value in angles if value is not None)
    return (
        f'<Channel code="{epoch.chan}" locationCode="{loc}" startDate="{epoch.start}"{closed}>{_place(station)}'
        f"<Depth>2.0</Depth>{stated}<SampleRate>{epoch.rate}</SampleRate>"
        f"<Response>{_response_xml(epoch.rate)}</Response></Channel>"
    )


def _units(name: str, unit: str) -> str:
    return f"<{name}><Name>{unit}</Name></{name}>"


def _response_xml(rate: float) -> str:
    frequency = 1.0 if rate > 4 else 0.02
    s = 2j * math.pi * frequency
    value = complex(1.0)
    for re, im in _ZEROS:
        value *= s - complex(re, im)
    for re, im in _POLES:
        value /= s - complex(re, im)
    roots = "".join(
        f'<{kind} number="{i}"><Real>{re}</Real><Imaginary>{im}</Imaginary></{kind}>'
        for kind, all_of_kind in (("Zero", _ZEROS), ("Pole", _POLES))
        for i, (re, im) in enumerate(all_of_kind)
    )
    gain = "<StageGain><Value>{}</Value><Frequency>{}</Frequency></StageGain>"
    return (
        f"<InstrumentSensitivity><Value>{_SENSOR_GAIN * _DIGITISER_GAIN}</Value><Frequency>{frequency}</Frequency>"
        f"{_units('InputUnits', 'm/s')}{_units('OutputUnits', 'counts')}</InstrumentSensitivity>"
        f'<Stage number="1"><PolesZeros>{_units("InputUnits", "m/s")}{_units("OutputUnits", "V")}'
        "<PzTransferFunctionType>LAPLACE (RADIANS/SECOND)</PzTransferFunctionType>"
        f"<NormalizationFactor>{1 / abs(value):.9g}</NormalizationFactor>"
        f"<NormalizationFrequency>{frequency}</NormalizationFrequency>{roots}</PolesZeros>"
        f"{gain.format(_SENSOR_GAIN, frequency)}</Stage>"
        f'<Stage number="2"><Coefficients>{_units("InputUnits", "V")}{_units("OutputUnits", "counts")}'
        "<CfTransferFunctionType>DIGITAL</CfTransferFunctionType></Coefficients>"
        f"<Decimation><InputSampleRate>{rate}</InputSampleRate><Factor>1</Factor><Offset>0</Offset>"
        f"<Delay>0</Delay><Correction>0</Correction></Decimation>{gain.format(_DIGITISER_GAIN, frequency)}</Stage>"
    )
