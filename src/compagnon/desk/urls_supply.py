"""Routes of supplies: lists, one with its verbs, orders, deliveries, figures, the user's wish."""

from __future__ import annotations

from typing import Any

from django.urls import URLPattern, include, path

from compagnon.core.crud import Resource
from compagnon.desk.resources_supply import APPROVAL_THRESHOLDS, PURCHASE_ORDERS, SUPPLIES
from compagnon.desk.views import picking, supply, supply_orders, supply_portal


def _lists(resource: Resource) -> list[URLPattern]:
    """Give a resource's list and its file; its rows have pages of their own."""
    return [one for one in resource.urls() if not str(one.name).endswith("_detail")]


_cases: list[URLPattern] = [
    path("new/", supply.new, name="supply_new"),
    path("figures/", supply_orders.figures, name="supply_figures"),
    path("suppliers/", picking.some_suppliers, name="pick_suppliers"),
    path("<int:pk>/", supply.one, name="supply_detail"),
    path("<int:pk>/change/", supply.change, name="supply_change"),
    path("<int:pk>/cancel/", supply.cancel, name="supply_cancel"),
    path("<int:pk>/do/<slug:name>/", supply.act, name="supply_act"),
    path("<int:pk>/quotes/", supply.add_quote, name="supply_quote_add"),
    path("<int:pk>/order/", supply_orders.order, name="supply_order"),
    *_lists(SUPPLIES),
]
_orders: list[URLPattern] = [
    path("<int:pk>/", supply_orders.one, name="purchase_order_detail"),
    path("<int:pk>/document/", supply_orders.document, name="purchase_order_document"),
    path("<int:pk>/send/", supply_orders.send, name="purchase_order_send"),
    path("<int:pk>/confirm/", supply_orders.confirm, name="purchase_order_confirm"),
    path("<int:pk>/cancel/", supply_orders.cancel, name="purchase_order_cancel"),
    path("<int:pk>/receive/", supply_orders.receive, name="purchase_order_receive"),
    path("<int:pk>/invoice/", supply_orders.invoice, name="purchase_order_invoice"),
    *_lists(PURCHASE_ORDERS),
]

urlpatterns: list[Any] = [
    path("desk/supplies/", include(_cases)),
    path("desk/orders/", include(_orders)),
    path("desk/approval-thresholds/", include(APPROVAL_THRESHOLDS.urls())),
    path("desk/quotes/<int:pk>/change/", supply.change_quote, name="supply_quote_change"),
    path("desk/quotes/<int:pk>/retain/", supply.retain, name="supply_quote_retain"),
    path("desk/quotes/<int:pk>/remove/", supply.remove_quote, name="supply_quote_remove"),
    path("desk/quotes/<int:pk>/document/", supply.quote_file, name="supply_quote_document"),
    path("desk/invoices/<int:pk>/document/", supply_orders.invoice_file, name="invoice_document"),
    path("desk/refused/<int:pk>/back/", supply_orders.send_back, name="refused_send_back"),
    path("desk/refused/<int:pk>/credit/", supply_orders.credit, name="refused_credit"),
    path("desk/supplied/<int:pk>/stays/", supply.stays, name="supplied_stays"),
    path("portal/wish/", supply_portal.wish, name="portal_wish"),
    path("portal/wishes/<int:pk>/withdraw/", supply_portal.withdraw, name="portal_wish_withdraw"),
]
