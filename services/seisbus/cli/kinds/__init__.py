"""What the command line shows of each kind of job, one a module."""
