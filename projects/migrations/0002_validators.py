from django.db import migrations

from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [("projects", "0001_initial")]

    operations = [
        ApplyValidator("videoproject", "675415378dd0"),
        ApplyValidator("render", "f72d58907449"),
    ]
