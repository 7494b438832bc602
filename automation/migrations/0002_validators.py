from django.db import migrations

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("automation", "0001_initial")]

    operations = [
        ApplyValidator("automationjob", "42b55191f0f7"),
        ApplyValidator("dubchunk", "a8f5cd740912"),
        ApplyValidator("logline", "eb5f41d2a13c"),
        ApplyValidator("enginekey", "43f7683a356b"),
    ]
