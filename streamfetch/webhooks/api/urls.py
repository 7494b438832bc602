from django.urls import path

from streamfetch.webhooks.api import views

urlpatterns = [
    path("webhooks/", views.WebhookList.as_view(), name="webhook-list"),
    path("webhooks/events/", views.WebhookEvents.as_view(), name="webhook-events"),
    path("webhooks/<uuid:webhook_id>/", views.WebhookDetail.as_view(), name="webhook"),
    path(
        "webhooks/<uuid:webhook_id>/rotate-secret/",
        views.RotateSecret.as_view(),
        name="webhook-rotate-secret",
    ),
    path(
        "webhooks/<uuid:webhook_id>/ping/",
        views.PingWebhook.as_view(),
        name="webhook-ping",
    ),
    path(
        "webhooks/<uuid:webhook_id>/deliveries/",
        views.DeliveryList.as_view(),
        name="webhook-delivery-list",
    ),
    path(
        "webhooks/<uuid:webhook_id>/deliveries/<uuid:delivery_id>/redeliver/",
        views.Redeliver.as_view(),
        name="webhook-redeliver",
    ),
]
