"""What the windower does for each kind of job, one module per kind."""
