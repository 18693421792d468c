"""The site: `make docs` builds it into docs/_build; every warning is an error.

Sphinx, since its autodoc knows compiled modules (their signatures stand in .pyi files) and numpydoc docstrings, and the
packages that users already read (numpy, scipy, obspy, MsPASS) are documented with it. The theme is that of numpy and
scipy. All is built and read without a network.
"""

from __future__ import annotations

import sys
from importlib.metadata import version as version_of
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent / "_extensions"))

project = "Seisbus"
author = "The Seisbus developers"
project_copyright = author
version = release = version_of("seisbus")

extensions = [
    "myst_parser",  # pages are Markdown, so that they read well in the repository too
    "sphinx.ext.autodoc",
    "numpydoc",
    "sphinx_copybutton",
    "sphinx_design",  # cards of the first page
    "sphinx_gallery.gen_gallery",  # pictures, made by the scripts that are shown
    "charts",
    "diagrams",
    "links",
    "references",
]
exclude_patterns = ["_build", "_extensions", "gallery", "sg_execution_times.rst"]
source_suffix = {".md": "markdown", ".rst": "restructuredtext"}

myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 4

numpydoc_show_class_members = False
autodoc_default_options = {"members": True, "show-inheritance": False, "member-order": "bysource"}
autodoc_typehints = "signature"
python_maximum_signature_line_length = 100

copybutton_prompt_text = "$ "

sphinx_gallery_conf = {
    "examples_dirs": "gallery",
    "gallery_dirs": "pictures",
    "filename_pattern": r"/plot_",
    "download_all_examples": False,
    "show_signature": False,
    "show_memory": False,
    "reset_modules": (),
    "abort_on_example_error": True,
    "plot_gallery": "True",
    "image_scrapers": ("figures.scrape",),
}

html_theme = "pydata_sphinx_theme"
html_title = f"Seisbus {release}"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_show_sourcelink = False
html_copy_source = False
html_theme_options = {
    "navbar_align": "left",
    "show_toc_level": 2,
    "show_prev_next": False,
    "secondary_sidebar_items": ["page-toc"],
    "footer_start": ["copyright"],
    "footer_end": [],
    "navigation_with_keys": False,
}
html_sidebars = {"index": []}
