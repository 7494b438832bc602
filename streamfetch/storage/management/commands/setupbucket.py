"""Tells the bucket once what it must know: who may upload to it, and what expires."""

import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from django.core.management import BaseCommand, CommandError

from streamfetch.storage import bucket_rules
from streamfetch.storage.backends import media_storage
from streamfetch.storage.local import LocalMediaStorage
from streamfetch.storage.object_storage import ObjectMediaStorage


class Command(BaseCommand):
    help = (
        "Set up the bucket of STORAGE_PROVIDER s3 or r2: CORS for this server's pages, "
        "expiry of what was never finished. Safe to repeat; rules of others stay."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--origin",
            action="append",
            metavar="URL",
            help="An origin whose pages may upload; may be repeated. Default: "
            "STREAMFETCH_PUBLIC_URL, else the address the server listens on.",
        )
        parser.add_argument(
            "--dry-run", action="store_true", help="Only print what would be set."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        storage = media_storage()
        if isinstance(storage, LocalMediaStorage):
            self.stdout.write(
                "Files are kept on this server's disk (STORAGE_PROVIDER=local): there "
                "is nothing to set up. manage.py checkstorage proves that it works."
            )
            return
        if not isinstance(storage, ObjectMediaStorage):
            raise CommandError("This storage is not a bucket.")
        origins = options["origin"] or bucket_rules.server_origins()
        bucket = storage.bucket_name
        self._print("CORS", bucket_rules.cors_rules(origins))
        self._print("Lifecycle", bucket_rules.lifecycle_rules())
        self._print(
            "Policy recommended for the access key", bucket_rules.access_policy(bucket)
        )
        self.stdout.write(
            "Keep the bucket private (block public access): files are read through "
            "signed addresses. This command itself also needs s3:GetBucketCORS, "
            "s3:PutBucketCORS, s3:GetLifecycleConfiguration and "
            "s3:PutLifecycleConfiguration, best with a key of an administrator's.\n"
        )
        if options["dry_run"]:
            self.stdout.write("Nothing was changed (--dry-run).")
            return
        self._apply(
            "CORS",
            lambda: bucket_rules.apply_cors(storage.client, bucket, origins=origins),
        )
        self._apply(
            "Lifecycle",
            lambda: bucket_rules.apply_lifecycle(storage.client, bucket),
        )
        self.stdout.write(
            self.style.SUCCESS(
                f"The bucket {bucket} is set up for {', '.join(origins)}. "
                "manage.py checkstorage proves every step."
            )
        )

    def _print(self, title: str, document: Any) -> None:
        self.stdout.write(f"{title}:\n{json.dumps(document, indent=2)}\n")

    def _apply(self, name: str, change: Callable[[], None]) -> None:
        try:
            change()
        except ClientError as error:
            code = error.response.get("Error", {}).get("Code", "")
            raise CommandError(
                f"{name} was not set: the bucket answers {code}. "
                "Check S3_BUCKET and that the access key may do it (see above), or set "
                f"the {name} rules printed above by hand in the provider's console."
            ) from error
        except BotoCoreError as error:
            endpoint = settings.STORAGES["default"]["OPTIONS"]["endpoint_url"]
            raise CommandError(
                f"{name} was not set: {endpoint or 'the bucket'} does not answer "
                f"({error}). Check S3_ENDPOINT_URL and S3_REGION."
            ) from error
        self.stdout.write(f"{name} is set.")
