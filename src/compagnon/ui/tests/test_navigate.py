"""The navigation shows each person what serves them; panels fill the places of other rooms."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from django.http import HttpRequest
from django.template import Context, Template
from django.utils.safestring import SafeString, mark_safe

from compagnon.ui import navigation, panels
from compagnon.ui.navigation import NavItem


@dataclass(frozen=True)
class Reach:
    verbs: frozenset[str] = frozenset()
    facts: frozenset[str] = frozenset()

    def allows_somewhere(self, verb: str) -> bool:
        return verb in self.verbs


@dataclass(frozen=True)
class Viewer:
    is_known: bool = True
    scope: Reach = field(default_factory=Reach)


def viewer(*verbs: str) -> Viewer:
    return Viewer(scope=Reach(frozenset(verbs)))


@pytest.fixture(autouse=True)
def registers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(navigation, "_ITEMS", {})
    monkeypatch.setattr(panels, "_PANELS", {})


def labels(who: Any, path: str = "/") -> list[tuple[str, list[str]]]:
    return [
        (section.label, [entry.label for entry in section.entries])
        for section in navigation.sections(who, path)
    ]


def test_entries_stand_in_order_under_their_sections() -> None:
    navigation.register(
        NavItem("Sessions", "device-laptop", "usersessions_list", order=30, section="Account"),
        NavItem("Components", "puzzle", "ui_components", order=10),
        NavItem("Password", "key", "account_change_password", order=20, section="Account"),
    )
    assert labels(viewer()) == [("", ["Components"]), ("Account", ["Password", "Sessions"])]


def test_an_entry_shows_to_who_is_known_to_be_what_it_serves() -> None:
    navigation.register(
        NavItem("Components", "puzzle", "ui_components", fact="juror"),
        NavItem(
            "Password", "key", "account_change_password", verb="thing.see", order=200, fact="juror"
        ),
    )
    assert labels(viewer("thing.do")) == []
    assert labels(viewer("thing.see")) == [("", ["Password"])]
    known = Viewer(scope=Reach(facts=frozenset({"juror"})))
    assert labels(known) == [("", ["Components", "Password"])]


def test_an_entry_shows_to_who_holds_one_of_its_verbs() -> None:
    navigation.register(
        NavItem("Components", "puzzle", "ui_components", verb="thing.see"),
        NavItem("Password", "key", "account_change_password", verb=("a.do", "b.do"), order=200),
    )
    assert labels(viewer("thing.see")) == [("", ["Components"])]
    assert labels(viewer("b.do")) == [("", ["Password"])]
    assert labels(viewer()) == []


def test_nobody_sees_nothing() -> None:
    navigation.register(NavItem("Components", "puzzle", "ui_components"))
    assert labels(None) == []
    assert labels(Viewer(is_known=False)) == []


def test_an_entry_without_a_page_is_not_shown() -> None:
    navigation.register(NavItem("Elsewhere", "world", "room:nowhere"))
    assert labels(viewer()) == []


def test_registering_twice_keeps_one() -> None:
    for _again in range(2):
        navigation.register(NavItem("Components", "puzzle", "ui_components", room="x"))
    assert labels(viewer()) == [("", ["Components"])]


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/ui/components/", "Components"),
        ("/ui/components/region/", "Region"),
        ("/ui/components/options/", "Components"),
        ("/elsewhere/", None),
    ],
)
def test_the_longest_address_over_the_page_is_current(path: str, current: str | None) -> None:
    navigation.register(
        NavItem("Components", "puzzle", "ui_components"),
        NavItem("Region", "map-pin", "ui_components_region", room="y"),
    )
    marked = [
        entry.label
        for section in navigation.sections(viewer(), path)
        for entry in section.entries
        if entry.current
    ]
    assert marked == ([current] if current else [])


def test_a_badge_counts_for_its_viewer() -> None:
    navigation.register(NavItem("C", "puzzle", "ui_components", badge=lambda who: 3))
    (section,) = navigation.sections(viewer(), "/")
    assert section.entries[0].count == 3


def place(subject: object) -> str:
    context = Context({"request": HttpRequest(), "subject": subject})
    return Template('{% panels "person" subject %}').render(context)


def test_panels_show_in_order_and_none_shows_nothing() -> None:
    def second(request: HttpRequest, subject: Any) -> SafeString:
        return mark_safe(f"<b>{subject}</b>")  # noqa: S308

    def first(request: HttpRequest, subject: Any) -> SafeString:
        return mark_safe("<i>first</i>")

    def silent(request: HttpRequest, subject: Any) -> None:
        return None

    panels.register(panels.Panel("person", "desk", second, order=20))
    panels.register(panels.Panel("person", "park", first, order=10))
    panels.register(panels.Panel("person", "park", silent, order=15))
    panels.register(panels.Panel("elsewhere", "park", first))
    assert place("Claire") == "<i>first</i>\n<b>Claire</b>"


def test_a_panel_that_gives_plain_text_is_escaped() -> None:
    panels.register(panels.Panel("person", "desk", lambda request, subject: "<script>"))  # type: ignore[arg-type, return-value]
    assert place("x") == "&lt;script&gt;"
