"""Buying for real happens only where it was asked for: otherwise the file is not even read, and nothing counts as skipped."""

from __future__ import annotations

import os

collect_ignore = [] if os.environ.get("VERIFY") == "1" else ["test_live.py"]
