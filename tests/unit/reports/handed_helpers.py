"""Stand-ins for helper functions that the handed case file calls but does not define.

The handed file names `_kept_rate`, `_steim1`, `_paz`, `_adc`, `_inventory`, `_removed`, `_xml`, `_stations` and
`_index`, and the texts FULL, HEAD and GOOD, without holding them. What they have to give is read off the calls and
the sentence of each case, so a case that needs one is our reading of it, not the file as handed. A name that the file
defines wins.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
from obspy.core.inventory import Channel as XmlChannel
from obspy.core.inventory import Inventory, Network, Response, Station
from obspy.core.inventory.response import (
    CoefficientsTypeResponseStage,
    InstrumentSensitivity,
    PolesZerosResponseStage,
    ResponseStage,
)

from libseis import mseed
from libseis.codes import Channel
from libseis.segments import Rate, Segment
from libseis.segments.timeseries import segment_to_timeseries
from libseis.steps import StepContext, apply, build
from unit.reports.builder import Record, at, noise, segments, steim1_row

START = at("2011-03-11T05:46:00")
GAIN, COUNTS, HZ, SAMPLES = 1500.0, 400_000.0, 2.0, 20
HEAD = "ms_filename,net,sta,seedchan,location,lat,lon,sample_rate\n"
GOOD = "XXOK___BHZ___2011070.ms,XX,OK,BHZ,,34,-117,40\n"
FULL = (
    "<Latitude>34.8</Latitude><Longitude>-116.3</Longitude><Elevation>920</Elevation><Depth>0</Depth>"
    "<Azimuth>0</Azimuth><Dip>-90</Dip><SampleRate>40</SampleRate>"
)


def _kept_rate(rate: Rate) -> tuple[bool, str]:
    """Whether a rate comes back from `encode` in single precision."""
    values = noise(5000)
    found = segments(mseed.encode(Segment(Channel("XX", "T", "", "BHZ"), START, rate, values), reclen=512))
    got = [(s.npts, s.rate.hz) for s in found]
    fine = len(got) == 1 and got[0][0] == len(values) and np.float32(got[0][1]) == np.float32(rate.hz)
    return bool(fine), f"{got}, wanted {rate.hz}"


def _steim1() -> bytearray:
    """Steim-1 records of 512 bytes with their samples from byte 64."""
    return bytearray(b"".join(steim1_row(noise(3000), START, Record())[0]))


def _paz(units: str = "m/s", gain: float = GAIN) -> ResponseStage:
    return PolesZerosResponseStage(
        1, gain, 1.0, units, "V", "LAPLACE (RADIANS/SECOND)", 1.0, [0j], [complex(-0.0628, 0)],
        normalization_factor=1.0,
    )  # fmt: skip


def _adc() -> ResponseStage:
    return CoefficientsTypeResponseStage(
        2, COUNTS, 1.0, "V", "counts", "DIGITAL", numerator=[1.0], denominator=[],
        decimation_input_sample_rate=float(SAMPLES), decimation_factor=1, decimation_offset=0, decimation_delay=0.0,
        decimation_correction=0.0,
    )  # fmt: skip


def _inventory(stages: list[ResponseStage], units: str = "m/s", sensitivity: float = GAIN * COUNTS) -> Inventory:
    stated = InstrumentSensitivity(sensitivity, 1.0, units, "counts")
    response = Response(instrument_sensitivity=stated, response_stages=stages)
    channel = XmlChannel("BHZ", "", 1, 2, 0, 0, azimuth=0, dip=-90, sample_rate=SAMPLES, response=response)
    return Inventory([Network("XX", [Station("TEST", 1, 2, 0, channels=[channel])])], source="test")


def _removed(inventory: Inventory) -> tuple[Any, float | None, list[str]]:
    """A sine of 1 count per (count of the sensitivity) without its response: datum, amplitude (None if dead), elog."""
    sensitivity = np.prod([s.stage_gain for s in inventory[0][0][0].response.response_stages])
    data = float(sensitivity) * np.sin(2 * np.pi * HZ * np.arange(6000) / SAMPLES)
    d = segment_to_timeseries(Segment(Channel("XX", "TEST", "", "BHZ"), START, Rate(SAMPLES), data))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        steps = build([{"remove_response": {"output": "VEL", "pre_filt": [0.01, 0.02, 8.0, 9.5]}}])
        (out,) = apply(steps, d, StepContext(inventory))
    log = [entry.message for entry in out.elog.get_error_log()]
    got = float(np.sqrt(2) * np.asarray(out.data)[1000:-1000].std()) if out.live else None
    return out, got, log


def _xml(body: str, dates: str = 'startDate="2010-01-01T00:00:00"') -> bytes:
    """StationXML of station ODD, whose channel has `body` and `dates`, and of the sound station GOOD."""

    def station(code: str, inner: str, when: str) -> str:
        return (
            f'<Station code="{code}" startDate="2010-01-01T00:00:00"><Latitude>34.8</Latitude>'
            "<Longitude>-116.3</Longitude><Elevation>920</Elevation>"
            f'<Site><Name>x</Name></Site><Channel code="BHZ" locationCode="" {when}>{inner}</Channel></Station>'
        )

    both = station("ODD", body, dates) + station("GOOD", FULL, 'startDate="2010-01-01T00:00:00"')
    return (
        '<FDSNStationXML xmlns="http://www.fdsn.org/xml/station/1" schemaVersion="1.1"><Source>t</Source>'
        f'<Created>2020-01-01T00:00:00</Created><Network code="XX">{both}</Network></FDSNStationXML>'
    ).encode()


def _stations(data: bytes) -> list[str] | str:
    """Stations with a channel epoch, or the error."""
    from seisbus.archive.stations import read_stationxml

    try:
        return [epoch.sta for epoch in read_stationxml(data, "stations.xml").channels]
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def _index(text: str) -> list[str] | str:
    """Stations that a day's index lists in the archive's layout, or the error."""
    from datetime import date

    from seisbus.archive.definition import load_archives
    from seisbus.archive.keys import TableFormat
    from seisbus.archive.waveform_index import day_rows, read_waveform_index

    try:
        table = read_waveform_index(text.encode(), TableFormat.CSV, "index.csv")
        return [row.day_key.sta for row in day_rows(table, load_archives()["scedc"], date(2011, 3, 11), "index.csv")]
    except Exception as error:
        return f"{type(error).__name__}: {error}"
