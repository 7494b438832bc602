from django.db import migrations

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("uploads", "0001_initial")]

    operations = [
        ApplyValidator("asset", "c26fbf933877"),
        ApplyValidator("rendition", "2687dd90107f"),
        ApplyValidator("uploadsession", "2316ba7de7d5"),
        ApplyValidator("assetprocessing", "4afac1782140"),
    ]
