"""Moving an install from SQLite to PostgreSQL, and its files from the folder to S3. `manage.py move_to_postgres` says when.

tables     which tables go, in which order, and what a value becomes
copying    one transaction: emptied, filled, counted, compared, audited
standing   may it be moved now: nothing runs, the target is migrated, empty and ours
media      files, each read back and compared
"""
