"""Object storage: the only home of aiobotocore. Reads archives; puts, reads and cleans the sink's bucket."""

from .bucket import Bucket
from .reader import AccessError, BrokenObjectError, Fetched, Listed, ObjectChangedError, ObjectReader
from .s3 import answers

__all__ = [
    "AccessError",
    "BrokenObjectError",
    "Bucket",
    "Fetched",
    "Listed",
    "ObjectChangedError",
    "ObjectReader",
    "answers",
]
