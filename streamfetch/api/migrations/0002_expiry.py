from typing import Any

from django.db import migrations

KEPT_S = 24 * 3600


def add_expiry(apps: Any, schema_editor: Any) -> None:
    """MongoDB drops records a day after they were made (a TTL index)."""
    database = schema_editor.connection.database
    database["idempotency_records"].create_index(
        "created_at", name="idempotency_expiry", expireAfterSeconds=KEPT_S
    )


class Migration(migrations.Migration):
    dependencies = [("api", "0001_initial")]

    operations = [migrations.RunPython(add_expiry, migrations.RunPython.noop)]
