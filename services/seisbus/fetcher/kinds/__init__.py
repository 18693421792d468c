"""What the fetcher does for each kind of job, one a module."""
