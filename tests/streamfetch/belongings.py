"""One object of every kind for a user: what strangers must not see, and lists show."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from django.utils import timezone

from automation.documents import Boundary, ChunkPlan, DubConfig, Output, Outputs
from automation.models import AutomationJob, DubChunk, EngineKey, LogLine
from downloads.models import Download, SiteCookies, Subscription
from pdfeditor.geometry.annotations import Body
from pdfeditor.geometry.document import ExportOptions, Page, Pages
from pdfeditor.models import (
    Annotation,
    PdfExport,
    PdfProcessing,
    PdfProject,
    PdfVersion,
)
from projects.models import ProjectVersion, Render, VideoProject
from projects.timeline.document import Clip, Settings, Timeline
from projects.timeline.plan import RenderPlan
from streamfetch.accounts.models import User
from streamfetch.jobs.models import JobError, State
from streamfetch.webhooks.models import WebhookDelivery
from streamfetch.webhooks.services import endpoints
from uploads.models import (
    Asset,
    AssetProcessing,
    Caption,
    Kind,
    MediaFacts,
    Rendition,
    UploadSession,
)


def asset_of(owner: User, title: str = "A clip") -> Asset:
    """A processed video of three seconds, without its files."""
    asset = Asset.objects.create(
        owner=owner,
        title=title,
        status=Asset.Status.READY,
        source_key=f"assets/{uuid4()}/source.mp4",
        file_name="clip.mp4",
        content_type="video/mp4",
        size_bytes=1000,
        duration_ms=3000,
        width=640,
        height=360,
        facts=MediaFacts(container="mp4", video_codec="h264", frame_rate="30"),
        last_error=JobError(code="old", message="An earlier try failed."),
    )
    Rendition.objects.create(
        asset=asset,
        spec=Rendition.Spec.POSTER,
        key=f"assets/{asset.pk}/renditions/poster/poster.jpg",
        content_type="image/jpeg",
        size_bytes=10,
    )
    return asset


def project_of(owner: User, asset: Asset) -> VideoProject:
    clip = Clip(asset=asset.pk, end_time=2.0)
    return VideoProject.objects.create(
        owner=owner, name="Trip", timeline=Timeline(clips=[clip])
    )


def dub_of(owner: User, asset: Asset) -> tuple[AutomationJob, DubChunk, EngineKey]:
    """A dubbing job that was cancelled, with a chunk, and a key."""
    job = AutomationJob.objects.create(
        owner=owner,
        asset=asset,
        name="A clip",
        state=State.CANCELLED,
        config=DubConfig(target_languages=["es"]),
        plan=ChunkPlan(sample_count=144_000, boundaries=[Boundary(sample=72_000)]),
        outputs=Outputs(items=[Output(language="es", digest="ab12cd34")]),
    )
    chunk = DubChunk.objects.create(
        job=job, language="es", index=0, start_sample=0, end_sample=72_000
    )
    LogLine.objects.create(job=job, message="Began")
    key = EngineKey.objects.create(owner=owner, engine="elevenlabs", encrypted="x")
    return job, chunk, key


def pdf_of(owner: User) -> PdfProject:
    """A PDF of one page with one annotation, without its files."""
    asset = Asset.objects.create(
        owner=owner,
        title="A contract",
        kind=Kind.PDF,
        status=Asset.Status.READY,
        source_key=f"assets/{uuid4()}/source.pdf",
        file_name="contract.pdf",
        content_type="application/pdf",
        size_bytes=1000,
    )
    page = Page(width=300, height=400, crop=(0, 0, 300, 400))
    project = PdfProject.objects.create(
        owner=owner,
        name="Contract",
        asset=asset,
        status=PdfProject.Status.DRAFT,
        pages=Pages([page]),
    )
    Annotation.objects.create(
        project=project,
        page=page.id,
        type=Annotation.Type.TEXT,
        body=Body.model_validate(
            {"type": "text", "x": 1, "y": 1, "width": 50, "height": 20, "content": "Hi"}
        ),
    )
    PdfExport.objects.create(
        owner=owner,
        project=project,
        project_name="Contract",
        format=PdfExport.Format.PDF,
        options=ExportOptions(),
        project_revision=1,
    )
    PdfVersion.objects.create(
        project=project,
        key=f"pdfs/{project.pk}/versions/first.json",
        annotation_count=1,
        page_count=1,
        project_revision=1,
    )
    PdfProcessing.objects.create(owner=owner, project=project, project_name="Contract")
    return project


def belongings_of(owner: User) -> dict[str, Any]:
    """Makes one of each; the keys are the parameters of the API's addresses."""
    asset = asset_of(owner)
    caption = Caption.objects.create(
        asset=asset,
        language="en",
        label="English",
        key=f"assets/{asset.pk}/renditions/captions-1/captions.vtt",
        size_bytes=10,
    )
    project = project_of(owner, asset)
    session = UploadSession.objects.create(
        owner=owner,
        asset=asset,
        mode=UploadSession.Mode.SINGLE,
        key=f"quarantine/{uuid4()}",
        content_type="video/mp4",
        size_bytes=1000,
        part_size=1000,
        expires_at=timezone.now() + timedelta(hours=1),
    )
    render = Render.objects.create(
        owner=owner,
        project=project,
        project_name=project.name,
        project_revision=1,
        timeline=project.timeline,
        settings=Settings(),
        plan=RenderPlan(first=0, last=60, rate="30", spans=[], sound="ab" * 16),
    )
    version = ProjectVersion.objects.create(
        owner=owner,
        project=project,
        name="First cut",
        project_revision=1,
        timeline=project.timeline,
        settings=project.settings,
    )
    download = Download.objects.create(
        owner=owner,
        asset=asset,
        video_id="v",
        video_title="A clip",
        video_url="https://videos.test/a.mp4",
        state=State.FAILED,
        error=JobError(code="unreachable", message="No answer.", recoverable=True),
    )
    subscription = Subscription.objects.create(
        owner=owner, url="https://videos.test/feed", title="A feed", site="videos.test"
    )
    cookies = SiteCookies.objects.create(owner=owner, site="videos.test", encrypted="x")
    job = AssetProcessing.objects.create(owner=owner, asset=asset, asset_title="A clip")
    webhook, _secret = endpoints.create(
        owner, url="https://hooks.test/", events=["asset.ready"]
    )
    delivery = WebhookDelivery.objects.create(
        owner=owner,
        endpoint_id=webhook.pk,
        event_id=uuid4(),
        event_type="asset.ready",
        payload={},
    )
    dub, chunk, key = dub_of(owner, asset)
    pdf = pdf_of(owner)
    return {
        "pdf_id": pdf.pk,
        "version_id": PdfVersion.objects.get(project=pdf).pk,
        "export_id": PdfExport.objects.get(project=pdf).pk,
        "annotation_id": Annotation.objects.get(project=pdf).pk,
        "dub_id": dub.pk,
        "chunk_id": chunk.pk,
        "key_id": key.pk,
        "asset_id": asset.pk,
        "caption_id": caption.pk,
        "project_id": project.pk,
        "upload_id": session.pk,
        "render_id": render.pk,
        "revision_id": version.pk,
        "playlist": "sound",
        "download_id": download.pk,
        "subscription_id": subscription.pk,
        "cookies_id": cookies.pk,
        "job_id": job.pk,
        "webhook_id": webhook.pk,
        "delivery_id": delivery.pk,
    }
