from django.db import migrations

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("pdfeditor", "0001_initial")]

    operations = [
        ApplyValidator("pdfproject", "90d3070afe4e"),
        ApplyValidator("annotation", "e64b13681359"),
        ApplyValidator("pdfversion", "615d428aec7a"),
        ApplyValidator("pdfprocessing", "2d235a050f5e"),
        ApplyValidator("pdfexport", "1f8b2d1ce2f3"),
    ]
