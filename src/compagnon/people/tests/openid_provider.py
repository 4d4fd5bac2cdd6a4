"""A real OpenID Connect provider on loopback, in a process of its own: allauth's (``idp.oidc``).

``python -m compagnon.people.tests.openid_provider REDIRECT_ADDRESS…`` prints its address, and
serves until it is ended. It wants PKCE's proof where a challenge was given, the client's secret,
its people's password, and their consent. :func:`running` starts it for a test.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

CLIENT, SECRET, PASSWORD = "compagnon", "un-secret-partage", "correct horse battery"
PEOPLE = (
    # The name there, its address, whether that was verified.
    ("rosa", "Rosa", "Parks", "rosa@client.example", True),
    ("mallory", "Mallory", "Vil", "ada@assistance.example", False),
    ("ada", "Ada", "Chef", "ada@assistance.example", True),
)


@contextmanager
def running(*redirects: str) -> Iterator[str]:
    """Start the provider for a client that may be led back to these; gives the issuer's address."""
    environment = {
        name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"
    }
    process = subprocess.Popen(
        [sys.executable, "-m", __name__, *redirects],
        stdout=subprocess.PIPE,
        env=environment,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
    finally:
        process.terminate()
        process.wait(10)


def configure() -> None:
    """Give Django the provider's settings, and its tables in memory."""
    import django
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from django.conf import settings

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    settings.configure(
        SECRET_KEY="openid-provider-of-tests",
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF="compagnon.people.tests.openid_provider",
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": "file:provider?mode=memory&cache=shared",
                "OPTIONS": {"uri": True},
            }
        },
        INSTALLED_APPS=[
            "django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
            "django.contrib.messages", "allauth", "allauth.account", "allauth.idp.oidc",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.middleware.csrf.CsrfViewMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
            "django.contrib.messages.middleware.MessageMiddleware",
            "allauth.account.middleware.AccountMiddleware",
        ],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "APP_DIRS": True,
                "OPTIONS": {
                    "context_processors": [
                        "django.template.context_processors.request",
                        "django.contrib.auth.context_processors.auth",
                        "django.contrib.messages.context_processors.messages",
                    ]
                },
            }
        ],
        AUTHENTICATION_BACKENDS=["allauth.account.auth_backends.AuthenticationBackend"],
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        SESSION_COOKIE_NAME="provider_session",
        CSRF_COOKIE_NAME="provider_csrf",
        ACCOUNT_EMAIL_VERIFICATION="none",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        LOGIN_URL="/login/",
        USE_TZ=True,
        IDP_OIDC_PRIVATE_KEY=key.decode(),
    )  # fmt: skip
    django.setup()


def fill(redirects: list[str]) -> None:
    """Make the tables, the people and the client."""
    from allauth.account.models import EmailAddress
    from allauth.idp.oidc.models import Client
    from django.contrib.auth.models import User
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    for name, first, last, address, verified in PEOPLE:
        user = User.objects.create_user(name, address, PASSWORD, first_name=first, last_name=last)
        if verified or not EmailAddress.objects.filter(email=address).exists():
            EmailAddress.objects.create(user=user, email=address, verified=verified, primary=True)
    client = Client(id=CLIENT, name="Compagnon", scopes="openid\nprofile\nemail")
    client.set_secret(SECRET)
    client.set_redirect_uris(redirects)
    client.save()


def __getattr__(name: str) -> object:
    if name == "urlpatterns":
        from django.urls import include, path

        return [path("", include("allauth.idp.urls")), path("", include("allauth.urls"))]
    raise AttributeError(name)


if __name__ == "__main__":
    from wsgiref.simple_server import WSGIRequestHandler, make_server

    class Quiet(WSGIRequestHandler):
        """Serves without a word."""

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    configure()
    fill(sys.argv[1:])
    from django.core.handlers.wsgi import WSGIHandler

    server = make_server("127.0.0.1", 0, WSGIHandler(), handler_class=Quiet)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201
    server.serve_forever()
