"""Processing algorithms on the data objects, under the module names of mspasspy.algorithms."""
