"""Projects as files: OpenTimelineIO, and a zip of everything but the media.

Media stay in the library: a project that comes in finds them by content, by id or
by file name, and says which it does not find.
"""

import base64
import binascii
import contextlib
import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic import ValidationError as SchemaError

from projects.models import MAX_NAME, VideoProject
from projects.services import captions, projects
from projects.timeline import otio
from projects.timeline.document import Settings, Timeline
from streamfetch.api.fields import path_of
from streamfetch.errors import FieldProblem, Invalid
from uploads.models import Asset

CONTENT_TYPES = {
    "otio": "application/vnd.pixar.opentimelineio+json",
    "zip": "application/zip",
}
VERSION = 1
PROJECT, MEDIA = "project.json", "media.json"
MAX_ENTRIES = 50
MAX_ENTRY_BYTES = 16 * 1024 * 1024
MAX_PROBLEMS = 100
MAX_NAMED = 20


def exported(project: VideoProject, file_format: str) -> bytes:
    """The project as a file of `file_format`, a key of `CONTENT_TYPES`."""
    assets = projects.sources_of(project.owner_id, project.timeline.assets)
    titles = {pk: asset.file_name or asset.title for pk, asset in assets.items()}
    text = otio.written(project.name, project.timeline, project.settings, titles)
    if file_format == "otio":
        return text.encode()
    document = {
        "format": "streamfetch-project",
        "version": VERSION,
        "name": project.name,
        "description": project.description,
        "timeline": project.timeline.model_dump(mode="json"),
        "settings": project.settings.model_dump(mode="json"),
    }
    media = [
        {"asset": str(pk), "name": titles[pk], "sha256": asset.sha256}
        for pk, asset in assets.items()
    ]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(PROJECT, json.dumps(document, indent=1))
        archive.writestr(MEDIA, json.dumps(media, indent=1))
        archive.writestr("project.otio", text)
        for name in captions.WRITERS:
            archive.writestr(f"captions.{name}", captions.exported(project, name))
    return packed.getvalue()


def imported(
    owner: Any, content: str, *, file_format: str, name: str = ""
) -> VideoProject:
    """A new project from a file: the text of an OTIO one, a zip in base64.

    Raises `Invalid` with everything that is wrong; nothing is kept then.
    """
    if file_format == "zip":
        document, media = _unpacked(content)
    else:
        document, media = _read_otio(owner, content), []
    timeline = _checked(Timeline, document.get("timeline"), "timeline")
    settings = _checked(Settings, document.get("settings") or {}, "settings")
    _replace_media(owner, timeline, media)
    said = document.get("name")
    title = name or (said if isinstance(said, str) else "") or _("Imported project")
    return projects.create(
        owner, name=title[:MAX_NAME], timeline=timeline, settings=settings
    )


def _read_otio(owner: Any, text: str) -> dict[str, Any]:
    by_name: dict[str, UUID | None] = {}

    def find(asset_id: str, name: str) -> UUID | None:
        key = f"{asset_id}/{name}"
        if key not in by_name:
            by_name[key] = _asset_for(owner, {"asset": asset_id, "name": name})
        return by_name[key]

    try:
        document = otio.read(text, find)
    except otio.NotOTIO as error:
        raise Invalid(str(error), code="not_otio", field="content") from error
    if document["missing"]:
        raise _missing(document["missing"])
    return document


def _unpacked(content: str) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """The documents in a zip; what else is in it is not looked at."""
    try:
        packed = base64.b64decode(content, validate=True)
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            if len(archive.infolist()) > MAX_ENTRIES:
                raise _not_ours(_("It holds too many files."))
            document = json.loads(_entry(archive, PROJECT))
            media = json.loads(_entry(archive, MEDIA))
    except (binascii.Error, zipfile.BadZipFile, KeyError) as error:
        raise _not_ours(_("It is no zip with a project in it.")) from error
    except (ValueError, RecursionError, NotImplementedError, RuntimeError) as error:
        raise _not_ours(_("A file in it cannot be read.")) from error
    if not isinstance(document, dict) or document.get("version") != VERSION:
        raise _not_ours(_("Another version of the program made it."))
    if not isinstance(media, list):
        raise _not_ours(_("A file in it cannot be read."))
    return document, [each for each in media if isinstance(each, dict)]


def _entry(archive: zipfile.ZipFile, name: str) -> bytes:
    """A file of the archive, however large it says it is. Raises `Invalid`."""
    with archive.open(name) as file:
        data = file.read(MAX_ENTRY_BYTES + 1)
    if len(data) > MAX_ENTRY_BYTES:
        raise _not_ours(_("A file in it is too large."))
    return data


def _checked(schema: Any, value: Any, name: str) -> Any:
    try:
        return schema.model_validate(value)
    except SchemaError as error:
        problems = [
            FieldProblem(
                f"{name}.{path_of(each['loc'])}".rstrip("."), each["type"], each["msg"]
            )
            for each in error.errors(include_url=False, include_input=False)
        ][:MAX_PROBLEMS]
        raise Invalid(
            f"{problems[0].field}: {problems[0].message}", errors=problems
        ) from error


def _replace_media(owner: Any, timeline: Timeline, media: list[dict[str, Any]]) -> None:
    """Let clips play the owner's own files. Raises `Invalid` naming the others."""
    mine = projects.sources_of(owner.pk, timeline.assets)
    told = {str(each.get("asset")): each for each in media}
    missing = []
    replaced: dict[UUID, UUID] = {}
    for asset_id in timeline.assets - mine.keys():
        about = told.get(str(asset_id), {})
        found = _asset_for(owner, about)
        if found is None:
            missing.append(str(about.get("name") or asset_id)[:MAX_NAME])
        else:
            replaced[asset_id] = found
    if missing:
        raise _missing(missing)
    for played in [*timeline.clips, *timeline.audio_tracks]:
        played.asset = replaced.get(played.asset, played.asset)


def _asset_for(owner: Any, about: Mapping[str, Any]) -> UUID | None:
    """The owner's file with this content, id or name."""
    mine = Asset.objects.owned_by(owner).alive()
    wanted: list[dict[str, Any]] = []
    if isinstance(sha256 := about.get("sha256"), str) and sha256:
        wanted.append({"sha256": sha256[:64]})
    with contextlib.suppress(ValueError):
        wanted.append({"pk": UUID(str(about.get("asset")))})
    if isinstance(name := about.get("name"), str) and name:
        wanted += [{"file_name": name[:255]}, {"title": name[:MAX_NAME]}]
    for fields in wanted:
        found = mine.filter(**fields).values_list("pk", flat=True).first()
        if found is not None:
            return UUID(str(found))
    return None


def _missing(names: list[str]) -> Invalid:
    shown = ", ".join(sorted(set(names))[:MAX_NAMED])
    return Invalid(
        _("These files are not in your library: %(names)s. Upload them first.")
        % {"names": shown},
        code="media_missing",
        field="content",
    )


def _not_ours(reason: str) -> Invalid:
    return Invalid(
        _("This file is not a project. %s") % reason, code="not_a_project",
        field="content",
    )  # fmt: skip
