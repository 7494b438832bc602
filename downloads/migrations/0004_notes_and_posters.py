from django.db import migrations, models

from streamfetch.mongo.operations import ApplyValidator, RewriteEmbedded


class Migration(migrations.Migration):
    dependencies = [("downloads", "0003_looks_and_queue")]

    operations = [
        migrations.AddField(
            model_name="download",
            name="note",
            field=models.CharField(blank=True, default="", max_length=400),
        ),
        ApplyValidator("download", "cd2c5701cbd9"),
        RewriteEmbedded("download", "options"),
        ApplyValidator("subscription", "382ba8fd0ce9"),
        RewriteEmbedded("subscription", "options"),
    ]
