"""Shape of a user's settings."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_serializer
from rest_framework import serializers

from streamfetch.api.fields import EmbeddedDocumentField
from streamfetch.preferences.models import EditorPreferences, PlayerPreferences


@extend_schema_serializer(
    examples=[
        OpenApiExample(
            "Dark, with captions",
            value={
                "theme": "dark",
                "player": {
                    "volume": 0.8,
                    "muted": False,
                    "speed": 1.25,
                    "captions": "en",
                },
                "editor": {"shortcuts": {"split": "K"}},
            },
        )
    ]
)
class PreferencesSerializer(serializers.Serializer):
    theme = serializers.ChoiceField(choices=["system", "light", "dark"])
    player = EmbeddedDocumentField(PlayerPreferences)
    editor = EmbeddedDocumentField(EditorPreferences)

    def to_representation(self, instance: Any) -> Any:
        return instance.model_dump(mode="json")
