from django.urls import path

from uploads.api import captions, views

urlpatterns = [
    path("uploads/", views.Uploads.as_view(), name="upload-start"),
    path("uploads/<uuid:upload_id>/parts/", views.UploadParts.as_view()),
    path("uploads/<uuid:upload_id>/complete/", views.CompleteUpload.as_view()),
    path("uploads/<uuid:upload_id>/status/", views.UploadStatus.as_view()),
    path("uploads/<uuid:upload_id>/", views.AbortUpload.as_view(), name="upload"),
    path("assets/", views.AssetList.as_view(), name="asset-list"),
    path("assets/usage/", views.AssetUsage.as_view()),
    path("assets/bulk/", views.BulkAssets.as_view()),
    path("assets/<uuid:asset_id>/clips/", views.MakeClip.as_view()),
    path("assets/<uuid:asset_id>/", views.AssetDetail.as_view(), name="asset"),
    path("assets/<uuid:asset_id>/restore/", views.RestoreAsset.as_view()),
    path("assets/<uuid:asset_id>/reprocess/", views.ReprocessAsset.as_view()),
    path("assets/<uuid:asset_id>/playback/", views.AssetPlayback.as_view()),
    path("assets/<uuid:asset_id>/captions/", captions.Captions.as_view()),
    path(
        "assets/<uuid:asset_id>/captions/<uuid:caption_id>/",
        captions.OneCaption.as_view(),
    ),
    path("assets/<uuid:asset_id>/file/", views.AssetFile.as_view(), name="asset-file"),
]
