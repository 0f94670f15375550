"""The control: the project's settings with the cache that Django has for Redis."""

from config.settings import *  # noqa: F403
from config.settings import CACHES as _OURS
from config.settings import REDIS_URL

CACHES = {**_OURS, "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
