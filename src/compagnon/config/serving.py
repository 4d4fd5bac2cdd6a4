"""What each web process of ``compagnon serve`` loads."""

from __future__ import annotations

import os

from compagnon.config.processes import die_with_parent
from compagnon.config.wsgi import application

__all__ = ["application"]

# The server's processes hold its port: when it is killed they must not go on answering alone.
die_with_parent(os.getppid())
