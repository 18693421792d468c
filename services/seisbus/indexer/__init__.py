"""The indexer makes documents of archive indexes and listings, and tasks of jobs. One replica at a time also
reconciles."""
