"""``compagnon titles decide FILE…``: decide on candidacies described in JSON, and say why."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from compagnon.core.commands import Answer, Command, Misused
from compagnon.titles.ruling import (
    Decision,
    Language,
    Outcome,
    RuleSet,
    UnknownRuleSet,
    Unreadable,
    decide,
    document,
    lines,
    load_candidacy,
    reevaluate,
    rule_set,
    rule_sets,
)
from compagnon.titles.ruling.json_values import LARGEST, Problem
from compagnon.titles.ruling.wording import Words
from compagnon.titles.ruling.written import comparison_document

NAME = "decide"
HELP = (
    "Decide on candidacies described in JSON (docs/reference/decide.md), under the rule set in "
    "force on their day, and print each decision with every rule that it applied."
)


def arguments(parser: CommandParser) -> None:
    """Declare what the action takes."""
    parser.add_argument("files", nargs="+", metavar="FILE", help="a candidacy; - is standard input")
    parser.add_argument("--rule-set", metavar="ID", help="decide under this set")
    parser.add_argument("--at", metavar="DATE", help="decide as of this day, YYYY-MM-DD")
    parser.add_argument(
        "--compare", metavar="ID", help="re-evaluate under this set too, as a report"
    )


def carry_out(command: Command, **options: Any) -> Answer:
    """Decide each file.

    Raises:
        Misused: the day or a rule set does not exist.
    """
    day = _day(options.get("at"))
    chosen, other = _set(options.get("rule_set")), _set(options.get("compare"))
    items, told, failed = [], [], []
    for name in options["files"]:
        try:
            decision = _decide(name, day, chosen)
        except Unreadable as error:
            failed.append(name)
            items.append({"file": name, "error": "unreadable", "problems": _problems(error)})
            told += [name, *_problem_lines(error)]
            continue
        item = {"file": name, **document(decision)}
        if other is not None:
            item["reevaluation"] = comparison_document(reevaluate(decision, other))
            del item["reevaluation"]["decision"]
        items.append(item)
        told += [name, *lines(decision, _language()), ""]
        if decision.outcome is Outcome.NEEDS_PERSON:
            failed.append(_("%(file)s (a person must settle it)") % {"file": name})
    return Answer(items=items, lines=told, failed=failed)


def _decide(name: str, day: date | None, chosen: RuleSet | None) -> Decision:
    candidacy = load_candidacy(_text(name))
    # Without any date, the question is about today.
    at = day or candidacy.on or timezone.localdate()
    try:
        return decide(candidacy, at=at, rule_set=chosen)
    except UnknownRuleSet as error:
        known = ", ".join(one.id for one in rule_sets())
        words = Words(
            f"aucun ensemble de règles pour {error} ; connus : {known}",
            f"no rule set for {error}; known: {known}",
        )
        place = "/rule_set" if candidacy.rule_set else "/date"
        raise Unreadable([Problem(place, words)]) from error


def _text(name: str) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(LARGEST + 1)
        with Path(name).open("rb") as file:
            return file.read(LARGEST + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        words = Words(f"fichier illisible : {reason}", f"cannot read the file: {reason}")
        raise Unreadable([Problem("", words)]) from error


def _day(written: str | None) -> date | None:
    if written is None:
        return None
    try:
        return date.fromisoformat(written)
    except ValueError as error:
        raise Misused(_("%(text)s is not a day (YYYY-MM-DD).") % {"text": written}) from error


def _set(set_id: str | None) -> RuleSet | None:
    if set_id is None:
        return None
    try:
        return rule_set(set_id)
    except UnknownRuleSet as error:
        known = ", ".join(one.id for one in rule_sets())
        raise Misused(
            _("No rule set is called %(text)s; known: %(known)s") % {"text": set_id, "known": known}
        ) from error


def _problems(error: Unreadable) -> list[dict[str, Any]]:
    return [{"pointer": one.pointer, "words": one.words.document()} for one in error.problems]


def _problem_lines(error: Unreadable) -> Iterator[str]:
    for one in error.problems:
        yield f"  {one.pointer or '/'}: {one.words.text(_language())}"


def _language() -> Language:
    return "en" if (get_language() or "fr").startswith("en") else "fr"
