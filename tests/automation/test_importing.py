"""Job files of the previous system come in once, and bad ones are named."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from automation.models import AutomationJob, DubChunk, LogLine
from automation.services.importing import Unreadable, read
from streamfetch.accounts.models import User

OLD: dict[str, Any] = {
    "id": "job_17",
    "status": "failed",
    "sourceUrl": "https://videos.test/talk",
    "videoInfo": {
        "title": "The talk", "duration": 61.5, "resolution": "1280x720",
        "codec": "h264", "fileSize": 1000, "thumbnail": "https://videos.test/t.jpg",
    },
    "config": {
        "chunkDuration": 30, "targetLanguage": "de", "maxParallelJobs": 9,
        "videoQuality": "720p", "outputFormat": "mp4", "useWatermark": True,
        "keepIntermediateFiles": False, "chunkingStrategy": "fixed",
    },
    "progress": {
        "stage": "dub", "overallPercent": 40, "startedAt": "2025-01-02T03:04:05Z",
        "dubbing": {
            "chunks": [
                {"index": 0, "filename": "0.mp4", "status": "complete",
                 "dubbingJobId": "d1", "retryCount": 1},
                {"index": 1, "filename": "1.mp4", "status": "failed",
                 "error": "rate limit", "retryCount": 3},
            ],
            "activeJobs": 0, "completed": 1, "failed": 1, "pending": 0,
        },
    },
    "logs": [
        {"timestamp": "2025-01-02T03:04:06.123Z", "level": "warn", "stage": "dub",
         "message": "Slow", "metadata": {"chunk": 1}},
    ],
    "error": {"code": "DUB_FAILED", "message": "Chunk 1", "stage": "dub",
              "recoverable": True, "failedChunks": [1]},
    "createdAt": "2025-01-02T03:04:00.000Z",
    "updatedAt": "2025-01-02T03:10:00.000Z",
}  # fmt: skip


def written(folder: Path, name: str, content: Any) -> Path:
    path = folder / name
    text = content if isinstance(content, str) else json.dumps(content)
    path.write_text(text, encoding="utf-8")
    return path


@pytest.mark.django_db
def test_files_are_imported_once(
    alice: User, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path, "a.json", OLD)
    written(tmp_path, "b.json", {**OLD, "id": "job_18", "status": "dubbing",
                                 "error": None})  # fmt: skip
    written(tmp_path, "c.json", "{ half a file")
    written(tmp_path, "d.json", {"id": "x"})
    for imported, known in ((2, 0), (0, 2)):
        with pytest.raises(CommandError, match="2 files"):
            call_command("importjobs", str(tmp_path), owner="alice")
        printed = capsys.readouterr()
        assert f"{imported} imported, {known} were here before, 2 refused" in (
            printed.out
        )
        assert "c.json: " in printed.err
        assert "d.json: status" in printed.err
    done, interrupted = AutomationJob.objects.order_by("state", "error__code")
    if done.error.code == "interrupted":
        done, interrupted = interrupted, done
    assert (done.name, done.status, done.config.target_languages) == (
        "The talk", "failed", ["de"],
    )  # fmt: skip
    assert (done.config.max_parallel_jobs, done.video_info.duration_ms) == (5, 61_500)
    assert done.failure.failed_chunks == [1]
    assert done.created_at.year == 2025
    chunks = DubChunk.objects.filter(job_id=done.pk).order_by("index")
    assert [each.state for each in chunks] == ["complete", "failed"]
    assert chunks[1].error.message == "rate limit"
    (line,) = LogLine.objects.filter(job_id=done.pk)
    assert (line.level, line.metadata) == ("warning", {"chunk": 1})
    assert interrupted.error.code == "interrupted"


@pytest.mark.parametrize(
    "content",
    ["", "[]", "null", '"text"', {**OLD, "status": "sleeping"},
     {**OLD, "createdAt": "yesterday"}, {**OLD, "config": {"targetLanguage": "../x"}},
     {**OLD, "progress": {"dubbing": {"chunks": [{"index": -1}]}}}],
)  # fmt: skip
def test_what_is_no_job_is_refused(tmp_path: Path, content: Any) -> None:
    with pytest.raises(Unreadable):
        read(written(tmp_path, "x.json", content))
