"""The project's settings with the ferry among the providers, and the switches of chaos."""

from config.settings import *  # noqa: F403
from config.settings import INSTALLED_APPS as _APPS
from generation import providers
from tests.chaos.ferry import Ferry

INSTALLED_APPS = [*_APPS, "tests.chaos.apps.Chaos"]
providers.PROVIDERS["ferry"] = lambda **_: Ferry()
