"""The frame of every page, its components and its static files; imports no room."""
