from django.db import migrations

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("api", "0002_expiry")]

    operations = [ApplyValidator("idempotencyrecord", "9439a2f151de")]
