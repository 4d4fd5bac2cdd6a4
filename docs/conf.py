"""How the documentation is built: ``make docs``. A warning is an error."""

project = "Compagnon"
copyright = "The Compagnon maintainers, Apache-2.0"
language = "en"
extensions = ["myst_parser"]
source_suffix = {".md": "markdown"}
root_doc = "index"
exclude_patterns = ["_build"]
myst_enable_extensions = ["colon_fence", "deflist", "fieldlist"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "Compagnon"
html_static_path = ["_static"]
# The templates that a page shows have their own words, which no lexer knows.
suppress_warnings = ["misc.highlighting_failure"]
