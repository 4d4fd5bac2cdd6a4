"""Take the pictures of the main pages that the README and the docs show.

::

    python scripts/screenshots.py http://127.0.0.1:8000 --password PASSWORD

The pages are listed in ``screenshots.toml`` beside this file: a name, a path, and the account that
looks (none: nobody has signed in). Each is taken in French and English, at a desk (1440 pixels)
and on a phone (390), as ``docs/_static/screenshots/NAME-LANGUAGE-WIDTH.png``. Debian's
``chromium`` is needed; ``pngquant`` makes the pictures three times smaller where it is there.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

HERE = Path(__file__).resolve().parent
OUT = HERE.parent / "docs/_static/screenshots"
SIZES = {1440: 900, 390: 844}
LANGUAGES = ("fr", "en")
LANGUAGE_COOKIE = "compagnon_language"
ARGUMENTS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-sync"]


@dataclass(frozen=True)
class Shot:
    """One page to take: ``path`` may be a path, or the text of a link to follow from it."""

    name: str
    path: str
    account: str = ""
    follow: str = ""
    theme: str = "light"


def read_shots(file: Path, wanted: Sequence[str]) -> list[Shot]:
    """Read the list of pages; only those named, when some are."""
    shots = [Shot(**page) for page in tomllib.loads(file.read_text(encoding="utf-8"))["page"]]
    unknown = set(wanted) - {shot.name for shot in shots}
    if unknown:
        sys.exit(f"screenshots: no page named {', '.join(sorted(unknown))} in {file.name}")
    return [shot for shot in shots if not wanted or shot.name in wanted]


def sign_in(page: Page, base: str, account: str, password: str) -> None:
    """Sign in by the page, as a person does."""
    page.goto(f"{base}/account/login/")
    page.locator("[name=login]").fill(account)
    page.locator("[name=password]").fill(password)
    page.locator("#sign-in [type=submit]").click()
    page.wait_for_url(lambda address: "/account/login" not in address)


def looks(
    browser: Browser, base: str, account: str, password: str, theme: str
) -> Iterator[tuple[str, int, Page]]:
    """Give a page signed in with the account, in each language and width."""
    for language in LANGUAGES:
        for width, height in SIZES.items():
            context = browser.new_context(
                viewport={"width": width, "height": height},
                locale=language,
                color_scheme="dark" if theme == "dark" else "light",
                reduced_motion="reduce",
            )
            context.add_cookies([{"name": LANGUAGE_COOKIE, "value": language, "url": base}])
            page = context.new_page()
            if account:
                sign_in(page, base, account, password)
            yield language, width, page
            context.close()


def take(browser: Browser, base: str, shots: Sequence[Shot], password: str) -> list[Path]:
    """Take every picture; one sign-in an account, language and width."""
    taken: list[Path] = []
    for account, theme in dict.fromkeys((shot.account, shot.theme) for shot in shots):
        for language, width, page in looks(browser, base, account, password, theme):
            for shot in shots:
                if (shot.account, shot.theme) != (account, theme):
                    continue
                page.goto(base + shot.path)
                if shot.follow:
                    page.locator(shot.follow).first.click()
                    page.wait_for_load_state()
                page.wait_for_timeout(400)
                file = OUT / f"{shot.name}-{language}-{width}.png"
                page.screenshot(path=file)
                taken.append(file)
    return taken


def shrink(files: Sequence[Path]) -> None:
    """Reduce the pictures to 256 colours where pngquant is installed."""
    program = shutil.which("pngquant")
    if program and files:
        options = ["--force", "--ext", ".png", "--skip-if-larger", "--strip", "--speed", "1"]
        # 98: every picture would have grown, and was left as it is.
        done = subprocess.run([program, *options, "--", *map(str, files)], check=False)  # noqa: S603
        if done.returncode not in {0, 98}:
            sys.exit(f"screenshots: pngquant failed with {done.returncode}")


def main() -> None:
    """Read the command line, take the pictures, say where they are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("base", help="address of a running server")
    parser.add_argument("names", nargs="*", help="only these pages")
    parser.add_argument("--pages", type=Path, default=HERE / "screenshots.toml")
    parser.add_argument("--password", default=os.environ.get("COMPAGNON_DEMO_PASSWORD", ""))
    given = parser.parse_args()
    program = shutil.which("chromium") or sys.exit("screenshots: install Debian's chromium")
    shots = read_shots(given.pages, given.names)
    OUT.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        taken = take(browser, given.base.rstrip("/"), shots, given.password)
        browser.close()
    shrink(taken)
    for file in taken:
        sys.stdout.write(f"{file.relative_to(HERE.parent)}  {file.stat().st_size // 1000} kB\n")


if __name__ == "__main__":
    main()
