"""Write the description of the API, as the product serves it, to docs/reference/openapi.json."""

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
    from compagnon.config.api import document

    target = ROOT / "docs/reference/openapi.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document(), indent=1, ensure_ascii=False, sort_keys=True)
    target.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
