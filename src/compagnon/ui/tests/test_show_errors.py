"""What a person reads when something is refused or breaks."""

from __future__ import annotations

from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation

from compagnon.ui.styleguide import Refusal, Visitor


@pytest.mark.parametrize("name", ["400", "403_csrf", "429", "500"])
def test_a_still_page_needs_no_context(name: str) -> None:
    with translation.override("fr"):
        page = render_to_string(f"{name}.html")
    assert '<html lang="fr">' in page
    assert "<h1>" in page
    assert "app.css?v=" in page


@pytest.mark.parametrize("actor", [None, Visitor()])
def test_a_refusal_says_what_and_what_next(actor: Any) -> None:
    error = Refusal(status=412, fields={"title": ["Trop long."]})
    request = RequestFactory().get("/")
    with translation.override("fr"):
        page = render_to_string("ui/error.html", {"error": error, "actor": actor}, request)
    assert "La demande est déjà close." in page
    assert "Trop long." in page
    assert "rechargez la page" in page
    assert ("Navigation principale" in page) == (actor is not None)


def test_a_refusal_to_htmx_is_a_toast() -> None:
    with translation.override("fr"):
        part = render_to_string("ui/error_fragment.html", {"error": Refusal(status=401)})
    assert 'data-toast="conflict"' in part
    assert "Se connecter" in part


def test_what_an_error_says_is_escaped() -> None:
    part = render_to_string("ui/error_fragment.html", {"error": Refusal(detail="<script>")})
    assert "<script>" not in part


@pytest.mark.django_db
def test_who_is_no_longer_signed_in_is_told_so_where_a_script_asks(client: Client) -> None:
    address, told = "/desk/queue/", "You are no longer signed in"
    assert client.get(address).status_code == 302
    here = "http://testserver/desk/queue/?queue=mine"
    headers = {"HX-Request": "true", "HX-Current-URL": here, "Accept-Language": "en"}
    part = client.get(address, headers=headers)
    assert part.status_code == 401
    assert "<html" not in part.content.decode()
    assert told in part.content.decode()
    assert "?next=%2Fdesk%2Fqueue%2F%3Fqueue%3Dmine" in part.content.decode()
    headers = {"Accept": "application/json", "Accept-Language": "en"}
    data = client.post("/desk/drafts/", headers=headers)
    assert data.status_code == 401
    assert data.json()["detail"].startswith(told)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("came_from", "back"),
    [
        ("http://testserver/desk/tickets/7/?a=1", "?next=%2Fdesk%2Ftickets%2F7%2F%3Fa%3D1"),
        ("https://elsewhere.example/desk/", ""),
        ("http://testserver//elsewhere.example/", ""),
        ("http://testserver/\\elsewhere.example/", ""),
        ("http://testserver?a=1", ""),
        ("", ""),
    ],
)
def test_who_signs_in_after_sending_comes_back_to_the_page(
    client: Client, came_from: str, back: str
) -> None:
    sent = client.post("/desk/drafts/", headers={"Referer": came_from})
    assert sent.status_code == 302
    assert sent.headers["Location"] == f"/account/login/{back}"


@pytest.mark.django_db
def test_an_unknown_address(client: Client) -> None:
    answer = client.get("/nowhere/", headers={"Accept-Language": "en"})
    assert answer.status_code == 404
    assert b"Page not found" in answer.content


def test_the_page_of_components_is_for_developers(client: Client, settings: Any) -> None:
    settings.STYLEGUIDE = False
    assert client.get("/ui/components/region/").status_code == 404
