"""What Python's parser of command lines refuses, in words of ours, in the reader's language.

Its own are English. They are recognised by their form; one that a newer Python words otherwise is
told as it is.
"""

from __future__ import annotations

import re
from typing import NoReturn

from django.core.management.base import CommandParser
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_RULES: tuple[tuple[str, str | Promise], ...] = (
    (r"argument (?P<argument>.+?): (?P<rest>.+)", _("%(argument)s: %(rest)s")),
    (r"the following arguments are required: (?P<names>.+)", _("say also: %(names)s")),
    (r"one of the arguments (?P<names>.+) is required", _("say one of these: %(names)s")),
    (r"unrecognized arguments: (?P<names>.+)", _("this is not known here: %(names)s")),
    (
        r"invalid choice: (?P<given>.+?) \(choose from (?P<choices>.+)\)",
        _("%(given)s is none of the choices: %(choices)s"),
    ),
    (
        r"invalid choice: (?P<given>.+?), maybe you meant (?P<near>.+?)\? \(choose from (?P<choices>.+)\)",  # noqa: E501
        _("%(given)s is none of the choices: %(choices)s (perhaps %(near)s)"),
    ),
    (
        r"unknown parser (?P<given>.+?) \(choices: (?P<choices>.+)\)",
        _("%(given)s is none of the choices: %(choices)s"),
    ),
    (r"invalid int value: (?P<given>.+)", _("%(given)s is no whole number")),
    (r"invalid float value: (?P<given>.+)", _("%(given)s is no number")),
    (r"invalid \S+ value: (?P<given>.+)", _("%(given)s cannot be used")),
    (r"not allowed with argument (?P<other>.+)", _("not together with %(other)s")),
    (r"expected one argument", _("one value is expected")),
    (r"expected at most one argument", _("one value at most is expected")),
    (r"expected at least one argument", _("one value at least is expected")),
    (r"expected (?P<count>\d+) arguments?", _("%(count)s values are expected")),
    (
        r"ambiguous option: (?P<given>.+?) could match (?P<choices>.+)",
        _("%(given)s may be several: %(choices)s"),
    ),
    (r"ignored explicit argument (?P<given>.+)", _("it takes no value: %(given)s")),
    (r"can't open (?P<name>'.*?'): (?P<rest>.+)", _("%(name)s cannot be opened: %(rest)s")),
)
_KNOWN = tuple((re.compile(pattern, re.DOTALL), said) for pattern, said in _RULES)


def told(message: str) -> str:
    """Give a refusal in the language in force."""
    for pattern, said in _KNOWN:
        if found := pattern.fullmatch(message.strip()):
            parts = {name: text for name, text in found.groupdict().items() if text is not None}
            # What is wrong with an argument is a sentence of its own.
            inner = {"rest": told(parts["rest"])} if "rest" in parts else {}
            return str(said) % (parts | inner)
    return message


class OurParser(CommandParser):
    """Django's parser, and those of its subcommands, whose misuse the command tells."""

    def error(self, message: str) -> NoReturn:
        """Leave with what was misused."""
        self.misused(message)
        raise SystemExit(2)

    def misused(self, message: str) -> None:
        """Tell it; each command has its own."""
        raise NotImplementedError
