from typing import Any

from django.db import migrations

from streamfetch.mongo.operations import ApplyValidator

KEPT_S = 30 * 24 * 3600


def add_expiry(apps: Any, schema_editor: Any) -> None:
    """MongoDB drops deliveries 30 days after they were made (a TTL index)."""
    database = schema_editor.connection.database
    database["webhook_deliveries"].create_index(
        "created_at", name="delivery_expiry", expireAfterSeconds=KEPT_S
    )


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0001_initial")]

    operations = [
        ApplyValidator("webhookendpoint", "8bd2cb4e35e7"),
        ApplyValidator("webhookdelivery", "18389586530d"),
        migrations.RunPython(add_expiry, migrations.RunPython.noop),
    ]
