"""Convert an event to an obspy Catalog; make and read the QuakeML of an event."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from typing import Any

from libseis.warned import collected

from .event import Event, EventInputError
from .oddities import ArchiveFormatError, Oddities
from .xmlparts import children, document, local


def catalog_of(event: Event) -> Any:
    """An obspy Catalog of one event: from the QuakeML of its source if it was kept, else from the event's values.

    QuakeML's depth is in metres. A new public id ends with the event's id.
    """
    from obspy.core.event import Catalog

    from libseis.obspy.events import point_source, read_quakeml, resource_text

    if event.quakeml:
        return read_quakeml(event.quakeml.encode())
    name = f"smi:local/seisbus/{resource_text(event.id)}"
    made = point_source(name, event.time_ns, event.lat, event.lon, event.depth_km, event.mag, event.mag_type)
    return Catalog([made])


_BED = "http://quakeml.org/xmlns/bed/1.2"


def quakeml_items(data: bytes, odd: Oddities) -> Iterator[Any]:
    """The obspy Events of a QuakeML document, read one by one if they cannot be read together.

    Events that cannot be read go to `odd`. EventInputError if the bytes are not QuakeML.
    """
    # imported late, because obspy takes a second to import and only QuakeML needs it
    from libseis.obspy.events import read_quakeml

    def read(one: bytes) -> list[Any]:
        with collected() as told:
            items = list(read_quakeml(one))
        for text in told:
            odd.mend(text)
        return items

    try:
        yield from read(data)
        return
    except Exception as error:  # obspy and lxml raise a dozen types of errors here
        reason = error
    try:
        root = document(data, "", "quakeml", ("eventParameters", "event"), odd)
    except ArchiveFormatError:
        raise EventInputError("the QuakeML", f"obspy cannot parse it ({reason}).") from reason
    for parameters in children(root, "eventParameters"):
        for number, event in enumerate(children(parameters, "event"), 1):
            try:
                yield from read(_alone(event))
            except Exception as error:
                odd.leave_out(f"event {number} {event.get('publicID', '')} cannot be read ({error})")


def _alone(event: ET.Element) -> bytes:
    """A document of one event; obspy needs the namespace of its elements as the default namespace."""
    parameters = ET.Element("eventParameters", publicID="smi:local/seisbus")
    parameters.append(event)
    for element in parameters.iter():
        if isinstance(element.tag, str) and "quakeml" in element.tag.partition("}")[0]:
            element.tag = local(element.tag)
    head = f'<q:quakeml xmlns="{_BED}" xmlns:q="http://quakeml.org/xmlns/quakeml/1.2">'
    return head.encode() + ET.tostring(parameters) + b"</q:quakeml>"


def source_quakeml(item: Any) -> str:
    """QuakeML of an obspy Event's source alone: origins, magnitudes and focal mechanisms, without picks and amplitudes.

    If no origin or magnitude is preferred, the first one is marked as preferred, because Seisbus uses it.
    """
    from obspy.core.event import Catalog
    from obspy.core.event import Event as ObspyEvent

    from libseis.obspy.events import write_quakeml

    made = ObspyEvent(
        resource_id=item.resource_id,
        event_type=item.event_type,
        event_descriptions=item.event_descriptions,
        creation_info=item.creation_info,
        origins=[origin.copy() for origin in item.origins],
        magnitudes=item.magnitudes,
        focal_mechanisms=item.focal_mechanisms,
    )
    for origin in made.origins:
        origin.arrivals = []
    for preferred, first in (
        ("preferred_origin", made.origins),
        ("preferred_magnitude", made.magnitudes),
        ("preferred_focal_mechanism", made.focal_mechanisms),
    ):
        chosen = getattr(item, preferred)() or (first[0] if first else None)
        if chosen is not None:
            setattr(made, f"{preferred}_id", chosen.resource_id)
    return write_quakeml(Catalog([made])).decode()
