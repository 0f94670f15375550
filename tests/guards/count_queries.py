"""`python -m tests.guards.count_queries`: ask every route, and write what it asks of the database into docs/query-counts.md."""

from __future__ import annotations

import os
import sys

import pytest

if __name__ == "__main__":
    os.environ["WRITE_QUERY_COUNTS"] = "1"
    sys.exit(pytest.main(["-q", "tests/guards/test_query_counts.py", *sys.argv[1:]]))
