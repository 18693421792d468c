"""The calls of AsyncClient, by what they are about."""
