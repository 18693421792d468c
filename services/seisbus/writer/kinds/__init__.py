"""What the writer does for each kind of job, one module per kind."""
