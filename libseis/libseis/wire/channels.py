"""Convert channels to messages (`seis.v1.Channel`) and back."""

from __future__ import annotations

from functools import lru_cache

from libseis.codes import Channel
from seis.v1 import task_pb2 as pb

# A message names few channels, but each of them hundreds of times.
_channel = lru_cache(maxsize=1024)(Channel)


def channel_of(message: pb.Channel) -> Channel:
    """The channel that a message names."""
    return _channel(message.net, message.sta, message.loc, message.chan)


def channel_fields(channel: Channel) -> dict[str, str]:
    """The fields of the message of a channel, to build a larger message."""
    return {"net": channel.net, "sta": channel.sta, "loc": channel.loc, "chan": channel.chan}


def channel_message(channel: Channel) -> pb.Channel:
    """The message that names a channel."""
    return pb.Channel(**channel_fields(channel))
