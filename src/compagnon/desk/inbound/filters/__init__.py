"""The filters of the intake, one a file; adding one is adding a file.

A filter's file defines one function under ``@intake_filter(order=…)``. It is asked after those of
a lower order passed the message on, and answers with a verdict, or a note to keep beside the
verdict of another, or None. Orders go by tens, so that one fits between two.

==  ===============  =========================================================
10  own_loop         what we wrote ourselves, and what goes in circles
20  automatic_reply  programs that answer in a person's place
30  bounce           reports on delivery
40  spam             what the mail server marked as unwanted
50  sender           nobody named, blocked, or unknown where strangers are not let in
60  follow_up        answers to a ticket
90  routing          all that is left opens a ticket
==  ===============  =========================================================
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Protocol

from compagnon.desk.inbound.mail import ParsedMail
from compagnon.desk.inbound.verdict import Context, Envelope, Note, Verdict

Judgement = Verdict | Note | None
Judge = Callable[[ParsedMail, Envelope, Context], Judgement]


class Filter(Protocol):
    """One rule of the intake."""

    @property
    def name(self) -> str:
        """Its file's name."""

    @property
    def order(self) -> int:
        """When it is asked; low first."""

    def __call__(self, mail: ParsedMail, envelope: Envelope, context: Context, /) -> Judgement:
        """Judge a message; pure but for what it asks of ``context``."""


@dataclass(frozen=True, slots=True)
class _Registered:
    name: str
    order: int
    judge: Judge

    def __call__(self, mail: ParsedMail, envelope: Envelope, context: Context, /) -> Judgement:
        return self.judge(mail, envelope, context)


_registered: dict[str, Filter] = {}


def intake_filter(*, order: int) -> Callable[[Judge], Judge]:
    """Register the function below as the filter of its file."""

    def register(judge: Judge) -> Judge:
        name = judge.__module__.rpartition(".")[2]
        _registered[name] = _Registered(name, order, judge)
        return judge

    return register


@cache
def in_order() -> tuple[Filter, ...]:
    """Give the filters in the order in which they are asked."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return tuple(sorted(_registered.values(), key=lambda one: one.order))
