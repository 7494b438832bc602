"""Messages of webhooks. Ids only; the work is in `pipeline`."""

from streamfetch.jobs.declaring import job_actor
from streamfetch.webhooks.models import WebhookDelivery
from streamfetch.webhooks.pipeline.sending import deliver

deliver_webhook = job_actor(WebhookDelivery, work=deliver)
