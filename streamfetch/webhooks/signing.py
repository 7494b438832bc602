"""Signs what is sent to a receiver, so that it can tell us from anybody else.

The scheme is the one that Stripe made common: `t=<Unix seconds>,v1=<hex>` with an
HMAC-SHA256 over `<t>.<body>`, one `v1` for each secret that is valid.
"""

import hashlib
import hmac
from collections.abc import Iterable

SIGNATURE_HEADER = "StreamFetch-Signature"
EVENT_ID_HEADER = "StreamFetch-Event-Id"


def signature(body: bytes, *, timestamp_s: int, secrets: Iterable[str]) -> str:
    """The value of `StreamFetch-Signature` for a body sent at `timestamp_s`."""
    signed = f"{timestamp_s}.".encode() + body
    digests = (
        hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
        for secret in secrets
    )
    return ",".join([f"t={timestamp_s}", *(f"v1={digest}" for digest in digests)])
