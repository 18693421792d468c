"""Object storage: the only home of aiobotocore. Reads archives; later also claims and sinks on S3."""

from .reader import AccessError, BrokenObjectError, Fetched, Listed, ObjectChangedError, ObjectReader

__all__ = ["AccessError", "BrokenObjectError", "Fetched", "Listed", "ObjectChangedError", "ObjectReader"]
