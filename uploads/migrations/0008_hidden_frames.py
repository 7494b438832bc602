from django.db import migrations

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("uploads", "0007_captions")]

    operations = [ApplyValidator("assetchunk", "7ee4d22c2d60")]
