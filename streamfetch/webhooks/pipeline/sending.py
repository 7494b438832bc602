"""Sends one delivery, through the egress proxy, and judges the answer."""

import time
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from streamfetch.egress.addresses import AllowedHosts
from streamfetch.egress.client import open_stream
from streamfetch.egress.errors import BlockedAddress, BlockedPort, FetchError, HttpError
from streamfetch.egress.ledger import EgressLimits
from streamfetch.egress.proxy import EgressProxy
from streamfetch.errors import Conflict, DomainError, NotFound
from streamfetch.jobs.running import Run
from streamfetch.webhooks import events
from streamfetch.webhooks.models import WebhookDelivery, WebhookEndpoint
from streamfetch.webhooks.signing import EVENT_ID_HEADER, SIGNATURE_HEADER, signature

TIMEOUT_S = 10.0
LONGEST_ANSWER_BYTES = 64 * 1024
USER_AGENT = "StreamFetch-Webhooks/1"


class DeliveryFailed(DomainError):
    """The receiver did not take the event; it is tried again.

    Whatever went wrong is the receiver's, who may put it right within the day.
    """

    code = "delivery_failed"
    http_status = 502
    recoverable = True


def _target(delivery: WebhookDelivery) -> WebhookEndpoint:
    endpoint = WebhookEndpoint.objects.filter(pk=delivery.endpoint_id).first()
    if endpoint is None:
        raise NotFound(_("The webhook was deleted."))
    if not endpoint.is_active and delivery.event_type != events.PING:
        raise Conflict(
            _("The webhook is switched off. Switch it on, then deliver again."),
            code="webhook_inactive",
        )
    return endpoint


def _headers(endpoint: WebhookEndpoint, delivery: WebhookDelivery) -> dict[str, str]:
    # Signed anew at each attempt: receivers refuse timestamps that are old.
    signed = signature(
        delivery.body,
        timestamp_s=int(time.time()),
        secrets=endpoint.signing_secrets(),
    )
    return {
        "Content-Type": "application/json",
        "User-Agent": USER_AGENT,
        SIGNATURE_HEADER: signed,
        EVENT_ID_HEADER: str(delivery.event_id),
    }


def _post(url: str, *, body: bytes, headers: dict[str, str]) -> int:
    """The status of the answer, whose body is not read. Raises `FetchError`."""
    limits = EgressLimits(
        max_bytes=LONGEST_ANSWER_BYTES,
        max_seconds=TIMEOUT_S,
        connect_seconds=TIMEOUT_S,
        head_seconds=TIMEOUT_S,
        idle_seconds=TIMEOUT_S,
        max_connections=1,
    )
    allowed = AllowedHosts.parse(settings.ALLOWED_PRIVATE_HOSTS)
    with (
        EgressProxy(allowed, limits=limits) as proxy,
        open_stream(
            url,
            proxy=proxy,
            method="POST",
            headers=headers,
            content=body,
            max_redirects=0,
            timeout_seconds=TIMEOUT_S,
        ) as answer,
    ):
        return answer.status


def deliver(run: Run[WebhookDelivery]) -> dict[str, Any]:
    """The work of a `WebhookDelivery` job. A second run sends the same event under
    the same id: receivers tell by that."""
    delivery = run.job
    endpoint = _target(delivery)
    headers = _headers(endpoint, delivery)
    started = time.monotonic()
    status: int | None = None
    problem: FetchError | None = None
    try:
        status = _post(endpoint.url, body=delivery.body, headers=headers)
    except FetchError as error:
        problem = error
        status = error.status if isinstance(error, HttpError) else None
    log = {
        "response_status": status,
        "duration_ms": round((time.monotonic() - started) * 1000),
    }
    if problem is None and status is not None and 200 <= status < 300:
        return log
    run.store(**log)
    if isinstance(problem, BlockedAddress | BlockedPort):
        # The operator's decision, and no other try changes it.
        raise problem
    if problem is not None:
        raise DeliveryFailed(problem.detail, code=problem.code) from problem
    raise DeliveryFailed(
        _("The receiver answered with status %(status)d; 200 to 299 would be a yes.")
        % {"status": status}
    )
