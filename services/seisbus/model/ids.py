"""Identities. A job's id sorts by time; everything under a job has an id that starts with the job's, so that a
job's tasks or outcomes stand together, in planning order or in slices of equal size."""

from __future__ import annotations

import hashlib
import secrets
import time

# Crockford's base 32 in lower case: without i, l, o and u, and without characters that mean something in NATS subjects.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def _base32(value: int, width: int) -> str:
    return "".join(_ALPHABET[(value >> (5 * i)) & 31] for i in reversed(range(width)))


def new_job_id() -> str:
    """A new job id of 18 characters: 10 of milliseconds since 1970, then 40 random bits (a ULID cut short)."""
    return _base32(time.time_ns() // 1_000_000, 10) + _base32(secrets.randbits(40), 8)


def boot_id() -> str:
    """A fresh id for one life of one process."""
    return _base32(secrets.randbits(40), 8)


def dead_letter_id(time_ns: int, origin: str) -> str:
    """Id of a message given up at `origin` (its stream and place there) that was sent at `time_ns`: sorts by time."""
    return _base32(time_ns // 1_000_000, 10) + hashlib.blake2b(origin.encode(), digest_size=6).hexdigest()


def task_id(job: str, shard: int, number: int) -> str:
    """Id of the `number`-th task of a shard; sorts in planning order."""
    return f"{job}.{shard:06d}.{number:06d}"


def block_of(task: str) -> str:
    """The block of a task: the text after the job's id that up to 1000 neighbouring tasks and their outcomes have in
    common.

    Blocks sort like their tasks, and a block is never the beginning of another one.
    """
    return task.partition(".")[2][:10]


def block_ranges(job: str, block: str, digits: int) -> list[tuple[str, str]]:
    """Closed-open ranges of `_id`, in order, that together hold a block: one, or 10**`digits`, at most 1000."""
    lows = [f"{job}.{block}{number:0{digits}d}" if digits else f"{job}.{block}" for number in range(10**digits)]
    return [(low, f"{low}:") for low in lows]  # ":" follows the digits in ASCII


def window_id(job: str, channel: str, start_ns: int, end_ns: int, event: str) -> str:
    """Id of a window in the ledger: a hash of job, channel (or sensor), start, end and event only."""
    text = f"{job}|{channel}|{start_ns}|{end_ns}|{event}"
    return f"{job}.{hashlib.blake2b(text.encode(), digest_size=12).hexdigest()}"


def outcome_id(task: str, part: int, number: int = 0) -> str:
    """Id of the document with the outcomes of a part; `number` counts those that were settled later than the first."""
    return f"{task}/{part}/{number}" if number else f"{task}/{part}"


def outcome_range(task: str) -> tuple[str, str]:
    """Closed-open range of `_id` that holds a task's outcome documents."""
    return f"{task}/", f"{task}0"  # "0" follows "/" in ASCII


def document_id(window: str, role: str) -> str:
    """24 hex digits for the ObjectId of a window's document; `role` is "0", "1", … for its pieces, or "elog" …"""
    return hashlib.blake2b(f"{window}|{role}".encode(), digest_size=12).hexdigest()


def job_of(identity: str) -> str:
    """The job a task or window id belongs to."""
    return identity.split(".", 1)[0]
