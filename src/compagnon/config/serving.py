"""What each web process of ``compagnon serve`` loads."""

from __future__ import annotations

import gc
import os
import threading

from django.urls import get_resolver

from compagnon.config.processes import die_with_parent
from compagnon.config.reading_ahead import read_ahead
from compagnon.config.wsgi import application

__all__ = ["application"]


def _keep() -> None:
    gc.collect()
    gc.freeze()


def _read_ahead() -> None:
    read_ahead()
    _keep()


# The server's processes hold its port: when it is killed they must not go on answering alone.
die_with_parent(os.getppid())

# Every view is imported now, not within the first request; and what was imported stays until the
# end: looked at again and again for garbage, it made one page in a hundred wait 100 ms.
_ = get_resolver().url_patterns
_keep()

# The first page of its kind took 300 ms more. The server answers meanwhile.
threading.Thread(target=_read_ahead, name="read-ahead", daemon=True).start()
