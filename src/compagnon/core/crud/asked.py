"""What a request for a list asks, and the addresses that ask something else."""

from __future__ import annotations

from django.http import HttpRequest, QueryDict

SIZES = (25, 50, 100, 200)
USUAL_SIZE = 50


def sent(request: HttpRequest) -> QueryDict | None:
    """Give what a form sends; ``None`` when the page is only read."""
    return request.POST if request.method == "POST" else None


def size(request: HttpRequest) -> int:
    """Give the lines a page that the reader asks, of those offered."""
    asked = request.GET.get("size", "")
    return int(asked) if asked in {str(one) for one in SIZES} else USUAL_SIZE


def changed(request: HttpRequest, **parameters: str | None) -> str:
    """Give the query of this page with some parameters changed; ``None`` takes one away."""
    query = request.GET.copy()
    for name, value in parameters.items():
        query.pop(name, None)
        if value is not None:
            query[name] = value
    return f"?{query.urlencode()}"
