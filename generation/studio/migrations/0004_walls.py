from django.db import migrations

from accounts.walls import Walls


class Migration(migrations.Migration):

    atomic = False  # indexes are built while others write: see accounts.walls
    dependencies = [
        ('studio', '0003_reuse'),
        ('accounts', '0012_walls'),
        ('generation', '0010_walls'),
    ]

    operations = [
        Walls(
            'Piece',
            'StudioPolicy',
            'Take',
            'Upload',
        ),
    ]
