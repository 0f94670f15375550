from django.db import migrations

from accounts.walls import Walls


class Migration(migrations.Migration):

    atomic = False  # indexes are built while others write: see accounts.walls
    dependencies = [
        ('gallery', '0001_initial'),
        ('accounts', '0012_walls'),
        ('stories', '0004_walls'),
    ]

    operations = [
        Walls(
            'Report',
        ),
    ]
