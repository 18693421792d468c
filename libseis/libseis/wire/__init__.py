"""The data objects as seis.v1 messages and back, exactly; the only place that knows both.

Objects cross by `to_message` and `from_message`, bare samples by `pack_samples` and `unpack_samples`. Programs that
hand data on write and read the same messages with the samples left packed: `put_heading` and `heading_of`.
`carried` gives the data objects of a message off the bus; nothing else of what travels beside waveforms (tasks, jobs)
is known here.
"""

from libseis.wire.carried import carried, claim_of
from libseis.wire.headers import metadata_from_message, metadata_to_message
from libseis.wire.objects import from_message, to_message
from libseis.wire.packed import Heading, heading_of, metadata_of, put_heading, put_metadata, series_of_piece
from libseis.wire.samples import pack_samples, pack_segment, unpack_samples
from libseis.wire.seismograms import SeismogramHeading, put_seismogram_heading, seismogram_heading_of

__all__ = [
    "Heading",
    "SeismogramHeading",
    "carried",
    "claim_of",
    "from_message",
    "heading_of",
    "metadata_from_message",
    "metadata_of",
    "metadata_to_message",
    "pack_samples",
    "pack_segment",
    "put_heading",
    "put_metadata",
    "put_seismogram_heading",
    "seismogram_heading_of",
    "series_of_piece",
    "to_message",
    "unpack_samples",
]
