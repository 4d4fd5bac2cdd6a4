"""The text layer of a PDF, read in a process of its own with bounded time and memory.

A PDF can be made so that reading it never ends, or fills the memory: the process that reads it
may be lost. Run as a program it takes a file's path and prints the pages as JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from compagnon.titles.importing import limits
from compagnon.titles.importing.errors import Unreadable


def pages_of(content: bytes) -> list[str]:
    """Give the text of each page.

    Raises:
        Unreadable: it is too large or too long, locked, damaged, without a text layer, or reading
            it took more than :data:`limits.PDF_SECONDS` or its memory.
    """
    if len(content) > limits.MAX_BYTES:
        raise Unreadable("too-large", f"over {limits.MAX_BYTES // limits.MIB} MiB")
    with tempfile.TemporaryDirectory(prefix="compagnon-pdf-") as folder:
        path = Path(folder) / "document.pdf"
        path.write_bytes(content)
        try:
            done = subprocess.run(  # noqa: S603 - fixed arguments
                [sys.executable, "-m", __name__, str(path)],
                capture_output=True,
                timeout=limits.PDF_SECONDS,
                check=False,
                cwd=folder,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(one for one in sys.path if one)},
            )
        except subprocess.TimeoutExpired:
            raise Unreadable(
                "too-slow", f"reading this PDF took more than {limits.PDF_SECONDS} seconds"
            ) from None
    try:
        answer = json.loads(done.stdout)
    except ValueError:
        raise Unreadable("damaged", "this PDF cannot be read") from None
    if "code" in answer:
        raise Unreadable(answer["code"], answer["detail"])
    pages: list[str] = answer["pages"]
    if sum(len(page.strip()) for page in pages) < 20 * max(1, len(pages) // 10):
        raise Unreadable(
            "no-text-layer", "this PDF holds pictures of pages and no text: recognise it first"
        )
    return pages


def _read(path: str) -> dict[str, object]:
    import logging

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    logging.disable(logging.CRITICAL)
    try:
        reader = PdfReader(path, strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            return {"code": "locked", "detail": "this PDF is locked by a password"}
        count = len(reader.pages)
        if count > limits.MAX_PAGES:
            return {"code": "too-many-pages", "detail": f"{count} pages, over {limits.MAX_PAGES}"}
        return {"pages": [page.extract_text() or "" for page in reader.pages]}
    except MemoryError:
        return {"code": "too-large", "detail": "reading this PDF takes too much memory"}
    except (PyPdfError, ValueError, KeyError, TypeError, AttributeError, IndexError,
            RecursionError, OSError, NotImplementedError, AssertionError, ZeroDivisionError,
            ArithmeticError) as error:  # fmt: skip
        return {"code": "damaged", "detail": f"this PDF cannot be read: {type(error).__name__}"}


def main() -> None:
    """Print the pages of the PDF named on the command line."""
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (limits.PDF_MEMORY, limits.PDF_MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.PDF_SECONDS, limits.PDF_SECONDS))
    sys.stdout.write(json.dumps(_read(sys.argv[1])))


if __name__ == "__main__":
    main()
