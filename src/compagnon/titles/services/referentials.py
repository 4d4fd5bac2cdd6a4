"""Referentials: what comes with the product, what documents add, what a person settles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from compagnon.core import files, journal
from compagnon.core.actor import Actor
from compagnon.core.errors import Conflict, Invalid, NotFound
from compagnon.core.services import service
from compagnon.titles import policies
from compagnon.titles.importing import shipped
from compagnon.titles.importing.outline import Recognised
from compagnon.titles.importing.telling import losses_of
from compagnon.titles.models import (
    Certificate,
    Correspondence,
    CorrespondenceStatus,
    DocumentKind,
    ImportedDocument,
    SourcesNeeded,
    Title,
    TitleVersion,
)
from compagnon.titles.services import referentials_matching as matching
from compagnon.titles.services.referentials_writing import Writing, write_table

REASON_LENGTH = 2000


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Args:
        changed: rows written, by what they are; empty when the document said nothing new.
        is_new: the version was not known before.
        unmatched: names of a table of correspondences that no version bears.
    """

    version: TitleVersion
    document: ImportedDocument | None
    changed: dict[str, int]
    is_new: bool = False
    unmatched: list[str] = field(default_factory=list)


@service("referential.manage")
def import_document(*, actor: Actor, found: Recognised, name: str, content: bytes) -> Imported:
    """Keep what was recognised in a document, and the document.

    The same document again changes nothing. One that prints another version, or names other
    certificates, adds a version beside those that are there.

    Args:
        found: what :mod:`compagnon.titles.importing` gave for these bytes.

    Raises:
        Refused: the actor does not manage referentials.
        Conflict: a table links versions that are not known, or evaluations hold what it drops.
        Invalid: it names no title.
    """
    policies.check_manage_referentials(actor)
    if found.kind == DocumentKind.CORRESPONDENCE:
        imported = _tables_alone(found, name)
    else:
        version, is_new = _version_for(found)
        changed = Writing(version).write(found)
        lost = _tables(found, version, changed)
        imported = Imported(version, None, changed, is_new, lost)
    document, fresh = _keep(actor, imported, found, name, content)
    if imported.changed or fresh:
        journal.record(
            actor=actor,
            verb="referential.import",
            subject=imported.version,
            after={"kind": found.kind, "changed": imported.changed, "sha256": document.file.sha256},
        )
    return Imported(
        imported.version, document, imported.changed, imported.is_new, imported.unmatched
    )


def _version_for(found: Recognised) -> tuple[TitleVersion, bool]:
    title = matching.title_of(found.code, found.rncp, found.title)
    if title is None:
        if not found.title:
            raise Invalid(_("This document names no title: its heading was not found."))
        if not found.activities:
            raise Invalid(_("This document says nothing of how its title is made."))
        title = Title.objects.create(
            code=(found.code or found.rncp or _made_code())[:20],
            name=found.title[:250],
            short_name=found.short_name[:40],
            authority=found.authority[:250],
        )
    version = matching.version_of(title, found)
    if version is not None:
        return TitleVersion.objects.select_for_update().get(pk=version.pk), False
    if not found.activities:
        raise Conflict(_("This document says nothing of how this version of the title is made."))
    return (
        TitleVersion.objects.create(
            title=title,
            label=matching.label_for(title, found),
            name=found.title[:250] or title.name,
        ),
        True,
    )


def _made_code() -> str:
    number = Title.objects.filter(code__startswith="X-").count() + 1
    return f"X-{number:05}"


def _tables(found: Recognised, version: TitleVersion, changed: dict[str, int]) -> list[str]:
    """Write what a REAC says of the version before; a version that is not known is a loss."""
    lost: list[str] = []
    for table in found.correspondences:
        old, _new = matching.sides_of(table, version.title)
        if old is None or old == version:
            lost += [name for line in table.lines for name in line.sources]
            continue
        citation = f"{table.citation}, {version}"
        made, missing = write_table(table, old, version, citation=citation)
        lost += missing
        if made:
            changed["correspondences"] = changed.get("correspondences", 0) + made
    return lost


def _tables_alone(found: Recognised, name: str) -> Imported:
    title = matching.title_of(found.code, found.rncp, found.title)
    if title is None:
        # A table may name no title: its certificates tell whose it is.
        known = (one for one in Title.objects.all() if _links(one, found))
        title = next(known, None)
    if title is None:
        raise Conflict(_("The title that this table speaks of is not known: import it first."))
    changed: dict[str, int] = {}
    lost: list[str] = []
    target: TitleVersion | None = None
    for table in found.correspondences:
        old, new = matching.sides_of(table, title)
        if old is None or new is None:
            raise Conflict(
                _("This table links versions of the title that are not known: import them first.")
            )
        made, missing = write_table(table, old, new, citation=table.citation or name)
        lost += missing
        target = new
        if made:
            changed["correspondences"] = changed.get("correspondences", 0) + made
    if target is None:
        raise Invalid(_("This document holds no table."))
    return Imported(target, None, changed, False, lost)


def _links(title: Title, found: Recognised) -> bool:
    return all(None not in matching.sides_of(table, title) for table in found.correspondences)


def _keep(
    actor: Actor, imported: Imported, found: Recognised, name: str, content: bytes
) -> tuple[ImportedDocument, bool]:
    stored = files.store(content)
    losses = losses_of(found)
    losses["unmatched"] += [
        {"why": "certificate-unknown", "text": one, "line": None} for one in imported.unmatched
    ]
    return ImportedDocument.objects.get_or_create(
        version=imported.version,
        file=stored,
        defaults={
            "kind": found.kind,
            "name": files.clean_name(name)[:200],
            "losses": losses,
            "imported_by_id": actor.id,
        },
    )


@service("referential.manage")
def install_shipped(*, actor: Actor) -> list[TitleVersion]:
    """Write the structure that comes with the product, or what a new version of it adds.

    Names, numbers and codes alone: the text of official documents is imported by who has them.
    Nothing that somebody imported is changed.

    Raises:
        Refused: the actor does not manage referentials.
    """
    policies.check_manage_referentials(actor)
    written: list[TitleVersion] = []
    for one in shipped.titles():
        versions: dict[str, TitleVersion] = {}
        for label, found in one.versions.items():
            version, changed = _ship(one.code, label, found)
            versions[label] = version
            if changed:
                written.append(version)
                journal.record(
                    actor=actor, verb="referential.install", subject=version,
                    after={"changed": changed},
                )  # fmt: skip
        for old, new, table in one.tables:
            write_table(table, versions[old], versions[new], citation=table.citation)
    return written


def _ship(code: str, label: str, found: Recognised) -> tuple[TitleVersion, dict[str, int]]:
    title, _made = Title.objects.get_or_create(
        code=code,
        defaults={
            "name": found.title, "short_name": found.short_name, "authority": found.authority,
            "is_shipped": True,
        },
    )  # fmt: skip
    version = title.versions.filter(label=label).first() or matching.version_of(title, found)
    if version is None:
        version = TitleVersion.objects.create(
            title=title, label=label, name=found.title, is_shipped=True
        )
    elif version.certificates.exists() and version.is_shipped:
        return version, {}  # there already; a new structure would be a new version
    return version, Writing(version).write(found)


@service("referential.manage")
def answer_correspondence(
    *,
    actor: Actor,
    correspondence: Correspondence,
    needs: str,
    targets: Sequence[Certificate],
    reason: str,
) -> Correspondence:
    """Settle a line that its text leaves open; the answer is kept beside the text.

    Args:
        needs: ``all`` of the certificates on the old side, or ``any`` of them.
        targets: what they are worth; none for «Néant».
        reason: on what the answer rests; it is required.

    Raises:
        Refused: the actor does not manage referentials.
        NotFound: the line is gone.
        Conflict: the text settles it, or somebody has answered.
        Invalid: no reason, or a certificate of another version.
    """
    policies.check_manage_referentials(actor)
    row = Correspondence.objects.select_for_update().filter(pk=correspondence.pk).first()
    if row is None:
        raise NotFound
    if row.status != CorrespondenceStatus.UNCLEAR:
        raise Conflict(_("This correspondence is settled already."))
    reason = reason.replace("\0", "").strip()[:REASON_LENGTH]
    if not reason:
        raise Invalid(fields={"reason": [_("Say on what the answer rests.")]})
    if needs not in SourcesNeeded.values:
        raise Invalid(fields={"needs": [_("Say whether all of them are needed, or any.")]})
    if any(one.version_id != row.to_version_id for one in targets):
        raise Invalid(fields={"targets": [_("These certificates are of another version.")]})
    row.needs, row.is_none, row.answer = needs, not targets, reason
    row.status, row.answered_at = CorrespondenceStatus.SETTLED, timezone.now()
    row.answered_by_id = actor.id
    row.save()
    row.targets.set(targets)
    journal.record(
        actor=actor,
        verb="correspondence.answer",
        subject=row,
        after={"needs": needs, "targets": sorted(one.number for one in targets)},
    )
    return row
