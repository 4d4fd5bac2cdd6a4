"""What the park keeps of each client of licences, suppliers, lists and needs, for the walk."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from compagnon.core import files
from compagnon.park.models import (
    ImportMapping,
    Licence,
    NeedsStudy,
    SupplierContract,
)
from compagnon.park.services import bringing, licences, needs, supplying
from compagnon.people.tests.factories import system

if TYPE_CHECKING:
    from compagnon.config.tests.world import Side


def furnish(side: Side, mark: str) -> None:
    """Add to a client a licence, a supplier contract, an imported list, a compared product."""
    actor, organisation, asset = system(), side.organisation, side.objects["asset"]
    today = timezone.localdate()
    licence = Licence.objects.create(
        organisation=organisation, name=f"Licence {mark}", product_pattern=f"Logiciel {mark}",
        quantity=1, unit_price_cents=100, starts_on=today - timedelta(days=9),
        ends_on=today + timedelta(days=9),
    )  # fmt: skip
    allocation = licences.allocate(actor=actor, licence=licence, asset=asset)
    paper = licences.add_paper(
        actor=actor, name=f"{mark}.txt", content=mark.encode(), licence=licence
    )
    contract = SupplierContract.objects.create(
        organisation=organisation, supplier=organisation, name=f"Maintenance {mark}",
        starts_on=today - timedelta(days=9), ends_on=today + timedelta(days=9),
    )  # fmt: skip
    covered = supplying.cover(actor=actor, contract=contract, asset=asset)
    brought = bringing.bring(
        actor=actor, kind="assets", organisation=organisation, file_name=f"{mark}.csv",
        content=f"Name;Serial\nimport-{mark};SN-{side.mark}-IMP\n".encode(),
    )  # fmt: skip
    ImportMapping.objects.get_or_create(
        organisation=organisation, kind="assets", name=f"Tableur {mark}",
        defaults={"columns": {mark: "name"}},
    )  # fmt: skip
    study = NeedsStudy.objects.create(organisation=organisation, name=f"Choix {mark}", context=mark)
    criterion = needs.set_criterion(
        actor=actor, study_id=study.pk, name=f"Critère {mark}", need="must", weight=10
    )
    candidate = needs.set_candidate(actor=actor, study_id=study.pk, name=f"Produit {mark}")
    score = needs.set_score(
        actor=actor, study_id=study.pk, criterion_id=criterion.pk, candidate_id=candidate.pk,
        value=5, proof=mark, content=mark.encode(), file_name=f"{mark}.txt",
    )  # fmt: skip
    assert files.path_of(paper.file.sha256)
    side.objects.update(
        licence=licence,
        allocation=allocation,
        paper=paper,
        supplier_contract=contract,
        covered=covered,
        brought_list=brought,
        needs_study=study,
        criterion=criterion,
        score=score,
    )


def kept(name: str) -> Callable[[Side], list[Any]]:
    """Name one of a side's objects."""
    return lambda side: [side.objects[name].pk]


def words(*values: Any) -> Callable[[Side], list[Any]]:
    """Give values that name no object."""
    return lambda _side: list(values)


ROWS: dict[type[Any], Callable[[Side], Any]] = {
    Licence: lambda side: side.objects["licence"],
    SupplierContract: lambda side: side.objects["supplier_contract"],
    NeedsStudy: lambda side: side.objects["needs_study"],
}
PARAMETERS: dict[str, Callable[[Side], list[Any]]] = {
    "park/licences/allocations/<pk>": kept("allocation"),
    "park/suppliers/covered/<pk>": kept("covered"),
    "park/papers/<pk>": kept("paper"),
    "park/lists/<pk>": kept("brought_list"),
    "park/needs/scores/<pk>": kept("score"),
    "park/needs/<pk>/remove/<what>": words("criterion"),
    "park/needs/<pk>/remove/<what>/<key>": kept("criterion"),
    "park/export/<name>": words(
        "assets",
        "licences",
        "supplier-contracts",
        "software",
        "relations",
        "movements",
        "custody",
        "loans",
        "counts",
        "stock-movements",
        "waste",
        "licences-given",
        "covered",
        "budget",
    ),
    "park/export/<name>/<form>": words("csv", "xlsx"),
    "api/v1/licences/<licence_id>": kept("licence"),
    "api/v1/licence-allocations/<allocation_id>": kept("allocation"),
    "api/v1/papers/<paper_id>": kept("paper"),
    "api/v1/supplier-contracts/<contract_id>": kept("supplier_contract"),
    "api/v1/covered-assets/<covered_id>": kept("covered"),
    "api/v1/brought-lists/<list_id>": kept("brought_list"),
    "api/v1/needs-studies/<study_id>": kept("needs_study"),
    "api/v1/needs-scores/<score_id>": kept("score"),
    "api/v1/park-export/<name>": words(
        "assets",
        "licences",
        "supplier-contracts",
        "software",
        "relations",
        "movements",
        "custody",
        "loans",
        "counts",
        "stock-movements",
        "waste",
        "licences-given",
        "covered",
        "budget",
    ),
    "api/v1/park-export/<name>/<form>": words("csv", "xlsx"),
}
