from django.db import migrations, models

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("uploads", "0002_validators")]

    operations = [
        migrations.AlterField(
            model_name="rendition",
            name="spec",
            field=models.CharField(
                choices=[
                    ("poster", "Poster"),
                    ("preview-360p", "Preview"),
                    ("ladder", "Ladder"),
                    ("thumbnails", "Thumbnails"),
                ],
                max_length=40,
            ),
        ),
        ApplyValidator("rendition", "b86f11d2b8dd"),
    ]
