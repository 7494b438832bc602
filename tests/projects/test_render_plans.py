"""Plans, the cache of spans, copies, and watching while a render is made."""

from pathlib import Path
from typing import Any

import pytest
from rest_framework.test import APIClient

from projects.models import CachedChunk, Render, RenderChunk, VideoProject
from projects.pipeline import cache, chunks
from projects.pipeline import render as rendering
from projects.pipeline.fetching import Sources, assets_of
from projects.pipeline.planning import work_for
from projects.pipeline.render import render as render_work
from projects.services import projects, renders
from projects.timeline import spans
from projects.timeline.document import Clip, Resolution, Settings, Timeline
from projects.timeline.presets import Wish
from streamfetch.accounts.models import User
from streamfetch.ffmpeg.probe import probe
from streamfetch.jobs.models import LeaseLost, State
from streamfetch.jobs.running import run_job
from tests import media
from tests.projects.rendering import lumas
from tests.uploads.library import ready_asset
from uploads.models import Asset

pytestmark = pytest.mark.django_db


def do(project: VideoProject, wish: Wish | None = None) -> Render:
    render = renders.request(project, wish)
    run_job(Render, str(render.pk), render_work)
    render.refresh_from_db()
    assert render.state == State.SUCCEEDED, render.error
    return render


def url_of(project: VideoProject) -> str:
    return f"/api/v1/video-projects/{project.pk}/"


@pytest.fixture
def long_asset(alice: User, clean_storage: Path) -> Asset:
    """Eight seconds with a key frame every second."""
    return ready_asset(alice, media.video(duration_s=8, gop=25))


@pytest.fixture
def long_project(alice: User, long_asset: Asset) -> VideoProject:
    """Most of it, with its own size and rate, from between two key frames."""
    clip = Clip(asset=long_asset.pk, start_time=0.52, end_time=7.48)
    return projects.create(
        alice,
        name="Long",
        timeline=Timeline(clips=[clip]),
        settings=Settings(resolution=Resolution(width=160, height=90), frame_rate=25),
    )


def titled(project: VideoProject, text: str) -> VideoProject:
    timeline = project.timeline.model_dump(mode="json")
    timeline["text_overlays"] = [
        {"id": str(project.pk), "text": text, "start_time": 3, "end_time": 4}
    ]
    changed = Timeline.model_validate(timeline)
    return projects.edit(project, revision=project.revision, timeline=changed)


def test_only_what_changed_is_encoded_again(
    api: APIClient, long_project: VideoProject
) -> None:
    first = do(titled(long_project, "Before"))
    assert first.cost is not None
    assert (first.cost.encoded_frames, first.cost.cached_frames) == (174, 0)
    assert first.cost.cpu_s > 0
    assert RenderChunk.objects.count() == 0
    titled(long_project, "After")
    plan = api.get(f"{url_of(long_project)}plan/").data
    treatments = [span["treatment"] for span in plan["spans"]]
    assert treatments == ["cached", "encode", "cached"]
    assert plan["encoded_share"] == pytest.approx(25 / 174, abs=0.001)
    assert plan["duration_ms"] == 6960
    second = do(long_project)
    assert second.cost is not None
    assert (second.cost.encoded_frames, second.cost.cached_frames) == (25, 149)
    assert second.output_key.rpartition("/")[2] != first.output_key.rpartition("/")[2]


@pytest.mark.parametrize(
    ("preset", "frame"),
    [
        ("project", (160, 90, 25)),
        ("1080p", (1920, 1080, 25)),
        ("vertical", (1080, 1920, 25)),
        ("gif", (160, 90, 12)),
        ("match_source", (320, 180, 25)),
        ("audio", None),
    ],
)
def test_the_plan_says_what_is_rendered_to(
    api: APIClient, long_project: VideoProject, preset: str, frame: Any
) -> None:
    found = api.get(f"{url_of(long_project)}plan/?preset={preset}").data["frame"]
    assert (tuple(found.values()) if found else None) == frame


def test_what_is_untouched_is_copied_from_the_source(
    api: APIClient,
    long_project: VideoProject,
    long_asset: Asset,
    clean_storage: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rendering, "LEAST_WATCHED_S", 0)
    # A shot that is long enough to be shared out is still copied in one piece.
    monkeypatch.setattr(spans, "LONGEST_S", 2)
    plan = api.get(f"{url_of(long_project)}plan/?preset=match_source").data
    assert [span["treatment"] for span in plan["spans"]] == ["encode", "copy", "encode"]
    render = do(long_project, Wish(preset="match_source"))
    assert render.cost is not None
    assert render.cost.copied_frames == 150
    output = clean_storage / render.output_key
    found = media.frame_hashes(output)
    source = media.frame_hashes(clean_storage / long_asset.source_key)
    assert len(found) == 174
    assert found[12:162] == source[25:175]
    # Its sound is made of the source's packets.
    theirs = media.sound_packets(clean_storage / long_asset.source_key)
    ours = media.sound_packets(output)
    assert ours
    assert ours == theirs[theirs.index(ours[0]) :][: len(ours)]
    # All of it could be watched before it was put together.
    picture = api.get(f"/api/v1/renders/{render.pk}/watch/picture.m3u8")
    assert picture.content.decode().count("#EXT-X-MAP") == 3
    assert picture.content.endswith(b"#EXT-X-ENDLIST\n")
    assert render.plan is not None
    copied = cache.known(render.owner_id, [render.plan.spans[1].piece])
    [piece] = copied.values()
    assert media.frame_hashes(clean_storage / piece.key) == source[25:175]


@pytest.mark.parametrize(
    ("preset", "size"),
    [("720p", (1280, 720)), ("vertical", (1080, 1920)), ("gif", (160, 90))],
)
def test_presets_give_their_size(
    project: VideoProject, clean_storage: Path, preset: Any, size: tuple[int, int]
) -> None:
    render = do(project, Wish(preset=preset))
    info = probe(clean_storage / render.output_key)
    assert info.video is not None
    assert (info.video.width, info.video.height) == size
    assert (info.audio is None) == (preset == "gif")


def test_sound_alone_and_a_part(project: VideoProject, clean_storage: Path) -> None:
    sound = do(project, Wish(preset="audio"))
    assert sound.output_key.endswith(".m4a")
    info = probe(clean_storage / sound.output_key)
    assert (info.kind, round(info.duration_ms, -2)) == ("audio", 600)
    part = do(project, Wish(start_time=0.2, end_time=0.4))
    assert part.duration_ms == 200
    assert len(lumas(clean_storage / part.output_key)) == 5


def test_what_is_finished_can_be_watched(
    api: APIClient, long_project: VideoProject
) -> None:
    render = do(titled(long_project, "Now"))
    url = f"/api/v1/renders/{render.pk}/watch/"
    picture = api.get(f"{url}picture.m3u8").content.decode()
    assert picture.count("#EXT-X-MAP") == 3
    assert picture.endswith("#EXT-X-ENDLIST\n")
    lengths = [
        float(line.removeprefix("#EXTINF:").rstrip(","))
        for line in picture.splitlines()
        if line.startswith("#EXTINF")
    ]
    assert sum(lengths) == pytest.approx(6.96, abs=0.001)
    # The last piece is not there yet: the playlist goes on.
    assert render.plan is not None
    last = cache.chunk_id(render.owner_id, render.plan.spans[-1].digest)
    CachedChunk.objects.filter(pk=last).delete()
    growing = api.get(f"{url}picture.m3u8").content.decode()
    assert growing.count("#EXT-X-MAP") == 2
    assert "#EXT-X-ENDLIST" not in growing
    assert 'URI="sound.m3u8"' in api.get(f"{url}master.m3u8").content.decode()


def test_a_render_offers_itself_for_watching_from_its_first_piece_on(
    long_project: VideoProject,
) -> None:
    render = do(titled(long_project, "Now"))
    assert renders.describe(render)["watch_url"] is None
    render.state = "running"
    assert renders.describe(render)["watch_url"].endswith("/watch/master.m3u8")
    assert render.plan is not None
    first = cache.chunk_id(render.owner_id, render.plan.spans[0].digest)
    CachedChunk.objects.filter(pk=first).delete()
    assert renders.describe(render)["watch_url"] is None


def test_the_cache_is_bounded_and_old_pieces_go_first(
    project: VideoProject, clean_storage: Path, settings: Any
) -> None:
    do(project)
    count = CachedChunk.objects.count()
    assert count == 2
    settings.RENDER_CACHE_BYTES = 0
    # What was used just now may be in use.
    assert cache.trim(project.owner_id) == 0
    old = CachedChunk.objects.first()
    assert old is not None
    CachedChunk.objects.filter(pk=old.pk).update(used_at=old.used_at - 2 * cache.IN_USE)
    assert cache.trim_all() == 1
    assert not (clean_storage / old.key).exists()
    assert not CachedChunk.objects.filter(pk=old.pk).exists()
    # What is gone is encoded again.
    again = do(project)
    assert again.state == State.SUCCEEDED


def test_workers_of_pieces_alone_give_the_same_file(
    project: VideoProject, clean_storage: Path
) -> None:
    """Each piece by a worker of its own, before the render's own looks again."""
    alone = do(project)
    frames = media.frame_hashes(clean_storage / alone.output_key)
    CachedChunk.objects.all().delete()
    shared = renders.request(project)
    run_job(Render, str(shared.pk), _submit_only)
    for chunk in RenderChunk.objects.filter(render_id=shared.pk):
        run_job(RenderChunk, str(chunk.pk), chunks.encode)
    Render.objects.filter(pk=shared.pk).update(state=State.QUEUED)
    run_job(Render, str(shared.pk), render_work)
    shared.refresh_from_db()
    assert shared.state == State.SUCCEEDED, shared.error
    assert media.frame_hashes(clean_storage / shared.output_key) == frames


def _submit_only(run: Any) -> dict[str, Any]:
    """The render's first steps; then its worker is gone."""
    assets = assets_of(run.job.owner_id, run.job.timeline)
    work = work_for(
        run.job.timeline,
        run.job.settings,
        chunks.wish_of(run.job),
        sources=Sources(assets, run.workspace.path),
        owner_id=run.job.owner_id,
    )
    chunks.submit(run.job, work, set(work.plan.digests()))
    raise LeaseLost


def test_a_frame_is_what_the_render_shows(
    api: APIClient, project: VideoProject
) -> None:
    answer = api.get(f"{url_of(project)}frame/?time_ms=200&image=png")
    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    assert answer.content.startswith(b"\x89PNG")
    late = api.get(f"{url_of(project)}frame/?time_ms=600")
    assert (late.status_code, late.json()["errors"][0]["field"]) == (400, "time_ms")


def test_the_script_has_the_texts_and_burnt_in_captions(
    api: APIClient, project: VideoProject
) -> None:
    titled(project, "Hello")
    script = api.get(f"{url_of(project)}text.ass").content.decode()
    assert "PlayResX: 160" in script
    # It begins after the clip ends: nothing is drawn.
    assert "Hello" not in script
    timeline = project.timeline.model_copy(update={"text_overlays": []})
    timeline.captions = timeline.captions.model_validate(
        {"burn_in": True, "cues": [{"text": "Said", "end_time": 0.5}]}
    )
    projects.edit(project, revision=project.revision, timeline=timeline)
    assert "Said" in api.get(f"{url_of(project)}text.ass").content.decode()
