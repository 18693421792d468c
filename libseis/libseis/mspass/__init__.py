"""libseis under MsPASS's module names, for programs that were written for mspasspy.

`seismic` and `utility` replace the modules of mspasspy.ccore. `algorithms`, `decorators`, `schema`, `util` and the
others replace the mspasspy modules with the same last name. MsPASS's full paths work too: an import of
`mspasspy.ccore.seismic` becomes one of `libseis.mspass.ccore.seismic`. No other package of libseis imports this one.
"""

from .paths import install

install()
