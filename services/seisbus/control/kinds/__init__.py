"""What control does for each kind of job, one a module."""
