#!/usr/bin/env python3
"""Django's command line."""

import os
import signal
import sys

TAKE_SIGNALS = {"play", "workers"}


def main() -> None:
    if sys.argv[1:2] and sys.argv[1] in TAKE_SIGNALS:
        # Until they take signals themselves, Ctrl-C simply ends the process. As an exception it may come in the middle of an
        # import, in a callback that Python lets no exception out of, and then nobody would ever hear of it.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        from django.core.management import execute_from_command_line
    except ImportError as missing:
        raise SystemExit("Django is not installed here. Run `make install`, then use .venv/bin/python.") from missing
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
