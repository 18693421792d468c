"""What the indexer does for each kind of job, one module per kind."""
