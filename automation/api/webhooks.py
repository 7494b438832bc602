"""Where ElevenLabs calls back. Outside of the schema: no person calls it."""

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from automation.services import webhooks
from streamfetch.errors import DomainError
from streamfetch.problems import problem

MAX_BYTES = 64 * 1024


@csrf_exempt
def elevenlabs(request: HttpRequest) -> HttpResponse:
    """A signed call about a project; it is answered at once."""
    if request.method != "POST":
        return problem(
            status=405,
            code="method_not_allowed",
            detail=_("Calls come as POST."),
            headers={"Allow": "POST"},
        )
    if len(request.body) > MAX_BYTES:
        return problem(status=413, code="too_large", detail=_("The call is too long."))
    try:
        webhooks.check(request.body, request.headers.get("ElevenLabs-Signature", ""))
        webhooks.receive(request.body)
    except DomainError as error:
        return problem(status=error.http_status, code=error.code, detail=error.detail)
    return HttpResponse(status=204)
