from django.db import migrations, models

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [
        ("uploads", "0007_captions"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="asset",
            index=models.Index(fields=["is_deleted", "deleted_at"], name="asset_bin"),
        ),
        ApplyValidator("assetchunk", "7ee4d22c2d60"),
    ]
