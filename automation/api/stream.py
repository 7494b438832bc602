"""One job as Server-Sent Events: `job`, `chunk` and `log`, with resume."""

from uuid import UUID

from asgiref.sync import sync_to_async
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from automation.describing import stream_key
from automation.models import AutomationJob
from streamfetch.events.views import listener, stream_response
from streamfetch.problems import problem


def _is_owned(job_id: UUID, user_id: UUID) -> bool:
    return AutomationJob.objects.filter(pk=job_id, owner_id=user_id).exists()


async def job_stream(request: HttpRequest, dub_id: UUID) -> HttpResponseBase:
    """What happens to a job, as it happens; goes on after `Last-Event-ID`.

    An event `reset` says that some were missed for good: read the job again.
    """
    if request.method != "GET":
        return problem(
            status=405,
            code="method_not_allowed",
            detail=_("Events are read with GET."),
            headers={"Allow": "GET"},
        )
    user_id = await sync_to_async(listener)(request)
    if user_id is None:
        return problem(
            status=401,
            code="not_authenticated",
            detail=_("Sign in to follow a job."),
            headers={"WWW-Authenticate": "Bearer"},
        )
    if not await sync_to_async(_is_owned)(dub_id, user_id):
        return problem(
            status=404, code="not_found", detail=_("There is no such dubbing job.")
        )
    return stream_response(request, stream_key(dub_id))
