from django.db import migrations

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("automation", "0002_validators")]

    operations = [
        ApplyValidator("automationjob", "97f3dc4e8cc2"),
    ]
