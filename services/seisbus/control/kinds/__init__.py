"""What control does for each kind of job, one module per kind."""
