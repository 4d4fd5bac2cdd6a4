"""Minutes on paper: what a jury decided on one candidate, by which rules, signed by whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone, translation
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from compagnon.titles.documents.engine import Attached, Standard, render
from compagnon.titles.proving.statement import long_date

SEALED = "minutes.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """Minutes as they were written.

    Args:
        content: see ``services.minutes.content_of``.
        text: of the content, as it was digested; attached to the PDF, or ``None`` for who may
            not read how each juror voted.
        signatures: names and moments.
        unsigned: names of the jurors who were there and have not signed.
        corrected_by: the number of the minutes that correct these.
    """

    number: str
    candidate: str
    content: Mapping[str, Any]
    text: str | None
    digest: str
    previous: str
    written_at: datetime
    signatures: Sequence[tuple[str, datetime]]
    unsigned: Sequence[str]
    corrected_by: str = ""


def minutes_pdf(sealed: Sealed, *, language: str) -> bytes:
    """Give the PDF/A-3a of minutes.

    Raises:
        CompagnonError: as :func:`~compagnon.titles.documents.engine.render`.
    """
    with translation.override(language):
        attached = []
        if sealed.text is not None:
            attached.append(
                Attached(
                    SEALED,
                    sealed.text,
                    "application/json",
                    _("What the digest seals, after the digest before it and a line feed"),
                )
            )
        return render(
            "minutes",
            _data(sealed, language),
            standard=Standard.ARCHIVE,
            attached=attached,
            made_at=sealed.written_at,
        )


def _data(sealed: Sealed, language: str) -> dict[str, Any]:
    content, decision = sealed.content, sealed.content["decision"]
    centre = content["session"]["centre"]
    number = {"number": sealed.number}
    return {
        "title": f"{_('Minutes of the jury')} {sealed.number}",
        "author": centre,
        "language": language,
        "reference": sealed.number,
        "footer": _("Minutes %(number)s") % number,
        "heading": _("Minutes of the jury"),
        "subheading": _("No. %(number)s") % number,
        "correction": _correction(sealed),
        "facts": _facts(sealed, language),
        "labels": {
            "jury": _("Jury"),
            "decision": _("Decision"),
            "rules": _("Rules applied"),
            "conflicts": _("Where texts conflict"),
            "incidents": _("Incidents"),
            "signatures": _("Signatures"),
            "seal": _("Seal"),
        },
        "columns": {
            "jury": [_("Name"), _("Quality"), _("Presence")],
            "votes": [_("Vote on"), pgettext("vote", "For"), pgettext("vote", "Against")],
            "rules": [_("No."), _("Rule, what was found, and its text"), _("Result")],
            "signatures": [_("Name"), _("Signed on")],
        },
        "jury": [_member(one) for one in content["jury"]],
        "votes": _votes(content["votes"]),
        "outcome": _words(decision["outcome_words"], language),
        "granted": _granted(decision["granted"], content),
        "notes": [
            _words(one, language) for one in (*decision["warnings"], *decision["next_steps"])
        ],
        "rule_set": _rule_set(decision["rule_set"], language),
        "rules": [_rule(one, language) for one in decision["rules"]],
        "conflicts": [_conflict(one, language) for one in decision["conflicts"]],
        "incidents": [_incident(one) for one in content["incidents"]],
        "signatures": [[name, _moment(at)] for name, at in sealed.signatures],
        "unsigned": [
            _("%(name)s has not signed yet.") % {"name": name} for name in sealed.unsigned
        ],
        "seal": [
            {"label": _("Digest of these minutes (SHA-256)"), "value": sealed.digest},
            {
                "label": _("Digest of the minutes before them in the centre"),
                "value": sealed.previous or _("none: these are the first"),
            },
        ],
        "seal_words": _(
            "Nothing of these minutes changes: a correction is new minutes. The digest seals what "
            "they say together with the digest of the minutes before them."
        ),
        "nature": _(
            "These minutes are the centre's own record of the deliberation. They do not stand for "
            "what the State's authority keeps."
        ),
    }


def _words(words: Mapping[str, str], language: str) -> str:
    return str(words.get(language) or words.get("fr") or "")


def _moment(value: datetime | str) -> str:
    moment = parse_datetime(value) if isinstance(value, str) else value
    return timezone.localtime(moment).strftime("%d/%m/%Y %H:%M") if moment else str(value)


def _correction(sealed: Sealed) -> str:
    told = []
    if sealed.content.get("corrects"):
        told.append(
            _("These minutes correct %(number)s: %(reason)s")
            % {"number": sealed.content["corrects"], "reason": sealed.content["reason"]}
        )
    if sealed.corrected_by:
        told.append(
            _("%(number)s corrects these minutes: they no longer hold.")
            % {"number": sealed.corrected_by}
        )
    return " ".join(told)


def _facts(sealed: Sealed, language: str) -> list[dict[str, str]]:
    session, title = sealed.content["session"], sealed.content["title"]
    distance = _("at a distance") if session["remote"] else ""
    rows = [
        (_("Candidate"), f"{sealed.candidate} ({sealed.content['candidacy']['reference']})"),
        (_("Title"), f"{title['code']} — {title['name']} ({title['version']})"),
        (_("Certificate"), sealed.content["certificate"] or ""),
        (_("Session"), session["reference"]),
        (
            pgettext("session", "From and to"),
            f"{_moment(session['starts_at'])} — {_moment(session['ends_at'])}",
        ),
        (_("Place"), " · ".join(part for part in (session["place"], distance) if part)),
        (_("Written on"), long_date(timezone.localdate(sealed.written_at), language)),
    ]
    return [{"label": label, "value": value} for label, value in rows if value]


def _member(one: Mapping[str, Any]) -> list[str]:
    quality = {
        "professional": _("professional"),
        "trainer": _("trainer"),
    }.get(one["quality"], str(one["quality"]))
    if one["chair"]:
        quality = f"{quality}, {_('chair')}"
    return [one["name"], quality, _("present") if one["present"] else _("absent")]


def _votes(votes: Sequence[Mapping[str, Any]]) -> list[list[str]]:
    """Give the count on each object; who voted what stays with the jury."""
    counts: dict[str, Counter[bool]] = {}
    for one in votes:
        counts.setdefault(one["on"], Counter())[bool(one["for"])] += 1
    return [
        [_("The whole title") if name == "title" else name, str(count[True]), str(count[False])]
        for name, count in counts.items()
    ]


def _granted(granted: Mapping[str, Any], content: Mapping[str, Any]) -> list[str]:
    told = []
    if granted["title"]:
        told.append(_("The title %(name)s") % {"name": content["title"]["name"]})
    told += [f"CCP {one['ccp']} — {one['name']}" for one in granted["ccps"]]
    if granted["ccs"]:
        told.append(f"CCS — {granted['ccs']}")
    return told


def _rule_set(chosen: Mapping[str, Any], language: str) -> str:
    name = chosen["name"]
    name = _words(name, language) if isinstance(name, Mapping) else str(name)
    return f"{name} ({_words(chosen['because'], language)})"


def _verdict(verdict: str) -> str:
    return {
        "met": pgettext("rule", "met"),
        "not_met": pgettext("rule", "not met"),
        "not_stated": pgettext("rule", "not stated"),
    }.get(verdict, verdict)


def _cited(citation: Mapping[str, Any], language: str) -> str:
    text = citation["text"]
    text = _words(text, language) if isinstance(text, Mapping) else str(text)
    return ", ".join(str(part) for part in (text, citation.get("article")) if part)


def _rule(one: Mapping[str, Any], language: str) -> list[str]:
    told = "\n".join((
        _words(one["says"], language),
        _words(one["words"], language),
        _cited(one["citation"], language),
    ))  # fmt: skip
    return [str(one["number"] or "·"), told, _verdict(one["verdict"])]


def _conflict(one: Mapping[str, Any], language: str) -> dict[str, Any]:
    readings = []
    for each in one["results"]:
        told = (
            f"{_words(each['says'], language)} {_words(each['words'], language)} — "
            f"{_verdict(each['verdict'])} ({_cited(each['citation'], language)})"
        )
        readings.append(f"{told} — {_('applied')}" if each["applied"] else told)
    return {
        "question": _words(one["question"], language),
        "readings": readings,
        "reason": _words(one["reason"], language),
    }


def _incident(one: Mapping[str, Any]) -> str:
    kind = f"{_('report of fraud')} — " if one["fraud"] else ""
    return f"{_moment(one['at'])}: {kind}{one['text']}"
