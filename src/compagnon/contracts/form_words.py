"""What is wrong with a form, a plan or an answer, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.utils.translation import gettext_lazy as _

from compagnon.contracts.asking.definition import Fault
from compagnon.core.errors import Text

FAULTS: Mapping[str, Text] = {
    "shape": _("This is not a form that we can read."),
    "too_many": _("There are too many of them."),
    "nothing_asked": _("The form asks nothing: add a field."),
    "key": _("A key is small letters, digits and underscores, and begins with a letter."),
    "key_twice": _("Another one bears this key."),
    "kind": _("There is no such kind of field."),
    "words": _("Its words cannot be read."),
    "label": _("It needs its words in French."),
    "too_long": _("It is too long."),
    "condition": _("Its condition cannot be read."),
    "condition_op": _("Its condition compares in a way that does not exist."),
    "condition_field": _("Its condition asks a field that does not stand before it."),
    "amount_field": _("Its amount is read from a field that is no number."),
    "condition_value": _("Its condition compares with nothing."),
    "condition_never": _(
        "Its condition compares with what the question asked cannot be answered with."
    ),
    "bound": _("Its smallest or greatest value cannot be read, or does not fit this kind."),
    "bound_order": _("Nothing stands between its smallest and its greatest value."),
    "default": _("Its answer to begin with is one that it would refuse."),
    "required": _("Whether an answer is needed is neither yes nor no."),
    "pattern": _("Its pattern cannot be read: see which signs it may use; not too long either."),
    "currency": _("A currency has three capital letters."),
    "choices": _("Its choices cannot be used: each has its own value and its words."),
    "whom": _("It does not say who approves."),
    "team": _("It needs its team."),
    "number": _("One of its numbers is out of bounds."),
    "after": _("It waits for a task that does not exist."),
    "circle": _("It waits for itself, through others."),
    "ending": _("It does not say what happens once everything is done."),
    "unknown": _("It names a person or a team that is gone."),
}

ANSWERS: Mapping[str, Text] = {
    "missing": _("An answer is needed here."),
    "not_offered": _("This is none of the choices offered."),
    "too_many": _("Too many are chosen."),
    "too_few": _("Choose more of them."),
    "too_long": _("This is too long."),
    "too_short": _("This is too short."),
    "pattern": _("This is not written as it should be."),
    "not_a_number": _("Write a number."),
    "too_small": _("This number is too small."),
    "too_large": _("This number is too large."),
    "not_a_date": _("Write a date."),
    "too_early": _("This date is too early."),
    "too_late": _("This date is too late."),
}


def in_words(faults: Iterable[Fault]) -> list[Text]:
    """Say what is wrong and where, one sentence each."""
    said: list[Text] = []
    for where, code in faults:
        text = str(FAULTS.get(code, code))
        said.append(f"{where}: {text}" if where else text)
    return said
