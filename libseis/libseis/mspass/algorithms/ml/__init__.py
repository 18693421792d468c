"""Picks by machine learning (names of mspasspy.algorithms.ml)."""
