"""libseis under MsPASS's module names, for programs that were written for mspasspy.

`seismic` and `utility` replace the modules of mspasspy.ccore. `algorithms`, `decorators`, `schema`, `util` and the
others replace the mspasspy modules with the same last name. No other package of libseis imports this one.
"""
