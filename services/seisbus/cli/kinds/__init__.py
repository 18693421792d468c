"""How the command line shows each kind of job, with one module per kind."""
