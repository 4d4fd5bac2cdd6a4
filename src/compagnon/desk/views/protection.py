"""Signed and encrypted mail: whom we trust, and the keys of a mailbox."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from compagnon.core.actor import Actor
from compagnon.core.errors import CompagnonError, NotFound, Refused
from compagnon.core.visibility import get_visible, visible
from compagnon.desk.forms.protection import AuthorityForm, KeyForm
from compagnon.desk.models import Mailbox, MailboxCertificate, TrustedAuthority
from compagnon.desk.policies_connections import CONFIGURE, check
from compagnon.desk.services import protection as services
from compagnon.desk.views.ticket import add_errors


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def authorities(request: HttpRequest) -> HttpResponse:
    """List the authorities that we trust, and add one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    check(actor, CONFIGURE, None)
    form, status = AuthorityForm(), 200
    if request.method == "POST":
        form, status = AuthorityForm(request.POST, request.FILES), 422
        if form.is_valid():
            file = form.cleaned_data["certificate"]
            try:
                services.trust_authority(
                    actor=actor,
                    certificate=file.read(services.MOST_BYTES + 1),
                    name=form.cleaned_data["name"],
                )
            except Refused:
                raise
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, _("The authority is trusted from now on."))
                return redirect("desk:authorities")
    context = {
        "rows": visible(TrustedAuthority, actor),
        "form": form,
        "now": timezone.now(),
    }
    return render(request, "desk/protection/authorities.html", context, status=status)


@login_required
@require_POST
def distrust(request: HttpRequest, authority_id: int) -> HttpResponse:
    """Trust an authority no more."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    services.distrust_authority(actor=actor, authority_id=authority_id)
    messages.success(request, _("The authority is trusted no more."))
    return redirect("desk:authorities")


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def keys(request: HttpRequest, mailbox_id: int) -> HttpResponse:
    """List a mailbox's keys, and add one."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    mailbox = get_visible(Mailbox, actor, pk=mailbox_id)
    check(actor, CONFIGURE, mailbox.organisation_id)
    form, status = KeyForm(), 200
    if request.method == "POST":
        form, status = KeyForm(request.POST, request.FILES), 422
        if form.is_valid():
            try:
                services.add_key(
                    actor=actor,
                    mailbox=mailbox,
                    content=form.cleaned_data["file"].read(services.MOST_BYTES + 1),
                    password=form.cleaned_data["password"],
                )
            except (NotFound, Refused):
                raise
            except CompagnonError as error:
                status = error.status
                add_errors(form, error)
            else:
                messages.success(request, _("The mailbox opens what is encrypted for it."))
                return redirect("desk:mailbox_keys", mailbox_id=mailbox.pk)
    context = {
        "mailbox": mailbox,
        "rows": visible(MailboxCertificate, actor).filter(mailbox=mailbox),
        "form": form,
        "now": timezone.now(),
    }
    return render(request, "desk/protection/keys.html", context, status=status)


@login_required
@require_POST
def remove_key(request: HttpRequest, certificate_id: int) -> HttpResponse:
    """Take a key away from a mailbox."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    found = get_visible(MailboxCertificate, actor, pk=certificate_id)
    services.remove_key(actor=actor, certificate_id=found.pk)
    messages.success(request, _("The key is taken away."))
    return redirect("desk:mailbox_keys", mailbox_id=found.mailbox_id)


def panel(request: HttpRequest, mailbox: Mailbox) -> SafeString | None:
    """Show on a mailbox's page the keys that it has."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.scope.allows(CONFIGURE, mailbox.organisation_id):
        return None
    context = {
        "mailbox": mailbox,
        "rows": list(mailbox.certificates.all()[:20]),
        "now": timezone.now(),
    }
    return SafeString(render_to_string("desk/protection/_panel.html", context))
