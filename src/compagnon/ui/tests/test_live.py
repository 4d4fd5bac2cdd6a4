"""A live region is answered shortly when nothing changed."""

from __future__ import annotations

from django.test import Client, RequestFactory

from compagnon.ui import live


def test_the_same_version_is_answered_with_204() -> None:
    version = live.version("a", 3)
    request = RequestFactory().get("/", headers={"Live-Version": version})
    answer = live.unchanged(request, version)
    assert answer is not None
    assert answer.status_code == 204


def test_another_version_is_rendered() -> None:
    request = RequestFactory().get("/", headers={"Live-Version": live.version("a", 2)})
    assert live.unchanged(request, live.version("a", 3)) is None
    assert live.unchanged(RequestFactory().get("/"), live.version("a", 3)) is None


def test_parts_are_told_apart() -> None:
    assert live.version("ab", "c") != live.version("a", "bc")


def test_region(client: Client) -> None:
    first = client.get("/ui/components/region/")
    assert first.status_code == 200
    version = first.context["version"]
    again = client.get("/ui/components/region/", headers={"Live-Version": version})
    assert again.status_code in {204, 200}  # 200 when the minute turns between the two
