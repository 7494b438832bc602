from django.db import migrations

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("pdfeditor", "0003_companions")]

    operations = [ApplyValidator("annotation", "a9e67293d5ec")]
