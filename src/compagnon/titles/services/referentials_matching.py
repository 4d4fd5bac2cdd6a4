"""Which title and which version a document speaks of."""

from __future__ import annotations

from compagnon.titles.importing.labels import key, likeness, title_key
from compagnon.titles.importing.outline import Recognised, Side, Table
from compagnon.titles.models import Certificate, Title, TitleVersion

# How alike two names of a title must be; spelling and a plural apart.
SAME_TITLE = 0.95


def title_of(code: str, rncp: str, name: str) -> Title | None:
    """Find a title by its code, else by a sheet's number, else by its name."""
    if code:
        return Title.objects.filter(code=code).first()
    if rncp:
        version = TitleVersion.objects.filter(rncp_number=rncp).select_related("title").first()
        if version is not None:
            return version.title
        if found := Title.objects.filter(code=rncp).first():
            return found
    wanted = title_key(name)
    if not wanted:
        return None
    named = [
        (one, title_key(written))
        for one in Title.objects.prefetch_related("versions")
        for written in {one.name, *(version.name for version in one.versions.all())}
    ]
    best = max(named, key=lambda pair: likeness(pair[1], wanted), default=None)
    return best[0] if best is not None and likeness(best[1], wanted) >= SAME_TITLE else None


def certificates_of(title: Title) -> dict[TitleVersion, dict[str, Certificate]]:
    """Give the certificates of each version of a title, by the key of their names."""
    versions = title.versions.prefetch_related("certificates").order_by("-valid_from", "-label")
    return {
        version: {key(one.name): one for one in version.certificates.all()} for version in versions
    }


def version_of(title: Title, found: Recognised) -> TitleVersion | None:
    """Find the version that a document speaks of; ``None`` when it is one that is not known.

    A document that prints its version is of that version, or of one that holds the same
    certificates and prints none. Others are of the latest with the same certificates.
    """
    names = {key(one.name) for one in found.activities}
    for version, certificates in certificates_of(title).items():
        same = bool(names) and names == certificates.keys()
        if found.version and found.kind == "reac" and version.printed_version:
            if version.printed_version == found.version and _same_day(version, found):
                return version
            continue
        if found.rncp and version.rncp_number not in ("", found.rncp):
            continue
        if found.kind == "annex" and _other_start(version, found):
            continue
        if same or (found.rncp and version.rncp_number == found.rncp and not names):
            return version
    return None


def _same_day(version: TitleVersion, found: Recognised) -> bool:
    days = (version.validated_on, found.validated_on)
    return None in days or days[0] == days[1]


def _other_start(version: TitleVersion, found: Recognised) -> bool:
    return None not in (version.valid_from, found.valid_from) and (
        version.valid_from != found.valid_from
    )


def label_for(title: Title, found: Recognised) -> str:
    """Give a name to a new version: its year, with more where another has it already."""
    day = found.valid_from or found.validated_on or found.updated_on
    year = str(day.year) if day else ""
    first = year or found.version or found.rncp or "1"
    tried = [first, f"{first} ({found.version or found.rncp or 'bis'})"]
    tried += [f"{first} ({number})" for number in range(2, 100)]
    taken = set(title.versions.values_list("label", flat=True))
    return next(one[:40] for one in tried if one[:40] not in taken)


def sides_of(table: Table, title: Title) -> tuple[TitleVersion | None, TitleVersion | None]:
    """Find the versions that a table links, by the names of certificates on each side."""
    versions = certificates_of(title)
    old = _named(versions, [name for line in table.lines for name in line.sources], table.old)
    left = {version: names for version, names in versions.items() if version != old}
    new = _named(left, [name for line in table.lines for name in line.targets], table.new)
    return old, new


def _named(
    versions: dict[TitleVersion, dict[str, Certificate]], names: list[str], side: Side
) -> TitleVersion | None:
    keys = {key(one) for one in names}
    if not keys:
        return None
    scores = {
        version: sum(1 for one in keys if near(one, certificates) is not None) / len(keys)
        for version, certificates in versions.items()
    }
    best = max(
        scores,
        key=lambda one: (
            scores[one],
            one.valid_from == side.signed_on and one.valid_from is not None,
        ),
        default=None,
    )
    return best if best is not None and scores[best] >= 0.5 else None


def near(wanted: str, certificates: dict[str, Certificate]) -> Certificate | None:
    """Find a certificate by the key of its name, nearly the same at worst."""
    if wanted in certificates:
        return certificates[wanted]
    best = max(certificates, key=lambda one: likeness(one, wanted), default="")
    return certificates[best] if best and likeness(best, wanted) >= 0.92 else None
