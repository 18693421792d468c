"""Write objects into a folder that an S3 server shows as a bucket."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Bucket:
    """A folder whose files are the objects of a bucket, named by their keys."""

    folder: Path

    def put(self, key: str, data: bytes) -> str:
        """Writes an object; the sha256 of its bytes."""
        path = self.folder / key
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return hashlib.sha256(data).hexdigest()

    def get(self, key: str) -> bytes:
        """The bytes of an object."""
        return (self.folder / key).read_bytes()
