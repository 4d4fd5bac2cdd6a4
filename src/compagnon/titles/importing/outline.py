"""What is recognised in a document: the same outline for every kind."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date
from typing import Any

# A requirement, as titles/requirements.py documents it: {"all": [...]}, {"at_least": n, "of": []}.
Expression = dict[str, Any]


@dataclass(slots=True)
class Loss:
    """Something of the document that did not find its place, or found one with a doubt.

    Args:
        why: a stable code (``no-sheet``, ``column-lost``, ``label-differs``…).
        line: of the document, from 1; 0 where it is not of one line.
    """

    why: str
    text: str = ""
    line: int = 0


@dataclass(slots=True)
class Losses:
    """The loss report: what was counted, what was not matched, what may mean two things."""

    counted: dict[str, int] = field(default_factory=dict)
    unmatched: list[Loss] = field(default_factory=list)
    ambiguous: list[Loss] = field(default_factory=list)
    furniture: Counter[str] = field(default_factory=Counter)

    def miss(self, why: str, text: str = "", line: int = 0) -> None:
        """Note something that was not matched."""
        self.unmatched.append(Loss(why, text[:500], line))

    def doubt(self, why: str, text: str = "", line: int = 0) -> None:
        """Note something that may mean two things."""
        self.ambiguous.append(Loss(why, text[:500], line))


@dataclass(slots=True)
class Code:
    """A code in a nomenclature, with that nomenclature's version where it is known."""

    code: str
    label: str = ""
    edition: str = ""


@dataclass(slots=True)
class Text:
    """A legal text, as the document names it."""

    reference: str
    signed_on: date | None = None
    published_on: date | None = None


@dataclass(slots=True)
class Criterion:
    """A performance criterion. ``kind`` is ``qualitative`` or ``quantitative``."""

    text: str
    kind: str = "qualitative"
    line: int = 0


@dataclass(slots=True)
class Knowledge:
    """Something to know. ``kind`` is empty where the text does not say it."""

    text: str
    kind: str = ""


@dataclass(slots=True)
class Competence:
    """A competence. ``mark`` is what the text puts beside it in this list («*»)."""

    number: int
    name: str
    mark: str = ""
    description: str = ""
    context: str = ""
    criteria: list[Criterion] = field(default_factory=list)
    knowledge: list[Knowledge] = field(default_factory=list)
    line: int = 0


@dataclass(slots=True)
class Activity:
    """An activity type, and so its certificate: each gives exactly one.

    ``certificate`` is ``ccp``, or ``ccs`` for an extension. ``block`` is the number and
    ``block_code`` the code of the RNCP block of the same name.
    """

    number: int
    name: str
    competences: list[Competence] = field(default_factory=list)
    certificate: str = "ccp"
    description: str = ""
    regulation: str = ""
    requirement: Expression | None = None
    block: int | None = None
    block_code: str = ""
    line: int = 0

    def expression(self) -> Expression:
        """Give what the certificate takes: all its competences, unless the text says otherwise."""
        if self.requirement is not None:
            return self.requirement
        return {"all": [{"competence": one.number} for one in self.competences]}


@dataclass(slots=True)
class Transversal:
    """A competence of the whole job."""

    name: str
    description: str = ""
    criteria: list[Criterion] = field(default_factory=list)
    line: int = 0


@dataclass(slots=True)
class Side:
    """One side of a table of correspondences: a title as its heading names it."""

    title: str = ""
    text: str = ""  # the text that defines it («arrêté du 22 juillet 2003»)
    signed_on: date | None = None


@dataclass(slots=True)
class Line:
    """One line of a table of correspondences. No target and ``none`` is «Néant»."""

    sources: list[str]
    targets: list[str]
    none: bool = False
    needs: str = "all"
    doubt: str = ""
    line: int = 0


@dataclass(slots=True)
class Table:
    """A table of correspondences between two versions."""

    old: Side
    new: Side
    lines: list[Line]
    citation: str = ""


@dataclass(slots=True)
class Access:
    """A way to the title, and whether it is open; ``None`` where the text has lost it."""

    route: str
    is_open: bool | None
    inferred: bool = False
    jury: str = ""


@dataclass(slots=True)
class Recognised:
    """What one document, or one sheet of an export, says of one title."""

    kind: str
    title: str = ""
    code: str = ""
    short_name: str = ""
    version: str = ""
    authority: str = ""
    validated_on: date | None = None
    updated_on: date | None = None
    valid_from: date | None = None
    valid_to: date | None = None
    levels: list[Code] = field(default_factory=list)
    nsf: list[Code] = field(default_factory=list)
    rome: list[Code] = field(default_factory=list)
    formacode: list[Code] = field(default_factory=list)
    texts: list[Text] = field(default_factory=list)
    rncp: str = ""
    definition: str = ""
    regulation: str = ""
    links: str = ""
    activities: list[Activity] = field(default_factory=list)
    transversal: list[Transversal] = field(default_factory=list)
    correspondences: list[Table] = field(default_factory=list)
    access: list[Access] = field(default_factory=list)
    replaces: list[str] = field(default_factory=list)
    replaced_by: list[str] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)
    losses: Losses = field(default_factory=Losses)

    def competences(self) -> dict[int, Competence]:
        """Give the competences by number, each once, in order."""
        found: dict[int, Competence] = {}
        for activity in self.activities:
            for one in activity.competences:
                found.setdefault(one.number, one)
        return dict(sorted(found.items()))

    def count(self) -> None:
        """Write the counts of the loss report."""
        competences = self.competences()
        counts = {
            "activities": len(self.activities),
            "certificates": len(self.activities),
            "competences": len(competences),
            "criteria": sum(len(one.criteria) for one in competences.values()),
            "knowledge": sum(len(one.knowledge) for one in competences.values()),
            "transversal": len(self.transversal),
            "transversal_criteria": sum(len(one.criteria) for one in self.transversal),
            "correspondences": sum(len(table.lines) for table in self.correspondences),
        }
        self.losses.counted = {**counts, **self.losses.counted}
