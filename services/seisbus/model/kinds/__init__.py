"""The keys of each kind of job, one module per kind."""
