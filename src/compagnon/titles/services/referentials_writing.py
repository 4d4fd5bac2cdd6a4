"""Writing an outline into the rows of a version: what is there stays, what is new is added."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Model, ProtectedError
from django.utils.translation import gettext_lazy as _

from compagnon.core.errors import Conflict, Invalid
from compagnon.titles import requirements
from compagnon.titles.importing.labels import key, likeness
from compagnon.titles.importing.outline import (
    Activity,
    Code,
    Criterion,
    Knowledge,
    Recognised,
    Table,
    Transversal,
)
from compagnon.titles.models import (
    ActivityType,
    Certificate,
    CertificateMember,
    Classification,
    Competence,
    Correspondence,
    CorrespondenceStatus,
    KnowledgeItem,
    LegalText,
    Scheme,
    TitleVersion,
    TransversalCompetence,
)
from compagnon.titles.models import Criterion as CriterionRow
from compagnon.titles.services.referentials_matching import near


class Writing:
    """Counts what it changes, so that a second import of the same document tells none."""

    def __init__(self, version: TitleVersion) -> None:
        self.version = version
        self.changed: dict[str, int] = {}

    def count(self, what: str, many: int = 1) -> None:
        """Note a change."""
        if many:
            self.changed[what] = self.changed.get(what, 0) + many

    def write(self, found: Recognised) -> dict[str, int]:
        """Write all of the outline but its correspondences; give what changed, by table."""
        self._version(found)
        for scheme, codes in (
            (Scheme.LEVEL, found.levels), (Scheme.NSF, found.nsf), (Scheme.ROME, found.rome),
            (Scheme.FORMACODE, found.formacode),
        ):  # fmt: skip
            self._codes(scheme, codes)
        self._texts(found)
        numbers = self._competences(found)
        self._activities(found.activities, numbers)
        self._transversal(found.transversal)
        self._title_requirement()
        return self.changed

    def fill(self, row: Model, what: str, **values: Any) -> None:
        """Give a row the values that it lacks; what it has stays."""
        fields = [name for name, value in values.items() if value and not getattr(row, name)]
        self.put(row, what, **{name: values[name] for name in fields})

    def put(self, row: Model, what: str, **values: Any) -> None:
        """Give a row these values, if they differ from its own."""
        fields = [name for name, value in values.items() if getattr(row, name) != value]
        for name in fields:
            setattr(row, name, values[name])
        if fields:
            row.save(update_fields=fields)
            self.count(what)

    def _version(self, found: Recognised) -> None:
        self.fill(
            self.version, "version", short_name=found.short_name[:40], rncp_number=found.rncp[:20],
            printed_version=found.version[:20] if found.kind in ("reac", "shipped") else "",
            validated_on=found.validated_on, updated_on=found.updated_on,
            definition=found.definition, regulation=found.regulation,
        )  # fmt: skip
        start = self.version.valid_from or found.valid_from
        end = self.version.valid_to or found.valid_to
        if start and end and end < start:
            end = self.version.valid_to
        self.fill(self.version, "version", valid_from=start, valid_to=end)

    def _codes(self, scheme: Scheme, codes: Sequence[Code]) -> None:
        rows = {
            (one.edition, one.code): one
            for one in self.version.classifications.filter(scheme=scheme)
        }
        for one in codes:
            row = rows.get((one.edition, one.code))
            if row is not None:
                self.fill(row, "codes", label=one.label)
        new = [
            Classification(version=self.version, scheme=scheme, edition=one.edition[:60],
                           code=one.code, label=one.label)
            for one in codes if (one.edition, one.code) not in rows
        ]  # fmt: skip
        Classification.objects.bulk_create(new)
        self.count("codes", len(new))

    def _texts(self, found: Recognised) -> None:
        rows = list(self.version.legal_texts.all())
        known = {key(one.reference) for one in rows}
        days = {one.signed_on for one in rows if one.signed_on}
        # The same act, named at more or less length, is one text: acts are told by their day.
        new = [
            LegalText(version=self.version, reference=one.reference, signed_on=one.signed_on,
                      published_on=one.published_on)
            for one in found.texts
            if key(one.reference) not in known
            and (one.signed_on is None or one.signed_on not in days)
        ]  # fmt: skip
        LegalText.objects.bulk_create(new)
        self.count("texts", len(new))

    def _competences(self, found: Recognised) -> dict[int, Competence]:
        """Meet the competences of the outline by name; give the rows by the outline's numbers."""
        rows = {key(one.name): one for one in self.version.competences.all()}
        taken = {one.number for one in rows.values()}
        met: dict[int, Competence] = {}
        made: list[Competence] = []
        for number, one in found.competences().items():
            row = rows.get(key(one.name)) or _alike(key(one.name), rows)
            if row is None:
                free = number if number not in taken else max(taken) + 1
                row = Competence(version=self.version, number=free, name=one.name)
                taken.add(free)
                rows[key(one.name)] = row
                made.append(row)
            met[number] = row
        Competence.objects.bulk_create(made)
        self.count("competences", len(made))
        for number, one in found.competences().items():
            self.put_text(
                met[number], "competences", description=one.description, context=one.context
            )
        self._criteria(
            "competence", [(met[n], one.criteria) for n, one in found.competences().items()]
        )
        self._knowledge([(met[n], one.knowledge) for n, one in found.competences().items()])
        return met

    def put_text(self, row: Model, what: str, **values: str) -> None:
        """Give a row the texts of a document that has them."""
        self.put(row, what, **{name: value for name, value in values.items() if value})

    def _criteria(self, owner: str, pairs: Iterable[tuple[Model, list[Criterion]]]) -> None:
        told = [(row, criteria) for row, criteria in pairs if criteria]
        existing: dict[int, dict[int, CriterionRow]] = {}
        for each in CriterionRow.objects.filter(**{f"{owner}__in": [row for row, _list in told]}):
            existing.setdefault(getattr(each, f"{owner}_id"), {})[each.number] = each
        made: list[CriterionRow] = []
        for row, criteria in told:
            have = existing.get(row.pk, {})
            for number, one in enumerate(criteria, start=1):
                if number in have:
                    self.put(have[number], "criteria", text=one.text, kind=one.kind)
                else:
                    made.append(
                        CriterionRow(**{owner: row}, number=number, text=one.text, kind=one.kind)
                    )
            self._remove([have[number] for number in have if number > len(criteria)])
        CriterionRow.objects.bulk_create(made)
        self.count("criteria", len(made))

    def _knowledge(self, pairs: Iterable[tuple[Competence, list[Knowledge]]]) -> None:
        told = [(row, items) for row, items in pairs if items]
        existing: dict[int, dict[int, KnowledgeItem]] = {}
        for each in KnowledgeItem.objects.filter(competence__in=[row for row, _list in told]):
            existing.setdefault(each.competence_id, {})[each.number] = each
        made: list[KnowledgeItem] = []
        for row, items in told:
            have = existing.get(row.pk, {})
            for number, one in enumerate(items, start=1):
                if number in have:
                    self.put(have[number], "knowledge", text=one.text, kind=one.kind)
                else:
                    made.append(
                        KnowledgeItem(competence=row, number=number, text=one.text, kind=one.kind)
                    )
            self._remove([have[number] for number in have if number > len(items)])
        KnowledgeItem.objects.bulk_create(made)
        self.count("knowledge", len(made))

    def _remove(self, rows: Sequence[Model]) -> None:
        try:
            for row in rows:
                row.delete()
        except ProtectedError:
            raise Conflict(
                _("This document drops a criterion that evaluations refer to: it is another "
                  "version of the title.")
            ) from None  # fmt: skip
        self.count("removed", len(rows))

    def _activities(
        self, activities: Sequence[Activity], competences: dict[int, Competence]
    ) -> None:
        rows = {key(one.name): one for one in self.version.activities.all()}
        certificates = {key(one.name): one for one in self.version.certificates.all()}
        taken = {one.number for one in rows.values()}
        for one in activities:
            row = rows.get(key(one.name))
            if row is None:
                free = one.number if one.number not in taken else max(taken) + 1
                row = ActivityType.objects.create(
                    version=self.version, number=free, name=one.name,
                    is_extension=one.certificate == "ccs",
                )  # fmt: skip
                taken.add(free)
                self.count("activities")
            self.put_text(row, "activities", description=one.description, regulation=one.regulation)
            certificate = certificates.get(key(one.name))
            if certificate is None:
                certificate = Certificate.objects.create(
                    version=self.version, kind=one.certificate, number=row.number,
                    name=one.name, activity=row,
                )  # fmt: skip
                self.count("certificates")
            self._members(certificate, one, competences)

    def _members(
        self, certificate: Certificate, one: Activity, competences: dict[int, Competence]
    ) -> None:
        have = {member.competence_id: member for member in certificate.members.all()}
        new = []
        for position, each in enumerate(one.competences, start=len(have) + 1):
            row = competences[each.number]
            if row.pk in have:
                self.fill(have[row.pk], "members", mark=each.mark)
            else:
                new.append(CertificateMember(certificate=certificate, competence=row,
                                             position=position, mark=each.mark))  # fmt: skip
        CertificateMember.objects.bulk_create(new)
        self.count("members", len(new))
        block = one.block_code or (str(one.block) if one.block is not None else "")
        self.fill(certificate, "certificates", rncp_block=block[:30])
        stated = one.requirement is not None
        if one.competences and (stated or not certificate.requirement):
            expression = _renumbered(one.expression(), competences)
            try:
                requirements.check(expression)
            except ValueError as error:
                raise Invalid(str(error)) from None
            self.put(certificate, "certificates", requirement=expression)

    def _transversal(self, found: Sequence[Transversal]) -> None:
        rows = {key(one.name): one for one in self.version.transversal_competences.all()}
        pairs: list[tuple[Model, list[Criterion]]] = []
        for one in found:
            row = rows.get(key(one.name))
            if row is None:
                row = TransversalCompetence.objects.create(
                    version=self.version, number=len(rows) + 1, name=one.name
                )
                rows[key(one.name)] = row
                self.count("transversal")
            self.put_text(row, "transversal", description=one.description)
            pairs.append((row, one.criteria))
        self._criteria("transversal", pairs)

    def _title_requirement(self) -> None:
        numbers = self.version.certificates.filter(kind="ccp").order_by("number")
        terms = [{"certificate": number} for number in numbers.values_list("number", flat=True)]
        if terms:
            self.put(self.version, "version", requirement={"all": terms})


def write_table(
    table: Table, old: TitleVersion, new: TitleVersion, *, citation: str
) -> tuple[int, list[str]]:
    """Write a table's lines that are not there yet; give how many, and the names not found."""
    sources = {key(one.name): one for one in old.certificates.all()}
    targets = {key(one.name): one for one in new.certificates.all()}
    existing = Correspondence.objects.filter(from_version=old, to_version=new)
    have = {
        frozenset(each.pk for each in row.sources.all())
        for row in existing.prefetch_related("sources")
    }
    position, made, lost = existing.count(), 0, list[str]()
    for line in table.lines:
        left = [near(key(name), sources) for name in line.sources]
        right = [near(key(name), targets) for name in line.targets]
        missing = [
            name
            for name, row in zip([*line.sources, *line.targets], [*left, *right], strict=True)
            if row is None
        ]
        lost += missing
        if frozenset(row.pk for row in left if row is not None) in have:
            continue
        position += 1
        doubt = line.doubt or ("label-unknown" if missing else "")
        row = Correspondence.objects.create(
            from_version=old, to_version=new, position=position, is_none=line.none,
            needs=line.needs, doubt=doubt, citation=citation[:500],
            status=CorrespondenceStatus.UNCLEAR if doubt else CorrespondenceStatus.SETTLED,
            as_written={"sources": line.sources, "targets": line.targets},
        )  # fmt: skip
        row.sources.set([one for one in left if one is not None])
        row.targets.set([one for one in right if one is not None])
        made += 1
    return made, lost


def _alike(wanted: str, rows: dict[str, Competence]) -> Competence | None:
    best = max(rows, key=lambda one: likeness(one, wanted), default="")
    return rows[best] if best and likeness(best, wanted) >= 0.92 else None


def _renumbered(expression: dict[str, Any], competences: dict[int, Competence]) -> dict[str, Any]:
    """Write the version's own numbers in place of the document's."""
    if "competence" in expression:
        return {"competence": competences[expression["competence"]].number}
    return {
        name: [_renumbered(term, competences) for term in value]
        if isinstance(value, list)
        else value
        for name, value in expression.items()
    }
