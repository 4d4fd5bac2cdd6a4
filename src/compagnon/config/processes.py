"""The product's processes kept alive by one: started, restarted when one dies, stopped together.

Knows no Django: a part is a name and a command line.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

log = structlog.get_logger(__name__)

MISUSED = 2
PR_SET_PDEATHSIG = 1
BACKOFF_SECONDS = (0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
# A process that lived this long was well; its next death starts the backoff again.
WELL_AFTER_SECONDS = 60.0
STOP_SECONDS = 20.0


def die_with_parent(parent: int) -> None:
    """Have the kernel end this process when ``parent`` (its process id) dies, however it dies.

    Linux only; elsewhere nothing happens, and the parent's ordinary stop is what ends it.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died before we asked
            os.kill(os.getpid(), signal.SIGTERM)


@dataclass
class Part:
    """One process of the product."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    deaths: int = 0
    start_at: float = field(default=0.0)


class Supervisor:
    """Keeps parts running until it is told to stop.

    Args:
        parts: what to run; each becomes the head of its own process group.
        each_turn: called five times a second while they run.
        clock: seconds that only grow; tests give their own.
    """

    def __init__(
        self,
        parts: list[Part],
        *,
        each_turn: Callable[[], None] = lambda: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.parts = parts
        self.each_turn = each_turn
        self.clock = clock
        self.stopping = False
        self.status = 0

    def run(self) -> int:
        """Run until SIGINT, SIGTERM, or a part that says it was misused; give the exit status."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._on_signal)
        try:
            while not self.stopping:
                self.turn()
                self.each_turn()
                time.sleep(0.2)
        finally:
            self.stop()
        return self.status

    def turn(self) -> None:
        """Look at every part once: start those that are due, note those that died."""
        for part in self.parts:
            if part.process is None:
                if self.clock() >= part.start_at:
                    self._start(part)
            elif (code := part.process.poll()) is not None:
                self._bury(part, code)

    def stop(self) -> None:
        """Ask every part to end, wait, and kill what is left of their groups."""
        running = [part for part in self.parts if part.process is not None]
        for part in running:
            assert part.process is not None  # noqa: S101
            part.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for part in running:
            assert part.process is not None  # noqa: S101
            try:
                part.process.wait(timeout=max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.warning("process killed: it did not stop when asked", part=part.name)
            kill_group(part.process.pid)
            part.process.wait()
            part.process = None

    def _start(self, part: Part) -> None:
        me = os.getpid()
        part.process = subprocess.Popen(  # noqa: S603
            part.command,
            stdin=subprocess.DEVNULL,
            # A group of its own: Ctrl-C reaches only us, and we stop the parts in order.
            start_new_session=True,
            preexec_fn=lambda: die_with_parent(me),  # noqa: PLW1509
        )
        part.started_at = self.clock()

    def _bury(self, part: Part, code: int) -> None:
        assert part.process is not None  # noqa: S101
        kill_group(part.process.pid)
        part.process = None
        if code == MISUSED:
            # It will not go better the next time: what the operator set must change.
            self.status = MISUSED
            self.stopping = True
            return
        if self.clock() - part.started_at >= WELL_AFTER_SECONDS:
            part.deaths = 0
        wait = BACKOFF_SECONDS[min(part.deaths, len(BACKOFF_SECONDS) - 1)]
        part.deaths += 1
        part.start_at = self.clock() + wait
        log.error("process died, starting it again", part=part.name, status=code, in_seconds=wait)

    def _on_signal(self, number: int, _frame: object) -> None:
        self.stopping = True
        log.debug("stopping", signal=signal.Signals(number).name)


def kill_group(leader: int) -> None:
    """Kill whatever is left of a part's process group."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
