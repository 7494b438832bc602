"""The pages of downloads."""

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse, StreamingHttpResponse
from django.shortcuts import render
from django.templatetags.static import static
from django.utils.translation import gettext as _

from downloads.models import Download
from downloads.services import cookies, downloads, history, reader, subscriptions
from streamfetch.api.pagination import encode_cursor
from uploads.services import followups

PAGE_SIZE = 50


def _ways() -> list[dict[str, str]]:
    """What can be started with a download, as the options call it."""
    labels = {"project": _("Open it in a new project"), "dub": _("Have it dubbed")}
    return [
        {"name": name, "label": labels.get(name, name)} for name in followups.known()
    ]


@login_required
def download_list(request: HttpRequest) -> HttpResponse:
    mine = Download.objects.owned_by(request.user)
    found = mine.newest_first(PAGE_SIZE + 1)
    page = found[:PAGE_SIZE]
    described = downloads.describe_all(page)
    following = encode_cursor(page[-1]) if len(found) > PAGE_SIZE else ""
    context = {
        "downloads": described,
        "next_cursor": following,
        "ways": _ways(),
        "page_data": {"downloads": described, "next_cursor": following},
    }
    return render(request, "downloads/downloads.html", context)


@login_required
def subscription_list(request: HttpRequest) -> HttpResponse:
    described = [
        subscriptions.describe(each) for each in subscriptions.of(request.user)
    ]
    context = {"page_data": {"subscriptions": described}}
    return render(request, "downloads/subscriptions.html", context)


@login_required
def statistics_page(request: HttpRequest) -> HttpResponse:
    return render(request, "downloads/statistics.html")


@login_required
def settings_page(request: HttpRequest) -> HttpResponse:
    described = [cookies.describe(each) for each in cookies.of(request.user)]
    context = {"version": reader.version(), "page_data": {"cookies": described}}
    return render(request, "downloads/settings.html", context)


@login_required
def history_csv(request: HttpRequest) -> StreamingHttpResponse:
    """Raises `Invalid`, before anything is sent, for a filter that does not exist."""
    query, state = request.GET.get("q", ""), request.GET.get("state", "")
    history.search(request.user, query=query, state=state)
    return StreamingHttpResponse(
        history.rows(request.user, query=query, state=state),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="downloads.csv"'},
    )


def manifest(request: HttpRequest) -> JsonResponse:
    """What makes the pages an app, which other apps can share links with.

    https://w3c.github.io/web-share-target/
    """
    return JsonResponse(
        {
            "name": "StreamFetch",
            "short_name": "StreamFetch",
            "start_url": "/",
            "scope": "/",
            "display": "standalone",
            "icons": [
                {
                    "src": static("dist/images/favicon.svg"),
                    "sizes": "any",
                    "type": "image/svg+xml",
                }
            ],
            "share_target": {
                "action": "/downloads/",
                "method": "GET",
                "enctype": "application/x-www-form-urlencoded",
                "params": {"title": "title", "text": "text", "url": "url"},
            },
        },
        content_type="application/manifest+json",
    )
