"""What the writer does for each kind of job, one a module."""
