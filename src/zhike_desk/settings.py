"""Settings of the workbench. What differs between machines comes from the environment, set by `zhike serve`.

`ZHIKE_HOME` the branch's home folder · `DATABASE_URL` PostgreSQL instead of SQLite · `ZHIKE_DESK_DEMO=1` a branch
made up (demo accounts, no second factor) · `ZHIKE_DESK_HOSTS` names it answers to · `ZHIKE_DESK_HTTPS=1` behind a TLS proxy.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from typing import Any

from zhike_desk import keys, sqlite

sqlite.choose()

import dj_database_url  # noqa: E402  (the choice above must be made before anything binds sqlite3)
from csp.constants import NONE, SELF  # noqa: E402

HOME = Path(os.environ.get("ZHIKE_HOME", "var/home")).absolute()
DESK = HOME / "desk"
DEMO = os.environ.get("ZHIKE_DESK_DEMO") == "1"
HTTPS = os.environ.get("ZHIKE_DESK_HTTPS") == "1"
LANGUAGE_OF_HOME = "zh-hans"

# Tools that only import the settings (type checks, migrations) leave no key behind in a folder nobody named.
SECRET_KEY = keys.secret(DESK, "session").hex() if "ZHIKE_HOME" in os.environ else secrets.token_hex()
DEBUG = False
_HOSTS = os.environ.get("ZHIKE_DESK_HOSTS", "127.0.0.1,localhost,[::1]")
ALLOWED_HOSTS = [name.strip() for name in _HOSTS.split(",") if name.strip()]
INTERNAL_IPS: list[str] = []
ROOT_URLCONF = "zhike_desk.urls"
WSGI_APPLICATION = "zhike_desk.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MIGRATION_MODULES = {"book": None}
AUTH_USER_MODEL = "records.User"

INSTALLED_APPS = [
    "django.contrib.admin.apps.SimpleAdminConfig",  # its site is ours: records/plumbing
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "django_htmx",
    "ninja",
    "csp",
    "zhike_desk.records.book",
    "zhike_desk.records",
    "zhike_desk.ui",
    "zhike_desk.pages",
    "zhike_desk.api",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # below whitenoise, whose files are packed already; it pads against BREACH
    "django.contrib.sessions.middleware.SessionMiddleware",
    "zhike_desk.ui.middleware.LanguageMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "zhike_desk.ui.middleware.NoStoreMiddleware",
    "zhike_desk.gate.FirstPasswordMiddleware",
    "zhike_desk.gate.SecondFactorMiddleware",
    "zhike_desk.gate.PolicyMiddleware",
]

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "ui" / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "zhike_desk.ui.frame.frame",
            ],
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    [
                        "django.template.loaders.filesystem.Loader",
                        "zhike_desk.ui.rooms.PageLoader",
                        "django.template.loaders.app_directories.Loader",
                    ],
                )
            ],
            "builtins": ["zhike_desk.ui.templatetags.zhike"],
        },
    }
]

_URL = os.environ.get("DATABASE_URL", "")
DATABASES: dict[str, Any] = {
    "default": dj_database_url.parse(_URL, conn_max_age=600, conn_health_checks=True)
    if _URL
    else {
        "ENGINE": "zhike_desk.turns",
        "NAME": DESK / "desk.sqlite3",
        "CONN_MAX_AGE": 600,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": f"PRAGMA journal_mode={sqlite.journal()}; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
        "TEST": {"NAME": os.environ.get("ZHIKE_DESK_TEST_DATABASE")},
    }
}
CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "desk_cache"},
    "memory": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "memory"},
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"

AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_ADAPTER = "zhike_desk.gate.ClosedSignup"
ACCOUNT_EMAIL_VERIFICATION = "none"
EMAIL_BACKEND = (
    "django.core.mail.backends.dummy.EmailBackend"  # the desk sends no mail, whoever asks for a reset by it
)
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {"login": "60/m/ip", "login_failed": "10/m/ip,5/5m/key", "reauthenticate": "10/m/user"}
ACCOUNT_REAUTHENTICATION_REQUIRED = True
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_ADAPTER = "zhike_desk.gate.Factors"
MFA_TOTP_ISSUER = "Zhike 知客"
USERSESSIONS_TRACK_ACTIVITY = False  # it would write at every request

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "中文"), ("en", "English")]
LANGUAGE_COOKIE_NAME = "zhike_language"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "static/"
STATIC_ROOT = DESK / "static"
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.AppDirectoriesFinder",
    "zhike_desk.ui.rooms.PageStatic",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "zhike_desk.ui.rooms.HashedStatic"},
}

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
if HTTPS:
    # The proxy speaks TLS, this server doesn't: without these the origin of every form would be foreign, and the
    # limits on sign-ins would count everybody behind the proxy as one. The proxy must set both headers itself.
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    CSRF_TRUSTED_ORIGINS = [
        "https" + "://" + ("*" if name.startswith(".") else "") + name
        for name in ALLOWED_HOSTS
        if name != "*"
    ]
    ALLAUTH_TRUSTED_PROXY_COUNT = 1
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_500_000

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"struck": {"()": "zhike_desk.records.masking.Struck"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "struck"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
}
