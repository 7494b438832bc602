"""Proves that storage does all that the product needs, as clients would use it.

Real bytes go through signed addresses over HTTP; whatever was made is removed. A
step that fails says what to set.
"""

import contextlib
import json
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from uuid import uuid4

import httpx
from django.conf import settings

from streamfetch.errors import DomainError
from streamfetch.storage import bucket_rules, keys
from streamfetch.storage.contract import (
    MEBIBYTE,
    PART_SIZE_BYTES,
    MediaStorage,
    PartPlan,
    StoredObject,
    UploadTarget,
)
from streamfetch.storage.local import LocalMediaStorage

CONTENT_TYPE = "application/octet-stream"
SMALL_BYTES = 64 * 1024
EXPIRES_S = 600
RANGE = (PART_SIZE_BYTES - 100, PART_SIZE_BYTES + 99)

_PROXY_ADVICE = (
    "Behind a reverse proxy, /media/ must reach this server, without buffering and "
    f"with bodies of at least {PART_SIZE_BYTES // MEBIBYTE} MiB (nginx: "
    "client_max_body_size). Check --server, or leave it out to test without HTTP."
)
_ADDRESS_ADVICE = (
    "Browsers use this very address: S3_ENDPOINT_URL must be reachable from outside, "
    "S3_REGION must be the bucket's, and the server's clock must be right."
)
_KEY_ADVICE = (
    "Check S3_BUCKET, S3_ENDPOINT_URL, S3_REGION, S3_ACCESS_KEY_ID and "
    "S3_SECRET_ACCESS_KEY. manage.py setupbucket --dry-run prints what the key must "
    "be allowed."
)
_CDN_ADVICE = (
    "CDN_URL must serve the bucket's objects under their keys, with ranges and the "
    "bucket's CORS headers."
)
_DISK_ADVICE = "STREAMFETCH_DATA_DIR must be writable and have room."


@dataclass(frozen=True)
class Outcome:
    """How one step went. `problem` is empty when it works; `advice` says what to do."""

    name: str
    elapsed_ms: int
    problem: str = ""
    advice: str = ""

    @property
    def works(self) -> bool:
        return not self.problem


class _Unproven(Exception):
    """What was found instead, and what to set."""

    def __init__(self, problem: str, advice: str) -> None:
        super().__init__(problem)
        self.problem = problem
        self.advice = advice


def prove(
    storage: MediaStorage, *, client: httpx.Client, origin: str
) -> Iterator[Outcome]:
    """Take each step in turn; the first that later ones need and fails is the last.

    `client` resolves root-relative addresses to the server; `origin` is that of the
    pages that upload.
    """
    trial = _Trial(storage, client=client, origin=origin)
    try:
        for name, step, is_needed in trial.steps():
            outcome = _take(name, step, trial)
            yield outcome
            if is_needed and not outcome.works:
                return
    finally:
        trial.clean_up()


def _take(name: str, step: Callable[[], None], trial: "_Trial") -> Outcome:
    started = time.monotonic()
    problem = advice = ""
    try:
        step()
    except _Unproven as error:
        problem, advice = error.problem, error.advice
    except DomainError as error:
        problem = error.detail
        advice = _DISK_ADVICE if trial.is_local else _KEY_ADVICE
    except httpx.HTTPError as error:
        problem = f"The address cannot be reached: {error}."
        advice = trial.address_advice
    elapsed_ms = round((time.monotonic() - started) * 1000)
    return Outcome(name, elapsed_ms, problem, advice)


class _Trial:
    """One run through the steps, and what it has to remove afterwards."""

    def __init__(
        self, storage: MediaStorage, *, client: httpx.Client, origin: str
    ) -> None:
        self.storage = storage
        self.client = client
        self.origin = origin
        self.is_local = isinstance(storage, LocalMediaStorage)
        self.small_key = keys.quarantine(uuid4())
        self.parts_key = keys.quarantine(uuid4())
        self.moved_key = keys.probe(uuid4())
        self.small = os.urandom(SMALL_BYTES)
        self.large = os.urandom(PART_SIZE_BYTES + SMALL_BYTES)
        self.plan = PartPlan(len(self.large), PART_SIZE_BYTES)
        self.upload_id = ""
        self.assembled: StoredObject | None = None

    @property
    def address_advice(self) -> str:
        return _PROXY_ADVICE if self.is_local else _ADDRESS_ADVICE

    def steps(self) -> Iterator[tuple[str, Callable[[], None], bool]]:
        """(name, what to do, do later steps need it)"""
        yield "Storage answers", self.answers, True
        yield "A file goes to a signed address", self.put_single, True
        yield "The file is there, whole", self.head, True
        yield "Parts go to signed addresses", self.put_parts, True
        yield "The parts are listed", self.list_parts, True
        yield "The parts become one file", self.complete, True
        yield "The file moves out of quarantine", self.move, True
        yield "A range of it is read from a signed address", self.read_range, False
        if not self.is_local:
            # Files on this server have the origin of its pages.
            yield "CORS lets pages upload", self.preflight, False
            yield "CORS lets pages read the ETag", self.expose, False
            yield "CORS lets pages play", self.play, False
        yield "Files are deleted", self.delete, False

    def answers(self) -> None:
        self.storage.head(self.moved_key)

    def put_single(self) -> None:
        self._put(self._single_target(), self.small)

    def head(self) -> None:
        found = self.storage.head(self.small_key)
        if found is None or found.size_bytes != len(self.small):
            raise _Unproven(
                f"{len(self.small)} bytes were sent and storage has "
                f"{'none' if found is None else found.size_bytes}.",
                self._provider_advice(),
            )

    def put_parts(self) -> None:
        self.upload_id = self.storage.create_multipart(
            self.parts_key, content_type=CONTENT_TYPE, plan=self.plan
        )
        for number in range(1, self.plan.count + 1):
            start = self.plan.offset_of(number)
            target = self.storage.part_target(
                self.parts_key,
                self.upload_id,
                number,
                plan=self.plan,
                expires_s=EXPIRES_S,
            )
            part = self.large[start : start + self.plan.size_of(number)]
            answer = self._put(target, part)
            if "etag" not in answer.headers:
                raise _Unproven(
                    "The answer to a part has no ETag.",
                    "A proxy or CDN in between removes it; let it through.",
                )

    def list_parts(self) -> None:
        parts = self.storage.list_parts(self.parts_key, self.upload_id)
        missing = self.plan.missing(parts)
        if missing:
            raise _Unproven(
                f"Storage does not list the parts {missing} with their size.",
                self._provider_advice(),
            )

    def complete(self) -> None:
        self.assembled = self.storage.complete_multipart(
            self.parts_key, self.upload_id, plan=self.plan
        )

    def move(self) -> None:
        etag = self.assembled.etag if self.assembled else None
        self.storage.move(self.parts_key, self.moved_key, etag=etag)
        if self.storage.head(self.parts_key) is not None:
            raise _Unproven(
                "The file is still in quarantine after the move.",
                "The access key must be allowed s3:DeleteObject.",
            )

    def read_range(self) -> None:
        first, last = RANGE
        answer = self.client.get(
            self._read_url(),
            headers={"Range": f"bytes={first}-{last}"},
            follow_redirects=True,
        )
        if answer.status_code == 206 and answer.content == self.large[first : last + 1]:
            return
        self._refuse(answer, wanted=206)
        raise _Unproven(
            "Other bytes came than were stored.", "A proxy or CDN changes files."
        )

    def preflight(self) -> None:
        answer = self.client.options(
            self._single_target().url,
            headers={
                "Origin": self.origin,
                "Access-Control-Request-Method": "PUT",
                "Access-Control-Request-Headers": "content-type",
            },
        )
        methods = answer.headers.get("access-control-allow-methods", "")
        if not answer.is_success or "PUT" not in methods.upper():
            raise self._cors_problem(
                f"The preflight of an upload is answered with {answer.status_code} "
                f"and allows {methods or 'nothing'}."
            )
        self._check_origin(answer)

    def expose(self) -> None:
        answer = self._put(self._single_target(), self.small, origin=self.origin)
        self._check_origin(answer)
        exposed = answer.headers.get("access-control-expose-headers", "").lower()
        if "etag" not in {name.strip() for name in exposed.split(",")}:
            raise self._cors_problem("Pages cannot read the ETag of what they sent.")

    def play(self) -> None:
        answer = self.client.get(
            self._read_url(),
            headers={"Origin": self.origin, "Range": "bytes=0-0"},
            follow_redirects=True,
        )
        self._check_origin(answer)

    def delete(self) -> None:
        for key in (self.small_key, self.moved_key):
            self.storage.remove(key)
            if self.storage.head(key) is not None:
                raise _Unproven(
                    "A deleted file is still there.",
                    "The access key must be allowed s3:DeleteObject.",
                )

    def clean_up(self) -> None:
        """Remove what is left of a run that stopped halfway."""
        with contextlib.suppress(DomainError):
            if self.upload_id and self.assembled is None:
                self.storage.abort_multipart(self.parts_key, self.upload_id)
            for key in (self.small_key, self.parts_key, self.moved_key):
                self.storage.remove(key)

    # Parts of steps -----------------------------------------------------------

    def _single_target(self) -> UploadTarget:
        return self.storage.upload_target(
            self.small_key,
            content_type=CONTENT_TYPE,
            size_bytes=len(self.small),
            expires_s=EXPIRES_S,
        )

    def _put(
        self, target: UploadTarget, body: bytes, *, origin: str | None = None
    ) -> httpx.Response:
        headers = dict(target.headers) | ({"Origin": origin} if origin else {})
        answer = self.client.request(
            target.method, target.url, content=body, headers=headers
        )
        self._refuse(answer, wanted=200)
        return answer

    def _refuse(self, answer: httpx.Response, *, wanted: int) -> None:
        if answer.status_code == wanted:
            return
        raise _Unproven(
            f"{answer.request.method} {answer.url.copy_with(query=None)} was answered "
            f"with {answer.status_code} instead of {wanted}.",
            self._advice_about(answer),
        )

    def _advice_about(self, answer: httpx.Response) -> str:
        if settings.CDN_URL and str(answer.url).startswith(settings.CDN_URL):
            return _CDN_ADVICE
        return _PROXY_ADVICE if self.is_local else f"{_ADDRESS_ADVICE} {_KEY_ADVICE}"

    def _read_url(self) -> str:
        redirect = self.storage.redirect_url(
            self.moved_key, method="GET", expires_s=EXPIRES_S, download_name=None
        )
        return redirect or self.storage.playback_url(self.moved_key).url

    def _check_origin(self, answer: httpx.Response) -> None:
        allowed = answer.headers.get("access-control-allow-origin", "")
        if allowed not in {"*", self.origin}:
            raise self._cors_problem(
                f"Pages of {self.origin} are not allowed"
                f"{f' (only {allowed})' if allowed else ''}."
            )

    def _cors_problem(self, problem: str) -> _Unproven:
        rules = json.dumps(bucket_rules.cors_rules([self.origin]))
        return _Unproven(
            problem,
            "Run manage.py setupbucket, or set this as the bucket's CORS rules: "
            f"{rules}",
        )

    def _provider_advice(self) -> str:
        return _DISK_ADVICE if self.is_local else _KEY_ADVICE
