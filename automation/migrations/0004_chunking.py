from django.db import migrations

import automation.documents
import streamfetch.mongo.fields
from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("automation", "0003_reports")]

    operations = [
        migrations.AddField(
            model_name="automationjob",
            name="chunking",
            field=streamfetch.mongo.fields.EmbeddedField(
                default=automation.documents.ChunkingProgress
            ),
        ),
        ApplyValidator("automationjob", "f9cb1273cbb1"),
    ]
