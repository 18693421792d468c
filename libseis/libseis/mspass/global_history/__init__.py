"""Parameters of processing functions as trees (names of mspasspy.global_history)."""
