"""All settings, in one file. Differences between installations are environment variables (docs/settings.md)."""

from __future__ import annotations

import logging
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs, unquote, urlsplit

from csp.constants import NONE, SELF

from registret.config.env import Variables, is_loopback
from registret.config.log_lines import FORMATS, configuration

env = Variables()
PACKAGE = Path(__file__).resolve().parent.parent

# Where it runs
DEMO = env.flag("DEMO", purpose="a country in a box, with cards that nobody else accepts", default=False)
DEBUG = False
SITE_HOST = env.text("SITE_HOST", purpose="host name of the site")
SITE_PORT = env.number("SITE_PORT", purpose="port in the site's addresses", default=443)
CARD_HOST = env.text("CARD_HOST", purpose="the card hosts are <label>.<this>")
CARD_PORT = env.number("CARD_PORT", purpose="port in the card hosts' addresses", default=443)
CARD_HOST_FIXED = env.flag("CARD_HOST_FIXED", purpose="the card host is one name for everybody: no labels before it")
ALLOWED_HOSTS = [SITE_HOST, CARD_HOST if CARD_HOST_FIXED else f".{CARD_HOST}"]

# The embedded listeners (`registret serve`); behind a front nobody asks for these.
LISTEN_ADDRESS = env.text("LISTEN_ADDRESS", purpose="address that the embedded listeners bind", default="127.0.0.1")
if DEMO and not is_loopback(LISTEN_ADDRESS):
    env.fault("REGISTRET_DEMO=yes is for this machine only: unset it, or REGISTRET_LISTEN_ADDRESS")
LISTEN_SITE_PORT = env.number("LISTEN_SITE_PORT", purpose="port that the site's listener binds", default=SITE_PORT)
LISTEN_CARD_PORT = env.number("LISTEN_CARD_PORT", purpose="port that the card door binds", default=CARD_PORT)
ROUTERS = env.ip_addresses(
    "ROUTERS", purpose="addresses of those that pass connections on to the listeners, by the PROXY protocol"
)
SITE_CERTIFICATE = env.file("SITE_CERTIFICATE", purpose="certificate of the site's host and its chain, PEM")
SITE_KEY = env.file("SITE_KEY", purpose="private key of the site's certificate, PEM")
CARD_CERTIFICATE = env.file("CARD_CERTIFICATE", purpose="certificate of all card hosts (wildcard) and its chain, PEM")
CARD_KEY = env.file("CARD_KEY", purpose="private key of the card hosts' certificate, PEM")

# A front (deploy/) that terminates TLS before gunicorn, and how it passes certificates on. Its headers are believed
# because of the secret, which nobody else knows (registret/web/presented.py).
FRONT = env.choice("FRONT", purpose="how a front passes certificates on", among=("none", "rfc9440", "escaped_pem"))
FRONT_SECRET = env.secret(
    "FRONT_SECRET", purpose="by which registret knows its front", default="" if FRONT == "none" else None
)
if not re.fullmatch("[A-Za-z0-9_-]*", FRONT_SECRET):
    env.fault("REGISTRET_FRONT_SECRET must consist of letters, digits, - and _ (it is sent in a header)")


def _origin(host: str, port: int) -> str:
    return f"https://{host}" if port == 443 else f"https://{host}:{port}"


SITE_ORIGIN = _origin(SITE_HOST, SITE_PORT)
CARD_ORIGINS = _origin(CARD_HOST if CARD_HOST_FIXED else f"*.{CARD_HOST}", CARD_PORT)
CSRF_TRUSTED_ORIGINS = [SITE_ORIGIN]
API_AUDIENCE = f"{SITE_ORIGIN}/api/v1"
"""Whom a record system addresses in what it signs."""

# What the registry is called and who answers
REGISTRY_NAME = env.text(
    "REGISTRY_NAME", purpose="the name of the registry on every page", default="Infektionsregistret"
)
CONTACT_MAIL = env.text("CONTACT_MAIL", purpose="the mail address of the registry's support, shown on the help pages")
CONTACT_PHONE = env.text("CONTACT_PHONE", purpose="the telephone number of the registry's support", default="")

# How weaknesses are reported: /.well-known/security.txt (RFC 9116).
SECURITY_CONTACT = env.text(
    "SECURITY_CONTACT", purpose="where weaknesses are reported: mailto:… or https://…", default=f"mailto:{CONTACT_MAIL}"
)
if not SECURITY_CONTACT.startswith(("mailto:", "https://")):
    env.fault("REGISTRET_SECURITY_CONTACT must begin with mailto: or https://")
SECURITY_EXPIRES = env.day(
    "SECURITY_EXPIRES", purpose="the last day of /.well-known/security.txt; empty: there is none"
)

# Secrets
SECRET_KEY = env.secret("SECRET_KEY", purpose="signs form tokens; any long random text")
LINK_KEY = env.secret("LINK_KEY", purpose="links and codes in mail are derived from it; any long random text").encode()
SEAL_KEY = env.secret(
    "SEAL_KEY", purpose="signs the seals of the log; any long random text, not kept in the database"
).encode()
SEAL_KEYS_BEFORE = frozenset(
    env.text(
        "SEAL_KEYS_BEFORE", purpose="public keys of earlier SEAL_KEYs, by spaces (ledger-checkpoint --key)", default=""
    ).split()
)

OPT_OUT_KEY = env.secret(
    "OPT_OUT_KEY", purpose="marks the numbers of patients who opted out; any long random text, not kept in the database"
).encode()
OPT_OUT_KEYS_BEFORE = env.secrets("OPT_OUT_KEYS_BEFORE", purpose="earlier OPT_OUT_KEYs, by spaces")

RESEARCH_KEY = env.secret(
    "RESEARCH_KEY",
    purpose="pseudonyms in files for research are derived from it; any long random text, not kept in the database",
).encode()
RESEARCH_KEYS_BEFORE = env.secrets("RESEARCH_KEYS_BEFORE", purpose="earlier RESEARCH_KEYs, by spaces")

FILE_KEY = env.secret(
    "FILE_KEY", purpose="encrypts files that are kept for a time; any long random text, not kept in the database"
).encode()

# Cards
TRUST_DIR = Path(env.text("TRUST_DIR", purpose="folder with trust.toml, the issuing CAs and their CRLs"))
ACCEPT_TEST_CARDS = env.flag("ACCEPT_TEST_CARDS", purpose="cards of anchors marked as test may log in", default=DEMO)

# The registry
_definitions_dir = env.text(
    "DEFINITIONS_DIR", purpose="a folder with sub-registries of one's own, beside those that come along", default=""
)
DEFINITIONS_DIR = Path(_definitions_dir) if _definitions_dir else None

_population_file = env.text(
    "POPULATION_FILE",
    purpose="a CSV file that stands in for the population register; empty: nobody is known",
    default="",
)
POPULATION_FILE = Path(_population_file) if _population_file else None

POPULATION_SERVICE = env.service("POPULATION", purpose="a service that speaks to the population register")
if POPULATION_FILE and POPULATION_SERVICE.address:
    env.fault("set one of REGISTRET_POPULATION_FILE and REGISTRET_POPULATION_ADDRESS: which of them counts?")

_opt_out_file = env.text(
    "OPT_OUT_FILE",
    purpose="each opt-out adds its mark to this file, kept apart from the backups; empty: none",
    default="",
)
OPT_OUT_FILE = Path(_opt_out_file) if _opt_out_file else None
CENTRAL_CONTROLLER = env.text(
    "CENTRAL_CONTROLLER", purpose="the authority that answers for the registry (CPUA)", default="Region Örebro län"
)
DATA_PROTECTION_MAIL = env.text(
    "DATA_PROTECTION_MAIL",
    purpose="the mail address of that authority's data protection officer, for patients (GDPR article 13.1 b)",
)

# The second way in: an identity provider that speaks OIDC. Off unless its issuer is named.
OIDC_ISSUER = env.address(
    "OIDC_ISSUER", purpose="the identity provider's issuer; empty: people log in at the card door only"
)
OIDC_NAME = env.text("OIDC_NAME", purpose="what people know the identity provider's login as", default="SITHS eID")
OIDC_CLIENT_ID = env.text(
    "OIDC_CLIENT_ID",
    purpose="this registry's name at the identity provider of OIDC_ISSUER",
    default=None if OIDC_ISSUER else "",
)
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET", purpose="its secret there (client_secret_basic)", default="")
OIDC_CLIENT_KEY = env.text(
    "OIDC_CLIENT_KEY", purpose="instead of a secret: its private key (private_key_jwt)", default=""
)
if OIDC_ISSUER and bool(OIDC_CLIENT_SECRET) == bool(OIDC_CLIENT_KEY):
    env.fault("with REGISTRET_OIDC_ISSUER, set one of REGISTRET_OIDC_CLIENT_SECRET and …_CLIENT_KEY")
OIDC_CA_FILE = env.text("OIDC_CA_FILE", purpose="CA of the identity provider if it is not a public one", default="")
# Level of assurance 3, in the words of Sambi, the federation that Inera's provider belongs to.
OIDC_LEVELS = {"http://id.sambi.se/loa/loa3": 3}

# The national platform, by which record systems fill in forms (NKRR). Off unless its address is named.
NKRR = env.service("NKRR", purpose="GetFormData of the national platform", needs_certificate=True)
NKRR_UNITS = env.pairs("NKRR_UNITS", purpose="the care unit that each clinic is there: clinic=HSA-id, by spaces")

# Time limits
ATTEMPT_LIFETIME = timedelta(minutes=2)
CODE_LIFETIME = timedelta(seconds=60)
CONFIRMATION_LIFETIME = timedelta(days=env.number("CONFIRMATION_DAYS", purpose="days a mail link is valid", default=7))
SESSION_IDLE = timedelta(minutes=env.number("IDLE_MINUTES", purpose="minutes without a click until logout", default=15))
SESSION_IDLE_WARNING = min(timedelta(minutes=2), SESSION_IDLE / 3)
SESSION_LENGTH = timedelta(hours=env.number("SESSION_HOURS", purpose="hours until logout in any case", default=10))
# Each question is a signature of the card: middleware that asks for the PIN each time would ask all day.
PROBE_EVERY = timedelta(
    seconds=env.number(
        "PROBE_SECONDS",
        purpose="seconds between questions whether the card is still in; 0: never",
        default=15 if DEMO else 0,
    )
)
# After a change of address, and after an objection to one (docs/decisions/0057).
OBJECTION_LIFETIME = timedelta(days=14)
ATTESTING_NEEDS_CARD_WITHIN = timedelta(minutes=60)

# Monitoring
METRICS_TOKEN = env.secret(
    "METRICS_TOKEN", purpose="a reader of /matt shows it; without one only this machine may read", default=""
)

# Mail
SMTP_HOST = env.text("SMTP_HOST", purpose="mail server that takes the registry's letters")
SMTP_PORT = env.number("SMTP_PORT", purpose="port of the mail server", default=587)
SMTP_TLS = env.text("SMTP_TLS", purpose="starttls, implicit, or none (loopback only)", default="starttls")
SMTP_USER = env.text("SMTP_USER", purpose="user name at the mail server, if it wants one", default="")
SMTP_PASSWORD = env.text("SMTP_PASSWORD", purpose="password at the mail server, if it wants one", default="")
SMTP_CA_FILE = env.text("SMTP_CA_FILE", purpose="CA of the mail server if it is not a public one", default="")
MAIL_FROM = env.text("MAIL_FROM", purpose="the sender of the registry's letters")
MAILBOX_DIR = Path(
    env.text("MAILBOX_DIR", purpose="where the demo's mail catcher keeps letters", default="var/mailbox")
)
HISTORY_FILE = Path(
    env.text(
        "HISTORY_FILE",
        purpose="where the demo keeps how far its clinics' history is written",
        default="var/history.json",
    )
)

# Django
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "csp",
    "registret.revocation",
    "registret.ledger",
    "registret.rate_limits",
    "registret.heartbeats",
    "registret.mail",
    "registret.time_limits",
    "registret.words",
    "registret.places",
    "registret.accounts",
    "registret.access",
    "registret.records",
    "registret.oversight",
    "registret.reports",
    "registret.exchange",
    "registret.web",
    "registret.config",
]
MIDDLEWARE = [
    "registret.web.middleware.RequestTimes",
    "registret.web.middleware.MomentOfRequest",
    "registret.web.middleware.Arrivals",
    # What every answer carries comes before whatever may answer.
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "registret.web.middleware.NoStore",
    "registret.web.middleware.Hosts",
    "registret.web.middleware.SiteFiles",
    "registret.web.middleware.CompressedPages",
    "registret.web.middleware.LongAnswers",
    "registret.web.middleware.Language",
    "registret.web.middleware.Refusals",
    "django.middleware.csrf.CsrfViewMiddleware",
]
# The demo adds the page that shows its letters; nowhere else does such a page exist.
ROOT_URLCONF = "registret.demo.urls" if DEMO else "registret.web.urls"
CARD_URLCONF = "registret.web.door.fixed_card_urls" if CARD_HOST_FIXED else "registret.web.door.card_urls"
WSGI_APPLICATION = "registret.config.wsgi.application"
AUTH_USER_MODEL = "accounts.Account"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = False
SILENCED_SYSTEM_CHECKS: list[str] = []

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "loaders": [("django.template.loaders.cached.Loader", ["registret.web.template_loader.Loader"])],
            "context_processors": [
                "registret.web.pages.site_context",
                *(["registret.demo.cast_bar.context"] if DEMO else []),
            ],
            "builtins": [
                "django.templatetags.i18n",
                "django.templatetags.static",
                "registret.web.templatetags.constant",
                "registret.web.templatetags.csrf",
                "registret.web.templatetags.look",
                "registret.web.templatetags.components",
                "registret.web.templatetags.fields",
                "registret.web.templatetags.pieces",
                "registret.web.steps.question_tags",
            ],
        },
    }
]


_CONNECTION: Final[dict[str, Any]] = {
    # A short wait, and a try each second: a database that comes back is found at once (database.backend).
    "pool": {"min_size": 1, "max_size": 24, "timeout": 2, "reconnect_timeout": 1},
    # A machine that is cut off neither refuses nor answers.
    "connect_timeout": "3",
    "tcp_user_timeout": "10000",
    # PostgreSQL plans what a connection has asked before once, not each time.
    "server_side_binding": True,
    "prepare_threshold": 2,
}


def _database(url: str) -> dict[str, Any]:
    """`postgresql://user:password@host:port/name?sslmode=…`; `?host=/folder` names a unix socket."""
    parts = urlsplit(url)
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "registret.database.backend",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", parts.hostname or ""),
        "PORT": query.pop("port", str(parts.port or "")),
        "OPTIONS": _CONNECTION | query,
        # A template's tables are copied once for each test worker.
        "TEST": {"NAME": os.environ.get("REGISTRET_TEST_DATABASE") or None},
    }


DATABASES = {
    "default": _database(env.database("DATABASE_URL", prefix="", purpose="PostgreSQL, as the role that serves"))
}
# What serves owns no table, so nothing that gets into it can switch off a policy, a trigger or the log. The owner is
# for `migrate` and `cull-ledger` only (registret/config/roles.py).
_owner_url = env.database(
    "OWNER_DATABASE_URL", purpose="as DATABASE_URL, for the role that owns the tables and migrates them", default=""
)
OWNER_DATABASE = _database(_owner_url) if _owner_url else None

# Backups: as a role that is shown every row, and may change none.
BACKUP_DATABASE_URL = env.database(
    "BACKUP_DATABASE_URL", purpose="as DATABASE_URL, for the role that backups are made as", default=""
)
BACKUP_FOLDER = env.text("BACKUP_FOLDER", purpose="where `registret backup` writes", default="")
BACKUP_KEY = env.text("BACKUP_KEY", purpose="the public key of age that backups are encrypted for", default="")

# Language, time
LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "__Host-sprak"
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"

# Security
SECURE_HSTS_SECONDS = 365 * 24 * 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
# Both listeners speak TLS only; a front terminates it (deploy/) and redirects plain HTTP.
SECURE_SSL_REDIRECT = False
SILENCED_SYSTEM_CHECKS += ["security.W008"]
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_COOKIE_NAME = "__Host-skydd"
CSRF_COOKIE_SECURE = True
# Like the session, it ends with the browser.
CSRF_COOKIE_AGE = None
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "registret.web.refusals.form_too_old"
# The site is the only place that posts forms here; Django compares Origin with the host it is asked for.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
# A file that is uploaded stays in memory: on the disk it would not be encrypted. What is larger is refused before.
FILE_UPLOAD_MAX_MEMORY_SIZE = 21 * 1024 * 1024
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        # The logout page and the silent probe ask a card host whether a card is in.
        "connect-src": [SELF, CARD_ORIGINS],
        # A form that ends in a redirect to a card host is stopped unless they are named here.
        "form-action": [SELF, CARD_ORIGINS],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

STATIC_URL = "/static/"
# What browsers ask for whatever a page says: /favicon.ico, the mark.
WHITENOISE_ROOT = PACKAGE / "web" / "root"
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_MIMETYPES = {".svg": "image/svg+xml; charset=utf-8"}
STATIC_ROOT = Path(env.text("STATIC_ROOT", purpose="where collectstatic puts files for a front", default="var/static"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "registret.web.static_files.StaticFiles"},
}

# Warnings of Python are messages as well.
logging.captureWarnings(True)
LOGGING = configuration(env.choice("LOG_FORMAT", purpose="how the program's messages are written", among=FORMATS))
if DEMO:
    # Browsers that do not know the demo's CA yet, or leave in the middle, are no news.
    LOGGING["loggers"]["registret.serving"] = {"level": "WARNING"}
    # Nor are checkpoints of the log, which nobody keeps.
    LOGGING["loggers"]["registret.chores"] = {"level": "WARNING"}

env.end()
