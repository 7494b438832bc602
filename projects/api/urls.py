from django.urls import path

from projects.api import history, interchange, showing, views

_PROJECT = "video-projects/<uuid:project_id>/"

urlpatterns = [
    path("video-projects/", views.ProjectList.as_view(), name="project-list"),
    path(_PROJECT, views.ProjectDetail.as_view(), name="project"),
    path(f"{_PROJECT}restore/", views.RestoreProject.as_view()),
    path(f"{_PROJECT}duplicate/", views.DuplicateProject.as_view()),
    path(f"{_PROJECT}revisions/", history.Versions.as_view()),
    path(
        f"{_PROJECT}revisions/<uuid:revision_id>/restore/",
        history.RestoreVersion.as_view(),
    ),
    path(f"{_PROJECT}captions/", history.ProjectCaptions.as_view()),
    path("video-projects/imports/", interchange.ImportProject.as_view()),
    path(f"{_PROJECT}exports/", interchange.ExportProject.as_view()),
    path(f"{_PROJECT}frame/", showing.ProjectFrame.as_view()),
    path(f"{_PROJECT}plan/", showing.ProjectPlan.as_view()),
    path(f"{_PROJECT}text.ass", showing.ProjectScript.as_view()),
    path(f"{_PROJECT}renders/", views.ProjectRenders.as_view(), name="render-list"),
    path("renders/<uuid:render_id>/", views.RenderDetail.as_view(), name="render"),
    path("renders/<uuid:render_id>/cancel/", views.CancelRender.as_view()),
    path(
        "renders/<uuid:render_id>/watch/<slug:playlist>.m3u8",
        showing.WatchRender.as_view(),
        name="render-watch",
    ),
    path(
        "renders/<uuid:render_id>/file/",
        views.RenderFile.as_view(),
        name="render-file",
    ),
]
