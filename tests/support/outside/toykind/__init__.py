"""A job kind from outside Seisbus: words that the writer keeps in the ledger."""
