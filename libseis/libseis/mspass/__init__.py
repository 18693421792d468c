"""libseis under MsPASS's module names, for programs that were written for mspasspy.

`seismic` and `utility` are mspasspy.ccore's; `algorithms`, `decorators`, `schema`, `util` and the rest those of the
same last name. Nothing else of libseis imports from here.
"""
