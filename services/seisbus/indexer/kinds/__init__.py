"""What the indexer does for each kind of job, one a module."""
