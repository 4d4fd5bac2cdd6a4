"""How long somebody's CCPs count: every window that the texts in force give, weighed by rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from compagnon.titles import ruling
from compagnon.titles.models import CertificateKind, Path, TitleVersion
from compagnon.titles.ruling import Language, UnknownRuleSet, Unreadable, Words

KINDS = frozenset({"years_from_first", "title_validity", "unlimited"})


@dataclass(frozen=True, slots=True)
class Window:
    """What one rule says of how long CCPs count.

    Args:
        until: the last day it gives; ``None`` where it sets none, or where a date is not known.
        applies: it is the one that decides under the rule set in force.
    """

    rule: str
    says: str
    found: str
    citation: str
    until: date | None
    applies: bool


@dataclass(frozen=True, slots=True)
class Windows:
    """Every window, the rule set that weighs them, and why one applies."""

    rule_set: str
    lines: tuple[Window, ...]
    reason: str

    @property
    def applied(self) -> Window | None:
        """The one that applies, where the rule set has one."""
        return next((one for one in self.lines if one.applies), None)


def windows(
    *,
    code: str,
    version: str,
    held: Mapping[str, date],
    today: date,
    language: Language,
    path: str = Path.DISCONTINUOUS,
) -> Windows | None:
    """Give the windows of who holds some CCPs of a title, under the rules in force today.

    Args:
        held: numbers of CCPs of that version, to the day each was gained.

    Returns:
        ``None`` where the title or its version is not known, or nothing is left to gain.
    """
    document = _document(code, version, held, path)
    if document is None:
        return None
    try:
        decision = ruling.decide(ruling.read_candidacy(document), at=today)
    except (Unreadable, UnknownRuleSet):
        return None
    shown = next((one for one in decision.conflicts if one.conflict.id == "window"), None)
    if shown is not None:
        return Windows(
            _text(decision.rule_set.name, language),
            tuple(_line(one, one.applied, language) for one in shown.readings),
            _text(shown.conflict.reason, language),
        )
    alone = [one for one in decision.applied if one.rule.kind in KINDS]
    if not alone:
        return None
    return Windows(
        _text(decision.rule_set.name, language),
        tuple(_line(one, True, language) for one in alone),
        "",
    )


def _document(
    code: str, version: str, held: Mapping[str, date], path: str
) -> dict[str, Any] | None:
    row = TitleVersion.objects.filter(title__code=code, label=version).first()
    if row is None:
        return None
    ccps = list(row.certificates.filter(kind=CertificateKind.CCP).order_by("number"))
    left = [str(one.number) for one in ccps if str(one.number) not in held]
    if not left or not held:
        return None
    title: dict[str, Any] = {
        "code": code,
        "version": version,
        "ccps": [{"number": str(one.number), "name": one.name} for one in ccps],
    }
    if row.valid_to:
        title["valid_until"] = row.valid_to.isoformat()
    return {
        "title": title,
        "path": path if path != Path.CCS else Path.DISCONTINUOUS,
        "request": {"kind": "ccp", "ccps": left[:1]},
        "held": [
            {"ccp": number, "version": version, "obtained_on": day.isoformat()}
            for number, day in held.items()
        ],
    }


def _text(words: Words | str, language: Language) -> str:
    return words if isinstance(words, str) else words.text(language)


def _line(one: Any, applies: bool, language: Language) -> Window:
    until = one.inputs.get("until")
    return Window(
        rule=one.rule.id,
        says=one.rule.says.text(language),
        found=one.words.text(language),
        citation=_text(one.rule.citation.line(), language),
        until=until if isinstance(until, date) else None,
        applies=applies,
    )
