"""Definitions of the public archives, and parsers of their files: keys, indexes, catalogs, events, stations, picks.

Functions turn bytes and strings into values. `objects` fetches the bytes, and `store` keeps the values.
"""
