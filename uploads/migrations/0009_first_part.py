from django.db import migrations

import streamfetch.mongo.fields
from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [
        ("uploads", "0008_hidden_frames"),
    ]

    operations = [
        migrations.AddField(
            model_name="assetprocessing",
            name="first_part",
            field=streamfetch.mongo.fields.EmbeddedField(editable=False, null=True),
        ),
        ApplyValidator("assetprocessing", "c7cfd94551a7"),
    ]
