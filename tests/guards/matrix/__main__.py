"""`python -m tests.guards.matrix`: find the matrix and write it down."""

from __future__ import annotations

import os
import sys

import pytest

if __name__ == "__main__":
    os.environ["WRITE_ACCESS_MATRIX"] = "1"
    sys.exit(pytest.main(["-q", "tests/guards/test_matrix.py", "-k", "the_whole_matrix", "-m", "long", *sys.argv[1:]]))
