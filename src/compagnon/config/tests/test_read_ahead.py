"""A web process reads its templates before it is asked for a page."""

from __future__ import annotations

from django.template import engines
from django.template.loaders.cached import Loader

from compagnon.config.reading_ahead import read_ahead


def test_no_page_waits_for_its_template() -> None:
    (loader,) = engines["django"].engine.template_loaders  # type: ignore[attr-defined]
    assert isinstance(loader, Loader)
    loader.reset()
    read_ahead()
    for name in ("desk/ticket.html", "desk/queue.html"):
        assert name in loader.get_template_cache, sorted(loader.get_template_cache)[:20]
