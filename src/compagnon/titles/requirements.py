"""What a certificate or a title takes, as an expression kept in JSON.

An expression is one of::

    {"competence": 7}                         the competence of that number, in the same version
    {"certificate": 2}                        the CCP of that number, in the same version
    {"all": [expression, ...]}                each of them
    {"at_least": 1, "of": [expression, ...]}  so many of them, no matter which

and they nest. The annex of 2002 has «au moins une compétence sur les quatre» beside twelve others:
``{"all": [{"competence": 7}, ..., {"at_least": 1, "of": [{"competence": 15}, ...]}]}``. An empty
object takes nothing that is known. ``docs/reference/requirement.schema.json`` says the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from typing import Any

Expression = Mapping[str, Any]
LEAVES = ("competence", "certificate")
DEEPEST = 8
WIDEST = 400


def check(expression: object, *, depth: int = 0) -> None:
    """Refuse what is no expression.

    Raises:
        ValueError: it is none; the message says where it is wrong.
    """
    if depth > DEEPEST:
        raise ValueError("nested too deep")
    if not isinstance(expression, Mapping):
        raise ValueError("an expression is an object")  # noqa: TRY004 - the value is wrong
    names = set(expression)
    if not names and depth == 0:
        return
    if len(names) == 1 and names <= set(LEAVES):
        number = expression[names.pop()]
        if not isinstance(number, int) or isinstance(number, bool) or number < 1:
            raise ValueError("a number from 1 is expected")
        return
    if names == {"all"}:
        terms = expression["all"]
    elif names == {"at_least", "of"}:
        terms, least = expression["of"], expression["at_least"]
        if not isinstance(least, int) or isinstance(least, bool) or least < 1:
            raise ValueError("at_least takes a number from 1")
        if isinstance(terms, list) and least > len(terms):
            raise ValueError("at_least is more than there are")
    else:
        raise ValueError("one of competence, certificate, all, or at_least with of is expected")
    if not isinstance(terms, list) or not terms or len(terms) > WIDEST:
        raise ValueError("a list of expressions is expected")
    for term in terms:
        check(term, depth=depth + 1)


def is_met(expression: Expression, *, competences: AbstractSet[int] = frozenset(),
           certificates: AbstractSet[int] = frozenset()) -> bool:  # fmt: skip
    """Tell whether these numbers are enough."""
    if "competence" in expression:
        return bool(expression["competence"] in competences)
    if "certificate" in expression:
        return bool(expression["certificate"] in certificates)
    terms = expression.get("all", expression.get("of", []))
    met = sum(1 for one in terms if is_met(one, competences=competences, certificates=certificates))
    return bool(met >= expression.get("at_least", len(terms)))


def numbers(expression: Expression, leaf: str) -> Iterator[int]:
    """Give the numbers of the competences, or certificates, that an expression names."""
    if leaf in expression:
        yield expression[leaf]
    for term in (*expression.get("all", ()), *expression.get("of", ())):
        yield from numbers(term, leaf)


def choices(expression: Expression) -> Iterator[Expression]:
    """Give the parts that leave a choice: each «at least so many of these»."""
    if "at_least" in expression:
        yield expression
    for term in (*expression.get("all", ()), *expression.get("of", ())):
        yield from choices(term)
