"""What the fetcher does for each kind of job, one module per kind."""
