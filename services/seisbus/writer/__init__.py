"""From outcomes to the stores, idempotently: files or GridFS first, then one transaction, then acknowledgements."""
