"""The data objects as seis.v1 messages and back, exactly; the only place that knows both.

Objects cross by `to_message` and `from_message`, bare samples by `pack_samples` and `unpack_samples`.
What travels beside waveforms (tasks, jobs) is not known here.
"""

from libseis.wire.headers import metadata_from_message, metadata_to_message
from libseis.wire.objects import from_message, to_message
from libseis.wire.samples import pack_samples, pack_segment, unpack_samples

__all__ = [
    "from_message",
    "metadata_from_message",
    "metadata_to_message",
    "pack_samples",
    "pack_segment",
    "to_message",
    "unpack_samples",
]
