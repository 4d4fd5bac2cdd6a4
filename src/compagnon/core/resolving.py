"""Resolving a name within a time: the system's resolver takes none from who asks it.

It is asked in a thread that is left behind when its time is over. So many of these wait at once and
no more: a resolver that hangs costs a bounded number of threads, and holds nobody who asks.
"""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from concurrent.futures import Future
from contextlib import suppress

SECONDS = 5.0
AT_ONCE = 32
Places = threading.BoundedSemaphore
_free = Places(AT_ONCE)


def addresses(name: str, port: int, *, seconds: float = SECONDS) -> list[str]:
    """Give the addresses of a name, as the system knows them, each once, in its order.

    Raises:
        TimeoutError: they were not told within ``seconds``.
        OSError: there is no such name.
        UnicodeError: it cannot be the name of a server.
    """
    with suppress(ValueError):
        return [str(ipaddress.ip_address(name))]
    ends = time.monotonic() + seconds
    free = _free
    if not free.acquire(timeout=max(seconds, 0.0)):
        raise TimeoutError(f"{AT_ONCE} names are being resolved")
    answer: Future[list[str]] = Future()
    thread = threading.Thread(
        target=_ask, args=(name, port, answer, free), name="resolving", daemon=True
    )
    try:
        thread.start()
    except RuntimeError as error:
        free.release()
        raise OSError("no thread to resolve a name in") from error
    return answer.result(timeout=max(ends - time.monotonic(), 0.0))


def _ask(name: str, port: int, answer: Future[list[str]], free: Places) -> None:
    try:
        found = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)
    except (OSError, ValueError, OverflowError) as error:
        answer.set_exception(error)
    else:
        answer.set_result(list(dict.fromkeys(str(one[4][0]) for one in found)))
    finally:
        free.release()
