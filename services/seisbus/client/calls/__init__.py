"""The calls of AsyncClient, by subject."""
