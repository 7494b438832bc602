from django.db import migrations, models

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("automation", "0003_reports")]

    operations = [
        migrations.AddField(
            model_name="automationjob",
            name="chunks_cut",
            field=models.PositiveIntegerField(default=0, editable=False),
        ),
        ApplyValidator("automationjob", "b3c779b22932"),
    ]
