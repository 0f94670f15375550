"""The access matrix: every way in, asked by everybody, at both hosts, about both libraries' things.

`python -m tests.guards.matrix` writes what is found to `docs/access-matrix.md`; `tests/guards/test_matrix.py` finds it anew and
compares, so a changed answer, and a route that nobody looked at, is a difference that somebody has to read.
"""
