"""Routes of the life of assets, below the room's own."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

from compagnon.park.resources_life import RESOURCES
from compagnon.park.views import counts, figures, labels, life, loans, stock

_sheets = [
    path("<int:pk>/", life.sheet, name="custody_sheet"),
    path("<int:pk>/sign/", life.sign, name="custody_sign"),
    path("<int:pk>/cancel/", life.cancel, name="custody_cancel"),
    path("<int:pk>/sheet.pdf", life.sheet_file, name="custody_file"),
    path("<int:pk>/signature/", life.signature, name="custody_signature"),
]
_loans = [
    path("", loans.week, name="loans"),
    path("reserve/", loans.reserve, name="loan_reserve"),
    path("<int:pk>/do/<slug:name>/", loans.act, name="loan_act"),
]
_counts = [
    path("", counts.index, name="counts"),
    path("<int:pk>/", counts.page, name="count"),
    path("<int:pk>/read/", counts.read, name="count_read"),
    path("<int:pk>/close/", counts.close, name="count_close"),
    path("<int:pk>/lines/<int:line_id>/", counts.settle, name="count_settle"),
    path("<int:pk>/codes/<int:stray_id>/", counts.settle_code, name="count_settle_code"),
]
_disposals = [
    path("", stock.lots, name="disposals"),
    path("<int:pk>/", stock.lot, name="disposal"),
    path("<int:pk>/items/", stock.add, name="disposal_add"),
    path("<int:pk>/items/<int:item_id>/remove/", stock.remove, name="disposal_remove"),
    path("<int:pk>/close/", stock.close, name="disposal_close"),
    path("<int:pk>/audit.zip", stock.audit_file, name="disposal_file"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("park/assets/<int:pk>/life/", life.page, name="asset_life"),
    path("park/assets/<int:pk>/move/", life.move, name="asset_move"),
    path("park/assets/<int:pk>/sheets/", life.prepare, name="asset_sheets"),
    path("park/sheets/", include(_sheets)),
    path("park/loans/", include(_loans)),
    path("park/labels/", labels.sheet, name="labels"),
    path("park/scan/", labels.scan, name="scan"),
    path("park/scan/<int:asset_id>/", labels.scanned, name="scanned"),
    path("park/counts/", include(_counts)),
    path("park/low-stock/", stock.low, name="low_stock"),
    path("park/consumables/<int:pk>/movements/", stock.movements, name="consumable_movements"),
    path("park/disposals/", include(_disposals)),
    path("park/budget/", figures.money, name="budget"),
    path("park/energy/", figures.energy, name="energy"),
    *(path(f"park/{one.plural.replace('_', '-')}/", include(one.urls())) for one in RESOURCES),
]
