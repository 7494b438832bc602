from django.urls import path

from automation.api import views
from automation.api.stream import job_stream
from automation.api.webhooks import elevenlabs

_JOB = "automation/jobs/<uuid:dub_id>/"
_CHUNK = f"{_JOB}chunks/<uuid:chunk_id>/"

urlpatterns = [
    path("automation/jobs/", views.JobList.as_view(), name="dub-list"),
    path(_JOB, views.JobDetail.as_view(), name="dub"),
    path(f"{_JOB}cancel/", views.CancelJob.as_view()),
    path(f"{_JOB}retry/", views.RetryJob.as_view()),
    path(f"{_JOB}pause/", views.PauseJob.as_view()),
    path(f"{_JOB}resume/", views.ResumeJob.as_view()),
    path(f"{_JOB}preview/", views.JobPreview.as_view()),
    path(f"{_JOB}boundaries/", views.JobBoundaries.as_view()),
    path(f"{_JOB}logs/", views.JobLogs.as_view()),
    path(f"{_JOB}logs/text/", views.JobLogText.as_view(), name="dub-log-text"),
    path(f"{_JOB}stream/", job_stream, name="dub-stream"),
    path(f"{_JOB}report/", views.JobReport.as_view()),
    path(f"{_JOB}file/", views.JobFile.as_view(), name="dub-file"),
    path(f"{_JOB}chunks/", views.JobChunks.as_view()),
    path(_CHUNK, views.ChunkDetail.as_view()),
    path(f"{_CHUNK}redo/", views.RedoChunk.as_view()),
    path("automation/webhooks/elevenlabs/", elevenlabs, name="dub-webhook"),
    path("automation/engines/", views.EngineList.as_view()),
    path("automation/estimate/", views.Estimate.as_view()),
    path("automation/engine-keys/", views.EngineKeyList.as_view()),
    path("automation/engine-keys/<uuid:key_id>/", views.EngineKeyDetail.as_view()),
]
