from django.db import migrations

import streamfetch.mongo.fields
from streamfetch.mongo.operations import ApplyValidator, RewriteEmbedded


class Migration(migrations.Migration):
    dependencies = [("uploads", "0009_first_part")]

    operations = [
        migrations.AddField(
            model_name="asset",
            name="chapters",
            field=streamfetch.mongo.fields.EmbeddedField(null=True),
        ),
        ApplyValidator("assetprocessing", "7f67f079d854"),
        RewriteEmbedded("assetprocessing", "first_part"),
        ApplyValidator("assetchunk", "7a9e9bd60bcb"),
        RewriteEmbedded("assetchunk", "plan"),
        ApplyValidator("asset", "9b7f9b3f2fc3"),
    ]
