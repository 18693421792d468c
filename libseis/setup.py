"""Build of the Cython extension types: every libseis/**/*.pyx becomes a module of the same name.

LIBSEIS_DEBUG=1 at build time turns Cython's bounds, None and initialisation checks on.
"""

import os
from pathlib import Path

import numpy as np
from Cython.Build import cythonize
from setuptools import Extension, setup

HERE = Path(__file__).parent
DEBUG = os.environ.get("LIBSEIS_DEBUG") == "1"
DIRECTIVES = {
    "language_level": 3,
    # Unchecked indexing would also reach Python lists, where a caller's mistake could crash the interpreter.
    "boundscheck": True,
    "wraparound": True,  # Python meaning of negative indices in every build
    "initializedcheck": DEBUG,
    "nonecheck": DEBUG,
    "cdivision": not DEBUG,
    # Method descriptors check the type of self; Cython's own functions do not, and Metadata.get(1, "x") would crash.
    "binding": False,
    "auto_pickle": False,  # every class says itself how it pickles
    "embedsignature": True,
}
SOURCES = sorted((HERE / "libseis").rglob("*.pyx"))
if not SOURCES:
    raise SystemExit("setup.py: there is no .pyx file below libseis/, so that nothing would be compiled")


def extension(source: Path) -> Extension:
    relative = source.relative_to(HERE)
    return Extension(
        ".".join(relative.with_suffix("").parts),
        [str(relative)],
        include_dirs=[np.get_include()],
        define_macros=[("NPY_NO_DEPRECATED_API", "NPY_2_0_API_VERSION")],
        # debugging symbols are four fifths of what would be installed
        extra_compile_args=["-O2", "-g" if DEBUG else "-g0"],
    )


setup(
    ext_modules=cythonize(
        [extension(p) for p in SOURCES],
        compiler_directives=DIRECTIVES,
        force=DEBUG,
    )
)
