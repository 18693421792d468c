"""Object storage: read archives; write, read and clean the sink's bucket. Only this package uses aiobotocore."""

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
