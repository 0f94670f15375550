"""What a new install begins with. `manage.py seed` adds what is missing and changes nothing that is there."""
