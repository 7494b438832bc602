from typing import Any

from django.db import migrations

from streamfetch.mongo.operations import ApplyValidator


def expire_sessions(apps: Any, schema_editor: Any) -> None:
    """MongoDB drops sessions when they end (the index becomes a TTL index)."""
    schema_editor.connection.database.command(
        "collMod",
        "sessions",
        index={"keyPattern": {"expire_date": 1}, "expireAfterSeconds": 0},
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial")]

    operations = [
        ApplyValidator("user", "2ae1e4935fd1"),
        ApplyValidator("session", "9561cfeda763"),
        migrations.RunPython(expire_sessions, migrations.RunPython.noop),
    ]
