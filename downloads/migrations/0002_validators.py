from django.db import migrations

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("downloads", "0001_initial")]

    operations = [
        ApplyValidator("download", "0d66ef0ff031"),
    ]
