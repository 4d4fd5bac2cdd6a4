"""Directories in words: why one cannot be read, why somebody is left alone, the journal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from compagnon.core import journal_words
from compagnon.core.actor import Actor
from compagnon.core.journal_words import Subject
from compagnon.core.visibility import visible
from compagnon.people.models import Directory, DirectoryStep, Organisation, Role, Team

FAILURES: Mapping[str, str | Promise] = {
    "missing": _(
        "Reading directories is not installed on this server. Install Debian’s libldap-dev and "
        "libsasl2-dev, then: pip install 'compagnon[ldap]'"
    ),
    "server": _("The server cannot be reached."),
    "internal": _("The server is inside. The operator allows it by COMPAGNON_OUTGOING_ALLOW."),
    "tls": _("The encryption fails: the certificate is not valid, or not for that name."),
    "refused": _("The server refuses the reading account, or lets it read nothing."),
    "secret": _("Our own secret cannot be read any more: type it again."),
    "base": _("The directory has no such base."),
    "filter": _("The directory does not understand the filter."),
    "paging": _("The directory gives no pages: set 0 entries a page, or raise its limit."),
    "cut": _(
        "The directory stops at its own limit: raise it for the reading account, or lower "
        "the entries a page."
    ),
    "too-many": _(
        "There are more people than this directory may have: narrow the filter, or raise the limit."
    ),
    "slow": _("The directory takes too long."),
    "empty": _(
        "The directory answers with nobody: is the base right, and the filter? Nothing was changed."
    ),
    "ceiling": _(
        "More people than the ceiling would lose something: look at the preview, and confirm it."
    ),
    "setter": _(
        "Whoever set this directory may manage it no more: somebody who may has to save it anew."
    ),
    "unused": _("The directory, or its organisation, was put out of use: nothing more was done."),
    "broken": _("The connection broke off."),
}
CONFLICTS: Mapping[str, str | Promise] = {
    "same-mail": _("Two entries of the directory have the address %(address)s."),
    "address-taken": _("The address %(address)s belongs to somebody else here."),
    "closed": _("The record was closed here by hand: it stays closed."),
    "no-name": _("The entry has no name."),
    "several": _("Its addresses belong to several people here: make one record of them first."),
    "reused": _(
        "The address belongs to somebody who has another entry, or left. If it is the same "
        "person, link them by hand."
    ),
    "another-directory": _("The person is of another directory."),
    "elsewhere": _("The address belongs to somebody of another organisation."),
    "rights": _("The person holds rights that whoever set this directory does not hold."),
    "incomplete": _("The entry has nothing that names it for ever, such as entryUUID."),
    "no-group": _("The directory has no such group, or the filter leaves it out."),
    "two-groups": _("Two groups have this name: write the distinguished name."),
}
# Those in which somebody may say that the entry is the person.
BY_HAND = frozenset({"reused", "another-directory", "elsewhere", "rights"})
FIELDS: Mapping[str, str | Promise] = {
    "first_name": _("first name"),
    "last_name": _("last name"),
    "job_title": pgettext_lazy("directory", "job"),
    "emails": _("mail addresses"),
    "phone": _("phone"),
    "mobile": _("mobile"),
    "account": _("sign-in address"),
    "login": _("name in the directory"),
    "dn": _("entry"),
}
SUSPENSIONS: Mapping[str, str | Promise] = {
    "gone": _("is no longer in the directory"),
    "disabled": _("was closed in the directory"),
}


def in_words(error: str) -> tuple[str | Promise, str]:
    """Give the words of an error as it is kept (``CODE: DETAIL``), and what the server said."""
    code, _colon, detail = error.partition(": ")
    return FAILURES.get(code, error), detail if code in FAILURES else ""


def reason(step: DirectoryStep) -> str:
    """Say why a step is as it is; empty where there is nothing to say."""
    if step.reason:
        return step.reason
    if step.action == "conflict":
        told = str(CONFLICTS.get(step.code, step.code))
        return told % {"address": step.values.get("address", "")} if "%(" in told else told
    return str(SUSPENSIONS.get(step.code, "")) if step.action == "suspend" else ""


def changes(step: DirectoryStep) -> list[tuple[str, str, str]]:
    """Give the fields that a step changes: name, before, after."""
    return [
        (str(FIELDS.get(name, name)), _plain(pair[0]), _plain(pair[1]))
        for name, pair in step.changes.items()
    ]


def _plain(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def gifts(steps: Sequence[DirectoryStep]) -> dict[int, str]:
    """Name what each step gives or takes back, by the step's key; in three queries."""
    triples = {step.pk: step.values["gift"] for step in steps if step.values.get("gift")}
    teams = _named(Team, (one[0] for one in triples.values()))
    roles = _named(Role, (one[1] for one in triples.values()))
    places = _named(Organisation, (one[2] for one in triples.values()))
    return {
        key: teams.get(team, "")
        or gettext("%(role)s on %(place)s")
        % {"role": roles.get(role, "?"), "place": places.get(place, "?")}
        for key, (team, role, place) in triples.items()
    }


def _named(model: Any, keys: Iterator[int | None]) -> dict[int | None, str]:
    wanted = {key for key in keys if key}
    return {row.pk: str(row) for row in model.objects.filter(pk__in=wanted)} if wanted else {}


journal_words.words(
    {
        "directory.preview": (_("asked what the directory would change"), "eye"),
        "directory.apply": (_("synchronised with the directory"), "refresh"),
        "directory.end": (_("ended the synchronisation"), "check"),
        "directory.add_rule": (_("gave a group of the directory a place"), "users-group"),
        "directory.remove_rule": (_("took a group of the directory its place"), "users-group"),
        "person.link_directory": (_("recognised as a person of the directory"), "link"),
        "person.unlink_directory": (_("gave a password of their own back to"), "key"),
    }
)
journal_words.parts({"directory": _("Directory")})


@journal_words.subjects(Directory)
def told(actor: Actor, keys: set[int]) -> dict[int, Subject]:
    """Name directories in the journal."""
    from django.urls import reverse

    rows = visible(Directory, actor).filter(pk__in=keys)
    return {row.pk: Subject(row.name, reverse("people:directory", args=[row.pk])) for row in rows}
