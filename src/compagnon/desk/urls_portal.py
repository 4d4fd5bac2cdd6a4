"""Routes of the users' portal."""

from __future__ import annotations

from django.urls import path

from compagnon.desk.views import approvals, catalogue, picking, portal, portal_offline, queue

urlpatterns = [
    path("portal/", portal.home, name="portal"),
    path("portal/report/", portal.report, name="portal_report"),
    path("portal/suggestions/", portal.suggest, name="portal_suggestions"),
    path("portal/requests/", queue.requests, name="portal_requests"),
    path("portal/requests/<int:ticket_id>/", portal.one, name="portal_request"),
    path("portal/requests/<int:ticket_id>/do/<slug:name>/", portal.act, name="portal_act"),
    path("portal/catalogue/", catalogue.index, name="catalogue"),
    path("portal/catalogue/<int:type_id>/", catalogue.fill, name="catalogue_fill"),
    path("portal/catalogue/<int:type_id>/review/", catalogue.review, name="catalogue_review"),
    path("portal/colleagues/", picking.some_colleagues, name="pick_colleagues"),
    path("portal/sites/", picking.some_sites, name="pick_sites"),
    path("portal/machines/", picking.some_machines, name="pick_machines"),
    path("portal/approvals/", approvals.index, name="approvals"),
    path("portal/approvals/<int:approval_id>/", approvals.one, name="approval"),
    path(
        "portal/approvals/<int:approval_id>/approvers/",
        picking.some_approvers,
        name="pick_approvers",
    ),
    path("portal/approvals/<int:approval_id>/do/<slug:name>/", approvals.act, name="approval_act"),
    path("approve/<str:token>/", approvals.by_link, name="approve_link"),
    path("portal/offline/", portal_offline.offline, name="portal_offline"),
    path("portal/manifest.webmanifest", portal_offline.manifest, name="portal_manifest"),
    path("portal/worker.js", portal_offline.worker, name="portal_worker"),
]
