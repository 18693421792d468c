"""From outcomes to the stores, idempotently: files or GridFS first, then one transaction, then acknowledgements.

And from the stores to datasets (ASDF, miniSEED, SAC, Parquet), each built under a lease and put in place by a rename.
"""
