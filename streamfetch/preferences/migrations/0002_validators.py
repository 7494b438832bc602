from django.db import migrations

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("preferences", "0001_initial")]

    operations = [
        ApplyValidator("usersettings", "cacb0976e30e"),
    ]
