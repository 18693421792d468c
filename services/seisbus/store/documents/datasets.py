"""The collection `asdf_dataset`: what exports built, in any format."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from bson import ObjectId


class DatasetFacts(TypedDict):
    """What was built."""

    format: str
    path: str  # below the output folder
    url: NotRequired[str]  # in the sink: s3://bucket/..., with a slash at the end for a folder
    waveforms: int
    size: int  # bytes
    sha256: str  # of the file; of a folder's list of sums
    problems: list[str]  # the first of them
    problem_count: int
    log: list[str]  # what the waveforms' error logs say, the first of it
    log_count: int
    log_sha256: NotRequired[str]  # of the file beside it that has all of that
    token: int  # of the lease under which it was built
    built_ns: int


class DatasetDocument(DatasetFacts):
    """A dataset."""

    _id: ObjectId
    job: str
    window: str  # its id in the ledger
    event: str  # "" where it is of a channel
    channel: str  # "" where it is of an event
