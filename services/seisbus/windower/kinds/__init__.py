"""What the windower does for each kind of job, one a module."""
