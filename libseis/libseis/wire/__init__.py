"""Convert the data objects to seis.v1 messages and back, exactly. Only this package knows both.

`to_message` and `from_message` convert objects, `pack_samples` and `unpack_samples` convert bare samples. Programs that
pass data on can write and read the same messages without unpacking the samples, with `put_heading` and `heading_of`.
`carried` gives the data objects in a message from the bus. This package does not know other messages (tasks, jobs).
"""

from libseis.wire.carried import carried, claim_of
from libseis.wire.headers import metadata_from_message, metadata_to_message
from libseis.wire.objects import from_message, to_message
from libseis.wire.packed import Heading, heading_of, metadata_of, put_heading, put_metadata, series_of_piece
from libseis.wire.samples import pack_samples, pack_segment, put_samples, unpack_samples
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
    "put_samples",
    "put_seismogram_heading",
    "seismogram_heading_of",
    "series_of_piece",
    "to_message",
    "unpack_samples",
]
