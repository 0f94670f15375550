"""The project's settings, in a folder that is thrown away, with quick passwords and no delays."""

import atexit
import os
import shutil
import tempfile

if "FABLEWRIGHT_HOME" not in os.environ:
    os.environ["FABLEWRIGHT_HOME"] = tempfile.mkdtemp(prefix="fablewright-test-")
    atexit.register(shutil.rmtree, os.environ["FABLEWRIGHT_HOME"], ignore_errors=True)

from config.settings import *  # noqa: F403
from config.settings import DEMO as _DEMO

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
DEMO = {**_DEMO, "text_seconds": 0.0, "image_seconds": 0.0, "video_seconds": 0.0}
