from django.db import migrations

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("activity", "0001_initial")]

    operations = [
        ApplyValidator("activityentry", "402e3cea378f"),
    ]
