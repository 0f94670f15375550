"""All settings, driven by the environment. With nothing set, this is the install that `make play` starts.

FABLEWRIGHT_HOME   folder of database, media, secrets and lock (default: var/ beside manage.py)
DATABASE_URL       postgres://user:password@host/name; default: SQLite in FABLEWRIGHT_HOME
DATABASE_POOL      most connections that one web process has to PostgreSQL (default 20; 0: one for each thread)
REDIS_URL          redis://:password@host:6379/0, also as REDIS_URL_FILE: cache, rates and hints that all processes share;
                   default: each process has its own. See config/shared.py
WEB_PROCESSES      how many web processes serve this install, all kinds together (default 1); only `check --deploy` asks
SECRET_KEY, TOKEN_KEY   what sessions and access tokens are signed with; default: made once, kept in FABLEWRIGHT_HOME/secrets
SECRET_KEY_FALLBACKS   earlier ones, comma between, whose signatures still count while SECRET_KEY is rotated
ALLOWED_HOSTS      names that may be asked for, comma between (default: all; the tenants' Domain rows decide in any case)
TRUSTED_PROXIES    networks of our own proxies, comma between, which may say who the client is (config/proxies.py)
WAITING_MAX        requests of one web process that may wait for what they asked for at a time (default 48)
STORAGE            "local" (default) or "s3" with S3_BUCKET, S3_ENDPOINT, S3_REGION, and boto's own keys (or *_FILE)
HTTPS              1 behind a proxy that ends TLS and says so in X-Forwarded-Proto: cookies for TLS alone, HSTS, and plain
                   requests are led to https; /healthz and /metrics are not
STATIC_FOLDER      where `manage.py collectstatic` put the static files; default: they are read from where they lie
HSTS_SUBDOMAINS    1 where each tenant's host and all names below it speak TLS (default 0: they may belong to others)
STORE_SECONDS      how long what was bought waits for storage that is gone (default three days), in FABLEWRIGHT_HOME/spool;
                   SPOOL_MAX_BYTES: how much of it before nothing more is begun (default 8 GB); see docs/storage.md
WORKERS            worker processes of one group (default 2; one of them stays free for short tasks)
SEALING_KEYS       keys that stored provider keys are encrypted under, comma between, newest first; default: made once
OPENAI_API_KEY ... keys of providers, each also as OPENAI_API_KEY_FILE; the whole list: config/provider_accounts.py
RATE_*             how often what may be asked for, such as RATE_GENERATE_KEY=120/min; the whole list: config/rates.py
SOCKETS_PER_PERSON how many sockets one person has open at a time in one process (default 30)
MAIL_URL, MAIL_FROM   the server that letters leave by (smtp://user:password@host, smtps://...; also as MAIL_URL_FILE) and the
                   address that they come from; default: letters are put into FABLEWRIGHT_HOME/mail. See config/mail.py
MAIL_CA_FILE       certificates that the mail server is trusted by, in the place of the system's
API_WAIT_SECONDS   how long their answers wait for what was asked for (default 120)
LOG_FORMAT, LOG_LEVEL   "line" (default) or "json" for machines; the least that is written (default: WARNING, with json INFO)
METRICS_*          who may read GET /metrics, and where the workers answer with theirs, see config/gathering.py
OTEL_EXPORTER_OTLP_ENDPOINT   where traces are sent; nothing of it is loaded without, see config/tracing.py
DEMO_*             the offline provider's delays and faults, see generation/providers/demo/adapter.py

DATABASE_URL, SECRET_KEY, SECRET_KEY_FALLBACKS, TOKEN_KEY and SEALING_KEYS may each stand in a file instead, which the same
variable with _FILE behind it names.
"""

import os
import sys
import warnings
from datetime import timedelta
from pathlib import Path

import environ

from config import environment, gathering, logs, mail, object_store_keys, provider_accounts, rates, shared
from config.databases import CONNECT_SECONDS, is_server
from config.home import Home

# django-q2 warns where its timeout is off. It is off on purpose: it would kill a worker with all the purchases it holds;
# the supervisor watches heartbeats instead.
warnings.filterwarnings("ignore", message="Retry and timeout are misconfigured")

env = environ.Env()

VERSION = "0.5.0"
BASE_DIR = Path(__file__).resolve().parent.parent
HOME = Home(Path(env.str("FABLEWRIGHT_HOME", default=str(BASE_DIR / "var"))).resolve())
HOME.prepare()
# Before anything is imported that counts: it asks the environment once where its numbers go.
gathering.open_folder(HOME.path, sys.argv, os.environ)
METRICS, METRICS_PROBLEMS = gathering.read(os.environ)

DEBUG = env.bool("DEBUG", default=False)
SECRET_KEY = HOME.secret("secret-key", value=environment.secret(os.environ, "SECRET_KEY"))
SECRET_KEY_FALLBACKS = environment.listed(environment.secret(os.environ, "SECRET_KEY_FALLBACKS"))
# The tenant middleware knows every host by its Domain row and refuses the rest, so this list has nothing to add.
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["*"])
HTTPS = env.bool("HTTPS", default=False)
TRUSTED_PROXIES, PROXY_PROBLEMS = environment.networks(env.str("TRUSTED_PROXIES", default=""))

INSTALLED_APPS = [
    "config",
    "unfold.apps.BasicAppConfig",  # its default one would put a site of its own in the place of ours
    "config.admin_site.StaffAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "rest_framework",
    "rest_framework_simplejwt.token_blacklist",  # which refresh tokens are out, and which are used up
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "channels",
    "django_q",
    "axes",
    "accounts",
    "generation",
    "generation.studio",
    "stories",
    "gallery",
]

MIDDLEWARE = [
    "config.access_log.AccessLog",  # first: every answer has its request's id and its line
    "config.static_files.StaticFiles",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "config.headers.PageHeaders",
    "config.content_policy.ContentPolicy",
    "accounts.middleware.HostTenantMiddleware",
    "accounts.rates.RateMiddleware",
    "accounts.programs.Sessions",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "accounts.programs.SignedIn",
    "accounts.middleware.ActorMiddleware",
    "accounts.programs.Messages",
    "accounts.middleware.TierMiddleware",
    "accounts.fence_pages.FenceMiddleware",
    "axes.middleware.AxesMiddleware",  # turns an answer about a password into "wait", where there were too many wrong ones
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
ASGI_APPLICATION = "config.asgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.middleware.template_context",
            ],
        },
    },
]

DATABASE_URL = environment.secret(os.environ, "DATABASE_URL", f"sqlite:///{HOME.path / 'fablewright.sqlite3'}")
DATABASES = {"default": env.db_url_config(DATABASE_URL)}
DATABASE_POOL = env.int("DATABASE_POOL", default=20)
if is_server(DATABASES["default"]):
    DATABASES["default"].setdefault("OPTIONS", {}).setdefault("connect_timeout", CONNECT_SECONDS)
else:
    # IMMEDIATE: a transaction that reads and then writes would otherwise fail with "database is locked" under load.
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-16000;",
    }
if DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql":
    DATABASES["default"]["ENGINE"] = "config.postgresql"  # the same, and its connections know the active tenant
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

REDIS_URL, REDIS_PROBLEMS = shared.read(os.environ)
CACHES = shared.caches(REDIS_URL)
CHANNEL_LAYERS = shared.channel_layers(REDIS_URL)
WEB_PROCESSES = env.int("WEB_PROCESSES", default=1)
RATES, RATE_PROBLEMS = rates.read(os.environ)
SOCKETS_PER_PERSON = env.int("SOCKETS_PER_PERSON", default=30)

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it stops who guessed too often, and signs nobody in
    "django.contrib.auth.backends.ModelBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ["email", "display_name"]},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "/sign-in/"
LOGIN_REDIRECT_URL = "/"
AUTHORS_BEGIN_AT = "studio-home"  # the route that authors are led to after signing in, where they asked for none
LOGOUT_REDIRECT_URL = "/"
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_NAME = "fablewright_session"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 60
STAFF_SESSION_SECONDS = 60 * 60 * 12  # counted from signing in, whatever happens meanwhile
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True  # scripts read the token in the page's forms
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "config.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_INCLUDE_SUBDOMAINS = env.bool("HSTS_SUBDOMAINS", default=False)
if HTTPS:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    # A browser takes a cookie of such a name from this very host alone, over TLS, for all of its paths: one tenant's host
    # cannot set it for another's.
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-fablewright_session", "__Host-fablewright_csrf"
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^metrics$"]
    SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365

# Guessing of passwords and codes, counted in the database (accounts/guessing.py says how).
AXES_HANDLER = "accounts.guessing.Guesses"
AXES_USERNAME_FORM_FIELD = "username"
AXES_CLIENT_IP_CALLABLE = "accounts.guessing.counted_address"
AXES_LOCKOUT_CALLABLE = "config.errors.guessed_too_often"
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"], "ip_address"]
AXES_FAILURE_LIMIT = 8
ADDRESS_FAILURE_LIMIT = 60  # of one network address, over all accounts: a school or an office is one address
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # trying on does not make it longer
AXES_DISABLE_ACCESS_LOG = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_SENSITIVE_PARAMETERS = ["username", "email", "password", "code", "next", "csrfmiddlewaretoken"]

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_I18N = True
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_FOLDER = env.str("STATIC_FOLDER", default="")
STATIC_ROOT = Path(STATIC_FOLDER) if STATIC_FOLDER else HOME.path / "static"
SERVESTATIC_USE_FINDERS = not STATIC_FOLDER  # no collecting step where one process does all
SERVESTATIC_AUTOREFRESH = DEBUG
SERVESTATIC_MAX_AGE = 300

STORAGE = env.str("STORAGE", default="local")
MEDIA_STORAGES = {
    "local": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {"location": str(HOME.path / "media"), "base_url": None},
    },
    "s3": {
        "BACKEND": "generation.object_store.ObjectStore",
        "OPTIONS": {
            "bucket_name": env.str("S3_BUCKET", default=""),
            "endpoint_url": env.str("S3_ENDPOINT", default="") or None,
            "region_name": env.str("S3_REGION", default="") or None,
            "addressing_style": "path" if env.str("S3_ENDPOINT", default="") else "auto",
            "querystring_expire": 300,
            # Else boto's own: its variables, its profile, or the role of the machine.
            **object_store_keys.read(os.environ),
        },
    },
}
STORAGES = {
    "default": MEDIA_STORAGES.get(STORAGE, MEDIA_STORAGES["local"]),  # what is neither fails the check
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}

SPOOL = str(HOME.path / "spool")  # what was bought lies there until storage has it

WORKERS = max(2, env.int("WORKERS", default=2))
Q_CLUSTER = {
    "name": "fablewright",
    "orm": "default",
    "broker_class": "generation.doorbell.Doorbell",
    "workers": WORKERS,
    "queue_limit": WORKERS,
    "bulk": 1,
    "poll": 0.1,
    # A message is a doorbell: an early second delivery is harmless, a late one costs a wait. The drain leaves after ten
    # minutes, so this only has to be longer.
    "timeout": None,
    "retry": 900,
    "max_attempts": 1,
    "ack_failures": True,
    "save_limit": -1,
    "catch_up": False,
    "scheduler": False,
    "cache": "process",  # it writes statistics there at each of its rounds, which nobody reads
    "label": "Queue",
    "log_level": env.str("QUEUE_LOG_LEVEL", default="WARNING"),
}

GENERATION = {
    "LEASE_SECONDS": env.float("LEASE_SECONDS", default=60.0),
    "HELD_MAX": env.int("HELD_MAX", default=256),
    "LANES": env.int("LANES", default=0),  # 0: one per core
    "STOP_GRACE_SECONDS": env.float("STOP_GRACE_SECONDS", default=5.0),
    "STORE_SECONDS": env.float("STORE_SECONDS", default=3 * 86400.0),  # how long a finished purchase waits for storage
    "SPOOL_HOLD_SECONDS": env.float("SPOOL_HOLD_SECONDS", default=1800.0),  # and how long for the machine it lies on
    "SPOOL_MAX_BYTES": env.int("SPOOL_MAX_BYTES", default=8 * 1024**3),
    "WAIT_SECONDS": env.float("API_WAIT_SECONDS", default=120.0),  # how long an answer waits for what was asked for
    "WAITING_MAX": env.int("WAITING_MAX", default=48),
    "DEADLINES": {
        "text": 180,
        "image": 420,
        "edit": 420,
        "video": 1800,
        "speech": 300,
        "moderate": 60,
        "deliver": 86400,
    },
}
SEALING_KEYS = environment.listed(environment.secret(os.environ, "SEALING_KEYS")) or [HOME.secret("sealing-key")]
# What is set there can be bought from; an address set there is an operator's, so it may be plain http and private.
PROVIDER_ACCOUNTS, PROVIDER_ACCOUNT_PROBLEMS = provider_accounts.read(os.environ)
MAIL, MAIL_PROBLEMS = mail.read(os.environ, folder=HOME.path / "mail")

DEMO = {
    "text_seconds": env.float("DEMO_TEXT_SECONDS", default=0.8),
    "image_seconds": env.float("DEMO_IMAGE_SECONDS", default=0.5),
    "video_seconds": env.float("DEMO_VIDEO_SECONDS", default=1.5),
    "faults_file": env.str("DEMO_FAULTS_FILE", default=""),
    "log_file": env.str("DEMO_LOG_FILE", default=""),
    "replay": env.str("DEMO_REPLAY", default="free"),
}
DEMO_FOOTER = True  # the footer says that what the demo makes is no AI's

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "accounts.authentication.TenantTokenAuthentication",
        "accounts.authentication.SessionOfThisTenant",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["accounts.authentication.Admitted"],  # the door on every view decides
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_PARSER_CLASSES": [
        "accounts.requests.StrictJson",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "EXCEPTION_HANDLER": "config.errors.json_errors",
    "DEFAULT_THROTTLE_CLASSES": ["accounts.rates.Limited"],
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fablewright",
    "VERSION": VERSION,
    "DESCRIPTION": "What programs may do here. Each address belongs to one library; a token or an API key is good at its own.",
    "SERVERS": [{"url": "/", "description": "The library whose address this is."}],
    "PREPROCESSING_HOOKS": ["config.schema.for_programs"],
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "config.schema.bodies_that_are_needed",
        "config.schema.rates_on_answers",
    ],
    "SERVE_INCLUDE_SCHEMA": False,
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "TAGS": [
        {"name": "Signing in", "description": "Tokens for people's programs: begun, renewed, ended."},
        {"name": "Stories", "description": "Stories that branch."},
        {"name": "Scenes", "description": "Their pages: read, chosen from, made again."},
        {"name": "Generate", "description": "Texts, pictures and films without a story."},
        {"name": "Compatible routes", "description": "The same in the form of other services, waited for."},
        {"name": "OpenAI-shaped", "description": "The same in the form that OpenAI's clients speak."},
        {"name": "Uploads", "description": "Pictures to be named in what is asked for next."},
        {"name": "Jobs", "description": "What is being made, one purchase each."},
        {"name": "Runs", "description": "What was asked for in one go, with its jobs."},
        {"name": "Models", "description": "What may be used, what it takes and what it costs."},
        {"name": "Assets", "description": "The files that were made."},
        {"name": "Tickets", "description": "What opens a socket, which tells how far something is."},
        {"name": "Usage", "description": "What was spent, what is held and what is left."},
    ],
    "ENUM_NAME_OVERRIDES": {  # sets of words that stand in more than one answer
        "Kind": "generation.api.shapes.KIND_CHOICES",
        "PriceUnit": "generation.models.Unit",
        "Period": "accounts.models.ledger.Period",
        "Measure": "accounts.models.ledger.Measure",
        "Pool": "accounts.models.ledger.Pool",
        "PieceStatus": "generation.studio.api.documents.STATES",
        "StoryStatus": "stories.api.shapes.WORDS",
        "StoryState": "stories.api.shapes.STATES",
        "StoryVisibility": "stories.models.story.VISIBILITIES",
        "StoryLength": "stories.models.Length",
        "ArtStyle": "stories.models.ArtStyle",
        "ChoiceOrigin": "stories.models.Choice.Origin",
        "ScenePart": "stories.api.bodies.PARTS",
        "ReportedPart": "stories.models.review.Part",
    },
}
SIMPLE_JWT = {
    "ACCESS_TOKEN_LIFETIME": timedelta(minutes=15),
    "REFRESH_TOKEN_LIFETIME": timedelta(days=14),
    "SIGNING_KEY": HOME.secret("token-key", value=environment.secret(os.environ, "TOKEN_KEY")),
    "USER_ID_FIELD": "id",
    "USER_ID_CLAIM": "sub",
    "AUTH_HEADER_TYPES": ("Bearer",),
    "ROTATE_REFRESH_TOKENS": True,
    "BLACKLIST_AFTER_ROTATION": True,
    "CHECK_REVOKE_TOKEN": True,  # a changed password ends all tokens
}

UNFOLD = {
    "SITE_TITLE": "Fablewright",
    "SITE_HEADER": "config.admin_site.title",
    "SITE_SUBHEADER": "Staff rooms",
    "SITE_ICON": "config.admin_site.icon",
    "SITE_FAVICONS": [{"rel": "icon", "type": "image/svg+xml", "href": "config.admin_site.icon"}],
    "SHOW_VIEW_ON_SITE": False,
    "SHOW_HISTORY": False,
    "SHOW_BACK_BUTTON": True,
    "STYLES": ["config.admin_site.style"],
    "DASHBOARD_CALLBACK": "config.admin_site.front_page",
    "SIDEBAR": {"navigation": "config.admin_site.navigation"},
    "BORDER_RADIUS": "3px",
    # The library theme of static/css/tokens.css, in the steps that unfold asks for.
    "COLORS": {
        "base": {
            "50": "#faf6ee", "100": "#f2ebdd", "200": "#e4d9c6", "300": "#cfc2ab", "400": "#a69c8e", "500": "#746a5c",
            "600": "#5a5146", "700": "#453f37", "800": "#302b25", "900": "#221f1b", "950": "#191714",
        },
        "primary": {
            "50": "#fbf1ec", "100": "#f5e0d6", "200": "#eac3b2", "300": "#e0a98f", "400": "#dd9f82", "500": "#d08a69",
            "600": "#7a2e1d", "700": "#6a2718", "800": "#551f13", "900": "#41180f", "950": "#26140d",
        },
    },
}  # fmt: skip

DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024

LOGGING, LOG_PROBLEMS = logs.read(os.environ)
