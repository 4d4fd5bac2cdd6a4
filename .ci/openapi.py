"""Write the description of the API, as the product serves it, to docs/openapi.json."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
os.environ["DJANGO_SETTINGS_MODULE"] = "compagnon.config.settings_test"


def main() -> None:
    """Write the file."""
    import django

    django.setup()
    from compagnon.config.api import api

    document = api.get_openapi_schema()
    target = ROOT / "docs/openapi.json"
    target.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
