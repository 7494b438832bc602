import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import streamfetch.mongo.fields


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="WebhookEndpoint",
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
                ("url", models.CharField(max_length=2000)),
                (
                    "description",
                    models.CharField(blank=True, default="", max_length=200),
                ),
                ("events", models.JSONField(default=list)),
                ("is_active", models.BooleanField(default=True)),
                ("secret", models.CharField(editable=False, max_length=400)),
                (
                    "previous_secret",
                    models.CharField(
                        blank=True, default="", editable=False, max_length=400
                    ),
                ),
                (
                    "previous_secret_until",
                    models.DateTimeField(editable=False, null=True),
                ),
                ("failing_since", models.DateTimeField(editable=False, null=True)),
                ("disabled_at", models.DateTimeField(editable=False, null=True)),
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
            ],
            options={
                "db_table": "webhook_endpoints",
            },
        ),
        migrations.CreateModel(
            name="WebhookDelivery",
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
                ("event_id", models.UUIDField(editable=False)),
                ("event_type", models.CharField(editable=False, max_length=60)),
                ("payload", models.JSONField(editable=False)),
                (
                    "response_status",
                    models.PositiveSmallIntegerField(editable=False, null=True),
                ),
                ("duration_ms", models.PositiveIntegerField(editable=False, null=True)),
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
                    "endpoint",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="webhooks.webhookendpoint",
                    ),
                ),
            ],
            options={
                "db_table": "webhook_deliveries",
            },
        ),
        migrations.AddIndex(
            model_name="webhookendpoint",
            index=models.Index(
                fields=["owner", "-created_at", "-id"], name="webhook_owner_new"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookendpoint",
            index=models.Index(
                fields=["is_active", "-created_at", "-id"], name="webhook_active_new"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookendpoint",
            index=models.Index(fields=["-created_at", "-id"], name="webhook_new"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                fields=["owner", "-created_at", "-id"], name="delivery_owner_new"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                fields=["state", "-created_at", "-id"], name="delivery_state_new"
            ),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(fields=["-created_at", "-id"], name="delivery_new"),
        ),
        migrations.AddIndex(
            model_name="webhookdelivery",
            index=models.Index(
                fields=["endpoint", "-created_at", "-id"], name="delivery_endpoint_new"
            ),
        ),
    ]
