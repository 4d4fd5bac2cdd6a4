"""Who may call."""

from __future__ import annotations

import pytest
from django.test import Client, RequestFactory

from compagnon.core.actor import Actor, Source
from compagnon.core.api.auth import Bearer, Session, admit, authenticator, caller_of
from compagnon.core.api.tests.conftest import TOKEN, actor
from compagnon.core.errors import Refused, SignInNeeded


def test_a_good_token_is_let_in(api: Client) -> None:
    assert api.get("/api/v1/notes/1").status_code == 200


@pytest.mark.parametrize(
    "header", ["Bearer wrong", "Bearer ", "Bearer", "Basic cpg_good", f"Bearer {'x' * 400}"]
)
def test_a_wrong_token_is_refused(header: str) -> None:
    answer = Client(headers={"Authorization": header}).get("/api/v1/notes/1")
    assert answer.status_code == 401
    assert answer["Content-Type"] == "application/problem+json"
    assert answer["WWW-Authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "sign-in-needed"


def test_nobody_is_refused() -> None:
    assert Client().get("/api/v1/notes/1").status_code == 401
    assert Client().post("/api/v1/sites", {}, content_type="application/json").status_code == 401


def test_the_actor_comes_through_the_api_door() -> None:
    request = RequestFactory().get("/", headers={"Authorization": f"Bearer {TOKEN}"})
    found = Bearer()(request)
    assert found is not None
    assert found.source is Source.API
    assert request.actor == found  # type: ignore[attr-defined]


def test_a_wrong_token_does_not_fall_back_on_the_session() -> None:
    request = RequestFactory().get("/", headers={"Authorization": "Bearer wrong"})
    with pytest.raises(SignInNeeded):
        Bearer()(request)


def session_request(method: str = "get", **headers: str) -> object:
    request = getattr(RequestFactory(enforce_csrf_checks=True), method)("/", headers=headers)
    request.COOKIES["compagnon_session"] = "x"
    request.actor = actor(token=0)
    return request


def test_a_session_reads_without_and_changes_with_its_csrf_token(settings: object) -> None:
    assert Session()(session_request()) is not None  # type: ignore[arg-type]
    with pytest.raises(Refused, match="X-CSRFToken"):
        Session()(session_request("post"))  # type: ignore[arg-type]
    token = "a" * 32
    request = session_request("post", **{"X-CSRFToken": token})
    request.COOKIES["compagnon_csrf"] = token  # type: ignore[attr-defined]
    assert Session()(request) is not None  # type: ignore[arg-type]


def test_a_session_without_anybody_is_nobody() -> None:
    request = session_request()
    request.actor = Actor.anonymous()  # type: ignore[attr-defined]
    assert Session()(request) is None  # type: ignore[arg-type]
    assert Session()(RequestFactory().get("/")) is None


def test_a_token_is_another_caller_than_its_owner() -> None:
    assert caller_of(actor(key=7, token=3)) == "token:3"
    assert caller_of(actor(key=7, token=0)) == "person:7"


def test_admit_takes_the_correlation_of_the_request() -> None:
    request = RequestFactory().get("/")
    given = actor().correlation_id
    request.correlation_id = given  # type: ignore[attr-defined]
    assert admit(request, actor()).correlation_id == given


def test_the_last_authenticator_registered_is_asked() -> None:
    authenticator(lambda raw: actor(key=9) if raw == "other" else None)
    request = RequestFactory().get("/", headers={"Authorization": "Bearer other"})
    found = Bearer()(request)
    assert found is not None
    assert found.id == 9
