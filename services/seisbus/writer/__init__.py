"""From outcomes to the stores, idempotently: bytes (files, objects, GridFS) first, then one transaction, then acks.

And from the stores to datasets (ASDF, miniSEED, SAC, Parquet), each built under a lease and put in place by a rename,
or, where the operator names a bucket, put there under a name of its own.
"""
