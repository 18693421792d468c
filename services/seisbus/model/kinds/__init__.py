"""The kinds of jobs, one a module: what stands in their job files."""
