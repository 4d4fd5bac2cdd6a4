"""Tags and filters that every template may use; a builtin, so no ``{% load %}`` is needed."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from django import forms, template
from django.forms.boundfield import BoundField, BoundWidget
from django.http import HttpRequest
from django.template.context import Context
from django.urls import NoReverseMatch, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from compagnon.ui import assets, navigation, panels, words
from compagnon.ui.picked import PickedField

register = template.Library()

CHECK = (forms.CheckboxInput,)
GROUP = (forms.RadioSelect, forms.CheckboxSelectMultiple)


def number(value: Any) -> float | None:
    """Read a number; a component's attribute that is written out («max="100"») is text."""
    if value is None or value == "":
        return None
    return value.total_seconds() if isinstance(value, timedelta) else float(value)


@register.filter
def duration(seconds: float | str | timedelta | None) -> str:
    """Say a length of time in seconds: «2 h 05»."""
    return words.duration(number(seconds))


@register.filter
def localtime_with_zone(moment: datetime | None) -> str:
    """Say a moment in local time with its zone: «12 mars 2026, 14:05 CET»."""
    return words.full_time(moment) if moment else ""


@register.filter
def short_time(moment: datetime | None) -> str:
    """Say a moment in figures: «12/03/2026 14:05»."""
    return words.short_time(moment) if moment else ""


@register.filter
def relative_time(moment: datetime | None) -> str:
    """Say a moment from now: «5 min ago»."""
    return words.relative_time(moment) if moment else ""


@register.filter
def initials(name: Any) -> str:
    """Give at most two letters for a person."""
    return words.initials(str(name))


@register.filter
def tint(name: Any) -> str:
    """Give a colour for a name, always the same."""
    return words.tint(str(name))


@register.filter
def browser_name(user_agent: str) -> str:
    """Name the browser and system of a ``User-Agent`` header."""
    return words.browser(user_agent)


@register.filter("bytes")
def size(count: int | str | None) -> str:
    """Say a number of bytes: «1,4 Mo»."""
    value = number(count)
    return words.size(None if value is None else int(value))


@register.filter
def mebibytes(count: int | str | None) -> str:
    """Say a number of mebibytes as one reads it: «16 Gio», «477 Gio»."""
    value = number(count)
    return "" if value is None else words.binary_size(int(value) * 1024 * 1024)


@register.filter
def percent_of(value: float | str | timedelta | None, whole: float | str | timedelta | None) -> int:
    """Give ``value`` as a share of ``whole``, between 0 and 100."""
    part, all_of_it = number(value), number(whole)
    if not part or not all_of_it:
        return 0
    return max(0, min(100, round(100 * part / all_of_it)))


@register.simple_tag
def asset(name: str) -> str:
    """Give the address of a built file («app.css»)."""
    return assets.address(name)


@register.simple_tag
def icon(name: str, kind: str = "", label: str = "") -> SafeString:
    """Draw an icon of the sprite; decorative unless it has a label.

    A name that the sprite does not hold draws a neutral dot, since some come from data; a test
    reads every template for the names written in them.
    """
    known = name if name in assets.manifest().icons else "circle-dot"
    return _drawn(known, kind, label, assets.address("icons.svg"))


@lru_cache(maxsize=2048)
def _drawn(name: str, kind: str, label: str, sprite: str) -> SafeString:
    extra = f" icon-{kind}" if kind else ""
    link = f"{sprite}#{name}"
    if label:
        return format_html(
            '<svg class="icon{}" role="img" aria-label="{}"><use href="{}"/></svg>',
            extra,
            label,
            link,
        )
    return format_html(
        '<svg class="icon{}" aria-hidden="true" focusable="false"><use href="{}"/></svg>',
        extra,
        link,
    )


@register.simple_tag
def moment(at: datetime | None, mode: str = "relative") -> SafeString:
    """Draw a moment for ``<c-time>``: words for a person, the instant for programs."""
    if not at:
        return SafeString("")
    full = words.full_time(at)
    if mode == "both":
        said: str = format_html(
            '{} <span class="text-secondary">({})</span>', full, words.relative_time(at)
        )
    elif mode == "full":
        said = full
    else:
        said = words.short_time(at) if mode == "short" else words.relative_time(at)
    instant = timezone.localtime(at).isoformat(timespec="seconds")
    return format_html('<time datetime="{}" title="{}">{}</time>', instant, full, said)


@register.simple_tag(takes_context=True)
def nav_sections(context: Context) -> tuple[navigation.Section, ...]:
    """Give the navigation that this page shows to this person."""
    request = context.get("request")
    viewer = context.get("actor")
    if not isinstance(request, HttpRequest):
        return navigation.sections(viewer, "")
    # Drawn twice, in the navigation and in the help of keys: read once.
    drawn: tuple[navigation.Section, ...] | None = getattr(request, "nav_drawn", None)
    if drawn is None:
        first, *others = navigation.sections(viewer, request.path) or (None,)
        own = navigation.own_sections(viewer, request)
        drawn = (first, *own, *others) if first is not None else own
        request.nav_drawn = drawn  # type: ignore[attr-defined]
    return drawn


@register.simple_tag(takes_context=True, name="panels")
def show_panels(context: Context, place: str, subject: Any = None) -> SafeString:
    """Show what the rooms above registered for this place of the page."""
    return panels.rendered(place, context["request"], subject)


@register.simple_tag
def url_if_any(name: str, *args: Any, **kwargs: Any) -> str:
    """Give a route's address, or nothing when no room of this installation has it."""
    try:
        return reverse(name, args=args, kwargs=kwargs)
    except NoReverseMatch:
        return ""


@register.filter
def field_kind(field: BoundField) -> str:
    """Tell how a field is laid out: ``hidden``, ``check``, ``group`` or ``control``."""
    widget = field.field.widget
    if widget.is_hidden:
        return "hidden"
    if isinstance(widget, CHECK):
        return "check"
    return "group" if isinstance(widget, GROUP) else "control"


@register.simple_tag
def field_widget(field: BoundField, extra: str = "", bare: str = "") -> SafeString:
    """Draw a field's input with the classes of its kind; Django ties help and errors to it.

    ``bare`` leaves out a placeholder that only says the label again.
    """
    widget = field.field.widget
    if isinstance(widget, CHECK):
        name = "form-check-input"
    elif isinstance(widget, (forms.Select, forms.SelectMultiple)):
        name = "form-select"
    else:
        name = "form-control"
    given = widget.attrs.get("class", "")
    invalid = "is-invalid" if field.errors else ""
    attrs: dict[str, str | bool] = {
        "class": " ".join(part for part in (name, given, extra, invalid) if part)
    }
    if isinstance(widget, forms.Textarea):
        controllers = ["autosize", *widget.attrs.get("data-controller", "").split()]
        attrs["data-controller"] = " ".join(dict.fromkeys(controllers))
    if bare:
        attrs["placeholder"] = ""
    return field.as_widget(attrs=attrs)


@register.simple_tag
def picked_name(field: BoundField) -> str:
    """Name the row that a field with a picker holds."""
    return field.field.shown(field.value()) if isinstance(field.field, PickedField) else ""


@register.simple_tag
def field_options(field: BoundField) -> list[BoundWidget]:
    """Give the boxes of a group of choices, each with the class of its kind."""
    options = list(field.subwidgets)
    for option in options:
        option.data["attrs"]["class"] = "form-check-input"
    return options
