from django.db import migrations

from accounts.walls import Walls


class Migration(migrations.Migration):

    atomic = False  # indexes are built while others write: see accounts.walls
    dependencies = [
        ('stories', '0003_review'),
        ('accounts', '0012_walls'),
        ('generation', '0010_walls'),
    ]

    operations = [
        Walls(
            'Appeal',
            'Beginning',
            'Choice',
            'Decision',
            'Image',
            'Reading',
            'Scene',
            'Story',
            'Video',
        ),
    ]
