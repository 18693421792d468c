"""The writer stores outcomes: bytes (files, objects, GridFS) first, then one transaction, then acknowledgements.
Repeats do no harm.

It also builds datasets (ASDF, miniSEED, SAC, Parquet ...) of stored data. Each is built under a lease and put in place
by a rename, or, if the operator names a bucket, put there under a name of its own.
"""
