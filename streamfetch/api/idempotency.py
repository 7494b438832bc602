"""`Idempotency-Key`: a POST that is sent twice starts its work once.

After draft-ietf-httpapi-idempotency-key-header-07.
"""

import functools
import hashlib
import json
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.encoders import JSONEncoder

from streamfetch.api.models import IdempotencyRecord
from streamfetch.errors import Conflict, Invalid

HEADER = "Idempotency-Key"
KEY_PATTERN = re.compile(r"^[\x21-\x7e]{1,255}$")
# A request that is still being answered after this long died with its process.
ABANDONED_AFTER_S = 60

Handler = Callable[..., Response]


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


def _in_progress() -> Conflict:
    return Conflict(
        _("The first request with this key is being answered. Wait a moment."),
        code="idempotency_in_progress",
    )


def _begin(record_key: str, request_digest: str) -> IdempotencyRecord | None:
    """Reserve the key. Returns the earlier record when there is one."""
    for _attempt in range(3):
        try:
            IdempotencyRecord.objects.create(
                key=record_key, request_digest=request_digest
            )
        except IntegrityError:
            earlier = IdempotencyRecord.objects.filter(pk=record_key).first()
            if earlier is not None:
                return earlier
            # The first request failed just now, and gave the key back.
            continue
        return None
    raise _in_progress()


def _replay(record: IdempotencyRecord, request_digest: str) -> Response | None:
    """The first answer; None when that request died and this one takes over."""
    if record.request_digest != request_digest:
        raise Invalid(
            _("This Idempotency-Key was used for another request. Make a new key."),
            code="idempotency_key_reused",
            field=HEADER,
        )
    if record.status is not None:
        return Response(
            record.body, status=record.status, headers={"Idempotency-Replayed": "true"}
        )
    now = timezone.now()
    if record.created_at > now - timedelta(seconds=ABANDONED_AFTER_S):
        raise _in_progress()
    taken_over = IdempotencyRecord.objects.filter(
        pk=record.pk, status=None, created_at=record.created_at
    ).update(created_at=now)
    if not taken_over:
        raise _in_progress()
    return None


def idempotent(handler: Handler) -> Handler:
    """Decorates a view's POST method; without the header nothing changes."""

    @functools.wraps(handler)
    def answer(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if not key:
            return handler(view, request, *args, **kwargs)
        if not KEY_PATTERN.match(key):
            raise Invalid(
                _("An Idempotency-Key is 1 to 255 visible ASCII characters."),
                field=HEADER,
            )
        record_key = _digest(str(request.user.pk), request.path, key)
        request_digest = _digest(json.dumps(request.data, sort_keys=True, default=str))
        earlier = _begin(record_key, request_digest)
        if earlier is not None:
            replayed = _replay(earlier, request_digest)
            if replayed is not None:
                return replayed
        try:
            response = handler(view, request, *args, **kwargs)
        except BaseException:
            IdempotencyRecord.objects.filter(pk=record_key, status=None).delete()
            raise
        IdempotencyRecord.objects.filter(pk=record_key).update(
            status=response.status_code,
            body=json.loads(json.dumps(response.data, cls=JSONEncoder)),
        )
        return response

    return answer
