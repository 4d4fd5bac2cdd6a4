"""Every page of referentials in Chromium: both languages, both widths, in the dark, by axe."""

from __future__ import annotations

from typing import Any

import pytest

from compagnon.core.actor import Actor
from compagnon.people.tests import factories as people
from compagnon.titles.importing import document
from compagnon.titles.models import Correspondence, CorrespondenceStatus, TitleVersion
from compagnon.titles.services import referentials as services
from compagnon.titles.tests import documents
from compagnon.titles.tests.looking import look

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def account(cast: Any) -> Any:
    system = Actor.system("tests")
    services.install_shipped(actor=system)
    text = documents.reac(documents.LAYOUTS["2024"]).encode()
    (found,) = document.read(text)
    services.import_document(actor=system, found=found, name="reac.txt", content=text)
    Correspondence.objects.filter(position=1).update(
        status=CorrespondenceStatus.UNCLEAR, doubt="several-to-one"
    )
    person = people.person(cast.provider)
    people.grant(person, people.role(verbs={"referential.manage"}), cast.provider)
    return people.account(person)


def test_pages(open_page: Any, account: Any) -> None:
    version = TitleVersion.objects.get(title__code=documents.CODE)
    line = Correspondence.objects.filter(status=CorrespondenceStatus.UNCLEAR).first()
    assert line is not None
    look(
        open_page, account, f"/titles/referentials/versions/{version.pk}/",
        "/titles/referentials/correspondences/",
        f"/titles/referentials/correspondences/{line.pk}/",
    )  # fmt: skip


def test_a_document_is_shown_then_kept(open_page: Any, account: Any, tmp_path: Any) -> None:
    newer = documents.reac(documents.LAYOUTS["2013"]).replace("TP-09876", "TP-09877")
    path = tmp_path / "reac.txt"
    path.write_text(newer)
    page = open_page("/titles/referentials/import/", account)
    page.set_input_files("input[type=file]", str(path))
    page.get_by_role("button", name="Lire le document").click()
    page.get_by_text("rien n’est encore gardé").wait_for()
    page.get_by_role("button", name="Le garder").click()
    page.wait_for_url("**/versions/*/")
    page.get_by_text("Traiter une alarme").click()
    page.get_by_text("L'alarme est qualifiée").wait_for()
    assert TitleVersion.objects.filter(title__code="TP-09877").exists()
