import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import streamfetch.mongo.fields
from streamfetch.mongo.operations import ApplyValidator


class Migration(migrations.Migration):
    dependencies = [
        ("uploads", "0004_library"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AssetChunk",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        db_column="_id",
                        default=uuid.uuid4,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "updated_at",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                (
                    "schema_version",
                    models.PositiveSmallIntegerField(default=1, editable=False),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "Queued"),
                            ("running", "Running"),
                            ("succeeded", "Succeeded"),
                            ("failed", "Failed"),
                            ("cancelled", "Cancelled"),
                        ],
                        default="queued",
                        editable=False,
                        max_length=10,
                    ),
                ),
                (
                    "stage",
                    models.CharField(
                        blank=True, default="", editable=False, max_length=40
                    ),
                ),
                ("percent", models.FloatField(default=0.0, editable=False)),
                ("eta_s", models.FloatField(editable=False, null=True)),
                (
                    "priority",
                    models.CharField(
                        choices=[
                            ("high", "High"),
                            ("normal", "Normal"),
                            ("low", "Low"),
                        ],
                        default="normal",
                        editable=False,
                        max_length=6,
                    ),
                ),
                (
                    "attempts",
                    models.PositiveSmallIntegerField(default=0, editable=False),
                ),
                (
                    "crashes",
                    models.PositiveSmallIntegerField(default=0, editable=False),
                ),
                ("lease_token", models.UUIDField(editable=False, null=True)),
                ("lease_expires_at", models.DateTimeField(editable=False, null=True)),
                (
                    "not_before",
                    models.DateTimeField(
                        default=django.utils.timezone.now, editable=False
                    ),
                ),
                ("sent_at", models.DateTimeField(editable=False, null=True)),
                ("started_at", models.DateTimeField(editable=False, null=True)),
                ("finished_at", models.DateTimeField(editable=False, null=True)),
                ("shown_until", models.DateTimeField(editable=False, null=True)),
                (
                    "error",
                    streamfetch.mongo.fields.EmbeddedField(editable=False, null=True),
                ),
                ("plan", streamfetch.mongo.fields.EmbeddedField()),
                ("result", streamfetch.mongo.fields.EmbeddedField(null=True)),
                (
                    "owner",
                    models.ForeignKey(
                        db_index=False,
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "processing",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="uploads.assetprocessing",
                    ),
                ),
            ],
            options={
                "db_table": "asset_chunks",
                "indexes": [
                    models.Index(
                        fields=["owner", "-created_at", "-id"], name="chunk_owner_new"
                    ),
                    models.Index(
                        fields=["state", "-created_at", "-id"], name="chunk_state_new"
                    ),
                    models.Index(fields=["-created_at", "-id"], name="chunk_new"),
                    models.Index(
                        fields=["processing", "state"], name="chunk_processing"
                    ),
                ],
            },
        ),
        ApplyValidator("assetchunk", "6b9ddf2a35b3"),
    ]
