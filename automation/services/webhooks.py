"""Calls of ElevenLabs: proven by their signature, and only ever a hint to look."""

import hashlib
import hmac
import json
import re
import time
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from automation.models import DubChunk
from streamfetch.errors import DomainError, Invalid

TOLERANCE_S = 30 * 60
_SIGNATURE = re.compile(r"t=([0-9]{1,12}),v0=([0-9a-fA-F]{64})")


class SignatureRefused(DomainError):
    """The call was not signed with our secret, or long ago."""

    code = "signature_refused"
    http_status = 401


def check(body: bytes, header: str, *, now_s: float | None = None) -> None:
    """Raises `SignatureRefused` unless `header` signs `body` with our secret."""
    secret = settings.ELEVENLABS_WEBHOOK_SECRET
    found = _SIGNATURE.fullmatch(header.replace(" ", ""))
    if not secret or found is None:
        raise SignatureRefused(_("The call is not signed."))
    sent_at, digest = found.groups()
    now_s = time.time() if now_s is None else now_s
    signed = f"{sent_at}.".encode() + body
    wanted = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(wanted, digest.lower()):
        raise SignatureRefused(_("The signature is wrong."))
    if abs(now_s - int(sent_at)) > TOLERANCE_S:
        raise SignatureRefused(_("The call is too old."))


def receive(body: bytes) -> int:
    """Have the chunks that a call is about looked at now; how many there are.

    Safe to repeat, and a call about something unknown is none of our business.
    """
    try:
        event: Any = json.loads(body)
        data = event.get("data", event)
        remote_id = data.get("project_id") or data.get("dubbing_id") or ""
    except (ValueError, AttributeError) as error:
        raise Invalid(_("The call is not what was expected.")) from error
    if not isinstance(remote_id, str) or not remote_id:
        return 0
    return DubChunk.objects.filter(remote_id=remote_id[:100]).update_idempotently(
        notified_at=timezone.now()
    )
