"""Object storage: the only home of aiobotocore. Reads archives; puts, reads and cleans the sink's bucket."""

from .bucket import Bucket
from .reader import AccessError, BrokenObjectError, Fetched, Listed, ObjectChangedError, ObjectReader

__all__ = ["AccessError", "BrokenObjectError", "Bucket", "Fetched", "Listed", "ObjectChangedError", "ObjectReader"]
