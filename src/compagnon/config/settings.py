"""Django's settings. What an operator may set is in ``docs/operate/settings.md``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF
from django.utils.translation import gettext_lazy as _

from compagnon.config import environment as env

PACKAGE = Path(__file__).resolve().parent.parent
DATA_DIR = env.data_directory()

SECRET_KEY = env.secret_key(DATA_DIR)
# To change the key: the old one here, so that what it signed and encrypted is still read.
SECRET_KEY_FALLBACKS = env.several("SECRET_KEY_FALLBACKS")
DEBUG = env.flag("DEBUG")
# The demonstration shows its accounts on the sign-in page; never with real data.
DEMO = env.flag("DEMO")

BASE_URL = env.text("BASE_URL", "http://127.0.0.1:8000").rstrip("/")
ALLOWED_HOSTS = env.several("ALLOWED_HOSTS", ("localhost", "127.0.0.1", "[::1]"))
CSRF_TRUSTED_ORIGINS = env.several("TRUSTED_ORIGINS", (BASE_URL,))
SECURE = BASE_URL.startswith("https://")
BEHIND_PROXY = env.flag("BEHIND_PROXY")

INSTALLED_APPS = [
    "compagnon.ui",
    "compagnon.core",
    "compagnon.people",
    "compagnon.contracts",
    "compagnon.park",
    "compagnon.desk",
    "compagnon.titles",
    "compagnon.config",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "django_tasks",
    "django_htmx",
    "django_cotton",
    "template_partials.apps.SimpleAppConfig",
    "allauth",
    "allauth.account",
    "allauth.socialaccount",
    "allauth.mfa",
    "allauth.usersessions",
    "csp",
]

MIDDLEWARE = [
    "compagnon.config.health.HealthMiddleware",
    "compagnon.config.metrics.MetricsMiddleware",
    "compagnon.park.door.DoorMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "compagnon.ui.static_files.StaticFilesMiddleware",
    "compagnon.core.middleware.CorrelationMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "compagnon.core.api.middleware.ApiMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "compagnon.people.middleware.ActorMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "compagnon.core.middleware.ErrorMiddleware",
]

ROOT_URLCONF = "compagnon.config.urls"
WSGI_APPLICATION = "compagnon.config.wsgi.application"

_TEMPLATE_LOADERS: list[Any] = [
    "django_cotton.cotton_loader.Loader",
    "django.template.loaders.app_directories.Loader",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [
                (
                    "template_partials.loader.Loader",
                    [("django.template.loaders.cached.Loader", _TEMPLATE_LOADERS)],
                )
            ]
            if not DEBUG
            else [("template_partials.loader.Loader", _TEMPLATE_LOADERS)],
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "compagnon.config.context.frame",
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django_cotton.templatetags.cotton",
                "template_partials.templatetags.partials",
                "compagnon.ui.templatetags.ui",
            ],
        },
    }
]
COTTON_DIR = "cotton"

DATABASES = {
    "default": env.database(
        env.text("DATABASE_URL") or f"sqlite:///{DATA_DIR / 'compagnon.sqlite3'}"
    )
}
DATABASES["default"]["ATOMIC_REQUESTS"] = False
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "core_cache"}
}

# --- who signs in ---------------------------------------------------------------------------
AUTH_USER_MODEL = "people.Account"
AUTHENTICATION_BACKENDS = ["compagnon.people.backends.Backend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "compagnon.people.adapter.AccountAdapter"
ACCOUNT_FORMS = {"login": "compagnon.people.forms_sign_in.LoginForm"}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    # Five wrong passwords for one account from one network address lock that pair for five
    # minutes; sixty from all addresses, the account for an hour (people.adapter). The codes of a
    # second factor are bounded by account, five in five minutes.
    "login_failed": "20/m/ip,5/5m/key",
    # Nobody's mailbox is filled by asking for their password.
    "reset_password": "20/m/ip,5/h/key",
}
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# The sign-in address is the account's own, given by whoever manages it: allauth keeps no others.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = (  # a class, no secret
    "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
)
MFA_ALLOW_UNVERIFIED_EMAIL = True
ACCOUNT_SESSION_REMEMBER = None
# Providers are rows of ours (people.IdentityProvider): allauth keeps who is whom, and no tokens.
SOCIALACCOUNT_ADAPTER = "compagnon.people.provider_adapter.SocialAccountAdapter"
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_AUTO_SIGNUP = False
SOCIALACCOUNT_REQUESTS_TIMEOUT = 8
MFA_ADAPTER = "compagnon.people.adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes", "webauthn"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_FORMS = {
    "add_webauthn": "compagnon.people.forms_passkeys.AddForm",
    "edit_webauthn": "compagnon.people.forms_passkeys.RenameForm",
    "authenticate_webauthn": "compagnon.people.forms_passkeys.SecondStepForm",
    "login_webauthn": "compagnon.people.forms_passkeys.SignInForm",
    "reauthenticate_webauthn": "compagnon.people.forms_passkeys.ConfirmForm",
}
# A sign-in with a passkey asks twice: once for the challenge, once with the answer to it.
MFA_RATE_LIMITS = {"webauthn_login": "120/m/ip"}
MFA_TOTP_ISSUER = "Compagnon"
USERSESSIONS_TRACK_ACTIVITY = False

SESSION_COOKIE_NAME = "compagnon_session"
SESSION_COOKIE_SECURE = SECURE
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
CSRF_COOKIE_NAME = "compagnon_csrf"
CSRF_COOKIE_SECURE = SECURE
CSRF_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_NAME = "compagnon_language"

# --- what a browser may do ------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],  # Tabler embeds its small images
        "object-src": [NONE],
        "base-uri": [NONE],
        "form-action": [SELF],
        "frame-ancestors": [NONE],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
X_FRAME_OPTIONS = "DENY"
# Behind a proxy that the operator names, and only then, is X-Forwarded-Proto believed.
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1

# --- words ----------------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", _("French")), ("en", _("English"))]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.time_zone("TIME_ZONE", "Europe/Paris")

# --- files ----------------------------------------------------------------------------------
STATIC_URL = "static/"
STATIC_ROOT = None  # served straight from the package, never collected
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
# Served straight from the package, with versions in the names that esbuild gives.
WHITENOISE_USE_FINDERS = True
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 3600
FILES_DIR = DATA_DIR / "files"
# In millions, as sizes are told: a limit that reads «26,2 Mo» is one that nobody chose.
FILE_MAX_BYTES = env.number("FILE_MAX_MB", 25) * 1_000_000
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500
DATA_UPLOAD_MAX_NUMBER_FILES = 20
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

# --- work in the background -----------------------------------------------------------------
TASKS = {
    "default": {
        "BACKEND": env.text("TASK_BACKEND", "compagnon.core.tasks.backend.DatabaseBackend"),
        "QUEUES": ["default", "mail", "bulk"],
    }
}
TASK_LEASE_SECONDS = env.number("TASK_LEASE_SECONDS", 30)

# --- mail -----------------------------------------------------------------------------------
# smtp://user:password@host:port, smtps://, smtp+starttls://, maildir:///folder, or none.
MAIL_URL = env.text("MAIL_URL") or f"maildir://{DATA_DIR / 'sink'}"
EMAIL_BACKEND = "compagnon.config.mail.Backend"  # links to choose a password, by the same way
MAIL_DOMAIN = env.text("MAIL_DOMAIN", "compagnon.localhost")
# Names that this installation had before: answers to its older mail still find their ticket.
MAIL_FORMER_DOMAINS = env.several("MAIL_FORMER_DOMAINS")
# For mail that came by none of the mailboxes, and for what the mail server marked as unwanted:
# open, quarantine or ignore.
MAIL_UNKNOWN_SENDER = env.text("MAIL_UNKNOWN_SENDER", "open")
MAIL_SPAM = env.text("MAIL_SPAM", "open")
MAIL_MAX_BYTES = env.number("MAIL_MAX_MB", 30) * 1024 * 1024
# Within how many days a person notes and corrects the time that they spent.
TIME_CORRECTION_DAYS = env.number("TIME_CORRECTION_DAYS", 14)
MAIL_SILENCE_MINUTES = env.number("MAIL_SILENCE_MINUTES", 0)
# Counted on the open hours of that calendar; round the clock without one.
MAIL_SILENCE_CALENDAR = env.text("MAIL_SILENCE_CALENDAR")
LISTEN_SMTP = env.text("LISTEN_SMTP", "127.0.0.1:8025")
LISTEN_LMTP = env.text("LISTEN_LMTP", "127.0.0.1:8024")
LISTEN_WEB = env.text("LISTEN_WEB", "127.0.0.1:8000")
# Processes and threads of the web server; a page that waits for news holds no thread.
WEB_WORKERS = env.number("WEB_WORKERS", min(os.cpu_count() or 1, 4))
WEB_THREADS = env.number("WEB_THREADS", 8)
# Who may read /metrics beside this machine itself: whoever sends this as a bearer token.
METRICS_TOKEN = env.text("METRICS_TOKEN")
DEFAULT_FROM_EMAIL = env.text("MAIL_FROM", f"support@{MAIL_DOMAIN}")

# --- API ------------------------------------------------------------------------------------
API_RATE_PER_MINUTE = env.number("API_RATE_PER_MINUTE", 1200)
# Counted over all processes; tests of other things count in memory.
API_RATE_SHARED = True
NINJA_PAGINATION_MAX_LIMIT = 200

# --- calling others -------------------------------------------------------------------------
# Networks and names inside that webhooks, token endpoints and IMAP may reach.
OUTGOING_ALLOW = env.several("OUTGOING_ALLOW")
# Failures in a row after which a webhook stops: ten take about a day and a half.
WEBHOOK_FAILURES = env.number("WEBHOOK_FAILURES", 10)

# --- the titles that come with the product --------------------------------------------------
SHIP_TITLES = True  # written at migrate; the tests make their own

# --- the agents that report machines --------------------------------------------------------
# Networks whose agents may report without an enrolment token: this machine itself.
INVENTORY_OPEN_NETWORKS = env.several("INVENTORY_OPEN_NETWORKS", ("127.0.0.0/8", "::1/128"))
# The header in which the proxy, once it checked a client certificate, writes its subject.
INVENTORY_CERTIFICATE_HEADER = env.text("INVENTORY_CERTIFICATE_HEADER")
INVENTORY_HOURS = env.number("INVENTORY_HOURS", 24)
INVENTORY_KEEP_DAYS = env.number("INVENTORY_KEEP_DAYS", 90)

LOG_LEVEL = env.text("LOG_LEVEL", "INFO").upper()
LOG_FORMAT = env.text("LOG_FORMAT", "console")
LOGGING_CONFIG = "compagnon.config.logs.configure"
LOGGING = {"level": LOG_LEVEL, "format": LOG_FORMAT}

SILENCED_SYSTEM_CHECKS: list[str] = []
