"""Convert data objects, events, inventories and responses to obspy's objects and back."""
