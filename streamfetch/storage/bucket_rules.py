"""What a bucket must be told once: CORS, lifecycle, and what the key may do.

Rules carry ids that begin with our name: those are replaced, everybody else's stay.

Field names: AWS PutBucketCors, PutBucketLifecycleConfiguration and the IAM policy
language; R2 takes the same.
"""

import contextlib
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError
from django.conf import settings

from streamfetch.storage import keys

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

OURS = "streamfetch-"
EXPOSED_HEADERS = ["ETag", "Content-Length", "Content-Range", "Accept-Ranges"]
ABORT_AFTER_DAYS = 7
QUARANTINE_DAYS = 2
_NONE_YET = {"NoSuchCORSConfiguration", "NoSuchLifecycleConfiguration"}


def server_origins() -> list[str]:
    """The origins of this server's pages, as browsers send them."""
    if settings.PUBLIC_URL:
        scheme, _separator, rest = settings.PUBLIC_URL.partition("://")
        return [f"{scheme}://{rest.partition('/')[0]}"]
    hosts = dict.fromkeys([settings.HOST, "127.0.0.1", "localhost"])
    return [
        f"http://{f'[{host}]' if ':' in host else host}:{settings.PORT}"
        for host in hosts
        if host not in {"0.0.0.0", "::"}  # noqa: S104  # no page is opened there
    ]


def cors_rules(origins: list[str]) -> list[dict[str, Any]]:
    """Pages of these origins may send and fetch files and read their ETags."""
    return [
        {
            "ID": f"{OURS}pages",
            "AllowedOrigins": origins,
            "AllowedMethods": ["GET", "HEAD", "PUT"],
            "AllowedHeaders": ["content-type", "range"],
            "ExposeHeaders": EXPOSED_HEADERS,
            "MaxAgeSeconds": 3600,
        }
    ]


def lifecycle_rules() -> list[dict[str, Any]]:
    """What the bucket removes by itself, should the server's clean-up not run."""
    rules: list[dict[str, Any]] = [
        {
            "ID": f"{OURS}incomplete-{collection}",
            "Status": "Enabled",
            "Filter": {"Prefix": f"{collection}/"},
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": ABORT_AFTER_DAYS},
        }
        for collection in keys.COLLECTIONS
    ]
    rules.append(
        {
            "ID": f"{OURS}quarantine-expiry",
            "Status": "Enabled",
            "Filter": {"Prefix": "quarantine/"},
            "Expiration": {"Days": QUARANTINE_DAYS},
        }
    )
    return rules


def access_policy(bucket: str) -> dict[str, Any]:
    """The least that the server's access key must be allowed."""
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "Objects",
                "Effect": "Allow",
                "Action": [
                    "s3:GetObject",
                    "s3:PutObject",
                    "s3:DeleteObject",
                    "s3:AbortMultipartUpload",
                    "s3:ListMultipartUploadParts",
                ],
                "Resource": [f"arn:aws:s3:::{bucket}/{c}/*" for c in keys.COLLECTIONS],
            },
            {
                "Sid": "Bucket",
                "Effect": "Allow",
                "Action": ["s3:ListBucket", "s3:ListBucketMultipartUploads"],
                "Resource": [f"arn:aws:s3:::{bucket}"],
            },
        ],
    }


def apply_cors(client: "S3Client", bucket: str, *, origins: list[str]) -> None:
    """Put our CORS rules in place, before others'. Raises `ClientError`."""
    existing: list[Any] = []
    with _nothing_yet():
        existing = list(client.get_bucket_cors(Bucket=bucket).get("CORSRules", []))
    rules: list[Any] = [*cors_rules(origins), *_of_others(existing)]
    client.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})


def apply_lifecycle(client: "S3Client", bucket: str) -> None:
    """Put our lifecycle rules in place, beside others'. Raises `ClientError`."""
    existing: list[Any] = []
    with _nothing_yet():
        answer = client.get_bucket_lifecycle_configuration(Bucket=bucket)
        existing = list(answer.get("Rules", []))
    rules: list[Any] = [*_of_others(existing), *lifecycle_rules()]
    client.put_bucket_lifecycle_configuration(
        Bucket=bucket, LifecycleConfiguration={"Rules": rules}
    )


def _of_others(rules: list[Any]) -> list[Any]:
    return [rule for rule in rules if not rule.get("ID", "").startswith(OURS)]


@contextlib.contextmanager
def _nothing_yet() -> Any:
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in _NONE_YET:
            raise
