"""The pages of a resource: list, export, detail, form, deletion; whole in their first HTML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from compagnon.core import keyset, visibility
from compagnon.core.actor import Actor
from compagnon.core.crud import asked, export, listing, services
from compagnon.core.crud.forms import FilterForm, RowForm, capital, found_options
from compagnon.core.crud.resource import Resource, Row
from compagnon.core.crud.telling import told
from compagnon.core.errors import (
    CompagnonError,
    Conflict,
    Invalid,
    NotFound,
    Refused,
    SignInNeeded,
    Stale,
)

View = Callable[..., HttpResponseBase]


def patterns(resource: Resource) -> list[URLPattern]:
    """Give the routes of a resource's pages, below the room's own prefix for it."""
    pages = Pages(resource)
    noun = resource.noun
    found = [
        path("", pages.list, name=f"{noun}_list"),
        path("columns/", pages.columns, name=f"{noun}_columns"),
        path("export.csv", pages.export, name=f"{noun}_export"),
        path("options/<slug:name>/", pages.options, name=f"{noun}_options"),
        path("<int:pk>/", pages.detail, name=f"{noun}_detail"),
    ]
    if "add" in resource.can:
        found.insert(1, path("add/", pages.add, name=f"{noun}_add"))
    if "change" in resource.can:
        found.append(path("<int:pk>/change/", pages.change, name=f"{noun}_change"))
    if "delete" in resource.can:
        found.append(path("<int:pk>/delete/", pages.delete, name=f"{noun}_delete"))
    return found


def actor_of(request: HttpRequest) -> Actor:
    """Give who asks.

    Raises:
        SignInNeeded: nobody has signed in.
    """
    actor = cast("Actor", request.actor)  # type: ignore[attr-defined]
    if not actor.is_known:
        raise SignInNeeded
    return actor


class Pages:
    """The views of one resource."""

    def __init__(self, resource: Resource) -> None:
        self.resource = resource
        self.list: View = require_safe(self._list)
        self.columns: View = require_POST(self._columns)
        self.export: View = require_safe(self._export)
        self.options: View = require_safe(self._options)
        self.detail: View = require_safe(self._detail)
        self.add: View = require_http_methods(["GET", "HEAD", "POST"])(self._add)
        self.change: View = require_http_methods(["GET", "HEAD", "POST"])(self._change)
        self.delete: View = require_http_methods(["GET", "HEAD", "POST"])(self._delete)

    # -- reading ---------------------------------------------------------------------------
    def _list(self, request: HttpRequest) -> HttpResponseBase:
        actor = actor_of(request)
        services.check(actor, self.resource, "view")
        form = FilterForm(self.resource, actor, request.GET)
        try:
            found = keyset.take(
                listing.rows_of(self.resource, actor, form.values()),
                ordering=listing.ordering_of(self.resource, request.GET.get("sort", "")),
                limit=asked.size(request),
                cursor=request.GET.get("cursor"),
            )
        except Invalid as error:
            if error.code != "bad-cursor":
                raise
            # An old link: the list begins again.
            return redirect(request.path + asked.changed(request, cursor=None))
        context = self._list_context(request, actor, form, found)
        return render(request, "core/crud/list.html", context)

    def _list_context(
        self, request: HttpRequest, actor: Actor, form: FilterForm, found: keyset.Slice[Any]
    ) -> dict[str, Any]:
        sort = request.GET.get("sort", "")
        columns = listing.chosen_columns(self.resource, request)
        return {
            "resource": self.resource,
            "title": capital(self.resource.plural_title),
            "form": form,
            "headings": [
                (one, asked.changed(request, sort=one.sort, cursor=None) if one.sort else "")
                for one in listing.headings(self.resource, columns, sort)
            ],
            "rows": [listing.line(self.resource, row, columns) for row in found.rows],
            "next": asked.changed(request, cursor=found.next) if found.next else "",
            "previous": asked.changed(request, cursor=found.previous) if found.previous else "",
            "sort": sort,
            "size": asked.size(request),
            "sizes": asked.SIZES,
            "choices": [
                (one.name, listing.label_of(self.resource, one), one in columns)
                for one in self.resource.columns
            ],
            "here": asked.changed(request, cursor=None),
            "list_url": self.resource.url("list"),
            "columns_url": self.resource.url("columns"),
            "export_url": self.resource.url("export") + asked.changed(request, cursor=None),
            "add_url": self._if_may(actor, "add"),
        }

    def _columns(self, request: HttpRequest) -> HttpResponseBase:
        actor_of(request)
        names = [one.name for one in self.resource.columns]
        chosen = [name for name in names if name in request.POST.getlist("column")]
        query = request.POST.get("here", "")
        response = redirect(self.resource.url("list") + (query if query.startswith("?") else ""))
        response.set_cookie(
            listing.cookie_name(self.resource),
            ".".join(chosen),
            max_age=listing.COOKIE_AGE,
            httponly=True,
            secure=request.is_secure(),
            samesite="Lax",
        )
        return response

    def _export(self, request: HttpRequest) -> HttpResponseBase:
        actor = actor_of(request)
        services.check(actor, self.resource, "view")
        form = FilterForm(self.resource, actor, request.GET)
        name = f"{self.resource.plural}-{timezone.localdate().isoformat()}.csv"
        return StreamingHttpResponse(
            export.lines(
                self.resource,
                listing.chosen_columns(self.resource, request),
                listing.rows_of(self.resource, actor, form.values()),
                ordering=listing.ordering_of(self.resource, request.GET.get("sort", "")),
            ),
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": f'attachment; filename="{name}"'},
        )

    def _options(self, request: HttpRequest, name: str) -> HttpResponseBase:
        """Answer the picker of a foreign key: the rows that the words typed find."""
        actor = actor_of(request)
        if not (
            services.may(actor, self.resource, "add")
            or services.may(actor, self.resource, "change")
        ):
            raise Refused
        if name not in self.resource.form or not self._is_relation(name):
            raise NotFound
        found = found_options(self.resource, actor, name, request.GET.get("q", ""))
        return render(request, "core/crud/options.html", {"found": found})

    def _detail(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        actor = actor_of(request)
        services.check(actor, self.resource, "view")
        row = self._row(actor, pk)
        context = {
            "resource": self.resource,
            "title": capital(self.resource.plural_title),
            "row": row,
            "lines": list(listing.details(self.resource, row)),
            "history": told(self.resource, actor, row),
            "list_url": self.resource.url("list"),
            "change_url": self._if_may(actor, "change", row),
            "delete_url": self._if_may(actor, "delete", row),
        }
        return render(request, "core/crud/detail.html", context)

    # -- writing ---------------------------------------------------------------------------
    def _add(self, request: HttpRequest) -> HttpResponseBase:
        actor = actor_of(request)
        services.check(actor, self.resource, "add")
        form = RowForm(self.resource, actor, None, asked.sent(request))
        if request.method != "POST":
            return self._form(request, form, None)
        if form.is_valid():
            try:
                row = services.create(actor=actor, resource=self.resource, values=form.values())
            except (Invalid, Conflict) as error:
                form.refuse(error)
            else:
                messages.success(request, _("Added: %(thing)s") % {"thing": row})
                return redirect(self.resource.url("detail", row))
        return self._form(request, form, None, status=422)

    def _change(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        actor = actor_of(request)
        row = self._row(actor, pk)
        services.check(actor, self.resource, "change", row)
        form = RowForm(self.resource, actor, row, asked.sent(request))
        if request.method != "POST":
            return self._form(request, form, row)
        status = 422
        if form.is_valid():
            try:
                services.change(
                    actor=actor,
                    resource=self.resource,
                    row=row,
                    values=form.values(),
                    expected_version=form.expected_version(),
                )
            except (Invalid, Conflict, Stale) as error:
                form.refuse(error)
                status = error.status
            else:
                messages.success(request, _("Saved: %(thing)s") % {"thing": self._row(actor, pk)})
                return redirect(self.resource.url("detail", row))
        return self._form(request, form, row, status=status)

    def _delete(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        actor = actor_of(request)
        row = self._row(actor, pk)
        services.check(actor, self.resource, "delete", row)
        refusal: CompagnonError | None = None
        if request.method == "POST":
            name = str(row)
            try:
                services.remove(actor=actor, resource=self.resource, row=row)
            except Conflict as error:
                refusal = error
            else:
                messages.success(request, _("Deleted: %(thing)s") % {"thing": name})
                return redirect(self.resource.url("list"))
        context = {
            "resource": self.resource,
            "title": capital(self.resource.plural_title),
            "list_url": self.resource.url("list"),
            "row": row,
            "refusal": refusal,
            "back_url": self.resource.url("detail", row),
        }
        status = refusal.status if refusal else 200
        return render(request, "core/crud/delete.html", context, status=status)

    # -- parts -----------------------------------------------------------------------------
    def _row(self, actor: Actor, pk: int) -> Row:
        rows: Any = self.resource.model._default_manager.select_related(
            *(name for name in self.resource.detail if self._is_relation(name))
        )
        return visibility.get_visible(self.resource.model, actor, rows, pk=pk)

    def _is_relation(self, name: str) -> bool:
        return any(one.name == name and one.is_relation for one in self.resource.model._meta.fields)

    def _if_may(self, actor: Actor, action: str, row: Row | None = None) -> str:
        if not services.may(actor, self.resource, action, row):
            return ""
        return self.resource.url(action, row)

    def _form(
        self, request: HttpRequest, form: RowForm, row: Row | None, status: int = 200
    ) -> HttpResponse:
        back = self.resource.url("list") if row is None else self.resource.url("detail", row)
        context = {
            "resource": self.resource,
            "title": capital(self.resource.plural_title),
            "list_url": self.resource.url("list"),
            "form": form,
            "row": row,
            "back_url": back,
        }
        return render(request, "core/crud/form.html", context, status=status)
