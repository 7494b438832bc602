"""`/media/{token}/{path}`: bytes in and out, beside Django instead of through it.

The token is the authorisation; no session, cookie or database is touched. Mounted
at `/media` by `streamfetch.asgi`.
"""

import time

from anyio import to_thread
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from streamfetch.errors import DomainError
from streamfetch.problems import CONTENT_TYPE, document_of, problem_document
from streamfetch.storage import keys, signing
from streamfetch.storage.backends import media_storage
from streamfetch.storage.contract import LONGEST_URL_S, MEBIBYTE
from streamfetch.storage.errors import LinkInvalid, ObjectMissing
from streamfetch.storage.local import UPLOAD_PATH, LocalMediaStorage
from streamfetch.storage.media_reading import file_response, manifest_response
from streamfetch.storage.media_writing import let_finish, receive

# A manifest of ten hours of 4 s segments is about 1 MiB.
LONGEST_MANIFEST_BYTES = 4 * MEBIBYTE
# A browser may keep a redirect, but not until the moment its target expires.
REDIRECT_MARGIN_S = 30


async def read(request: Request) -> Response:
    """GET and HEAD: the file from this disk, or a redirect to where it is."""
    grant = signing.read_grant(request.path_params["token"])
    key = grant.key_of(request.path_params["relative"])
    storage = media_storage()
    if isinstance(storage, LocalMediaStorage):
        return await to_thread.run_sync(file_response, request, grant, storage, key)
    if keys.file_type(key).grows and grant.download_name is None:
        # Players resolve a manifest's addresses against where it came from in the
        # end: behind a redirect they would lose the token. Manifests are small.
        stored, content = await to_thread.run_sync(
            lambda: storage.read_start(key, length=LONGEST_MANIFEST_BYTES)
        )
        if stored.size_bytes <= LONGEST_MANIFEST_BYTES:
            return manifest_response(request, stored=stored, content=content)
    left_s = max(1, min(LONGEST_URL_S, grant.expires_at_s - int(time.time())))
    url = await to_thread.run_sync(
        lambda: storage.redirect_url(
            key,
            method=request.method,
            expires_s=left_s,
            download_name=grant.download_name,
        )
    )
    if url is None:
        raise ObjectMissing(key)
    kept_s = max(0, left_s - REDIRECT_MARGIN_S)
    headers = {"Cache-Control": f"private, max-age={kept_s}"}
    return RedirectResponse(url, status_code=302, headers=headers)


async def write(request: Request) -> Response:
    """PUT of one object or part to this server's disk; the answer has its ETag."""
    grant = signing.write_grant(request.path_params["token"])
    storage = media_storage()
    if request.path_params["relative"] != UPLOAD_PATH:
        raise LinkInvalid
    if not isinstance(storage, LocalMediaStorage):
        # Signed before the server was moved to a bucket.
        raise LinkInvalid
    etag = await receive(request, grant, storage=storage)
    return Response(
        status_code=200, headers={"ETag": etag, "Cache-Control": "no-store"}
    )


async def media(request: Request) -> Response:
    return await (write(request) if request.method == "PUT" else read(request))


async def _refused(request: Request, error: Exception) -> Response:
    if isinstance(error, DomainError):
        status, document = error.http_status, document_of(error)
    elif isinstance(error, HTTPException):
        status = error.status_code
        code = {404: "not_found", 405: "method_not_allowed"}.get(status, "error")
        document = problem_document(status=status, code=code, detail=error.detail)
    else:
        # The client is gone; nobody reads this.
        return Response(status_code=400)
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    if request.method == "PUT":
        await let_finish(request)
        # What may still come is not read: the connection cannot be used again.
        headers["Connection"] = "close"
    return JSONResponse(
        document, status_code=status, media_type=CONTENT_TYPE, headers=headers
    )


media_app = Starlette(
    routes=[
        Route("/{token}/{relative:path}", media, methods=["GET", "HEAD", "PUT"]),
    ],
    exception_handlers={
        DomainError: _refused,
        HTTPException: _refused,
        ClientDisconnect: _refused,
    },
)
media_app.router.redirect_slashes = False
