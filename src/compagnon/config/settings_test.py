"""Settings of the tests: the product's own, with a throw-away data directory and cheap hashing.

``COMPAGNON_TEST_DATABASE_URL`` chooses the database; without it, an SQLite file of this process.
"""

from __future__ import annotations

import os
import tempfile

_directory = tempfile.mkdtemp(prefix="compagnon-test-")
os.environ["COMPAGNON_DATA_DIR"] = _directory
os.environ.setdefault("COMPAGNON_SECRET_KEY", "tests-only-not-a-secret-0123456789abcdef")
os.environ["COMPAGNON_DATABASE_URL"] = os.environ.get(
    "COMPAGNON_TEST_DATABASE_URL", f"sqlite:///{_directory}/test.sqlite3"
)

from compagnon.config.settings import *  # noqa: E402, F403
from compagnon.config.settings import DATABASES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DATABASES["default"]["CONN_MAX_AGE"] = 0
if "sqlite3" in DATABASES["default"]["ENGINE"]:
    # A file, as in production: threads and other processes of a test see the same database, and
    # wait for each other's locks as they would there.
    DATABASES["default"]["TEST"] = {"NAME": f"{_directory}/test.sqlite3"}
API_RATE_SHARED = False  # see core/api/tests/test_limit_rate.py
SHIP_TITLES = False
ALLOWED_HOSTS = ["testserver", "localhost", "127.0.0.1"]
LOGGING = {"level": "WARNING", "format": "console"}

# The page of components, for the tests of accessibility.
STYLEGUIDE = True
