"""Small helpers for users, under the module names of mspasspy.util."""
