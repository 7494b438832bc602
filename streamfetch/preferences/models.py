"""The document of a user's preferences."""

from typing import Annotated, Literal

from django.db import models
from pydantic import BaseModel, ConfigDict, Field

from streamfetch.mongo.documents import OwnedDocument
from streamfetch.mongo.fields import EmbeddedField

Command = Annotated[str, Field(min_length=1, max_length=60, pattern=r"^[\w.-]+$")]
KeyCombination = Annotated[str, Field(max_length=40)]


class Section(BaseModel):
    """Base of every group of choices: unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")


class PlayerPreferences(Section):
    """`volume` from 0 to 1; `captions` is a language, empty for none."""

    volume: Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)] = 1.0
    muted: bool = False
    speed: Annotated[float, Field(ge=0.25, le=4, allow_inf_nan=False)] = 1.0
    captions: Annotated[str, Field(max_length=35)] = ""


class EditorPreferences(Section):
    """Keys that were changed, by the command they call."""

    shortcuts: Annotated[dict[Command, KeyCombination], Field(max_length=200)] = {}


class Preferences(Section):
    theme: Literal["system", "light", "dark"] = "system"
    player: PlayerPreferences = Field(default_factory=PlayerPreferences)
    editor: EditorPreferences = Field(default_factory=EditorPreferences)


class UserSettings(OwnedDocument):
    """The preferences of one user; has the user's own id, so there is only one."""

    revision = models.PositiveIntegerField(default=1, editable=False)
    preferences = EmbeddedField(schema=Preferences, default=Preferences)

    class Meta:
        db_table = "user_settings"
        verbose_name_plural = "user settings"
        indexes = [
            models.Index(
                fields=["owner", "-created_at", "-id"], name="settings_owner_new"
            ),
            models.Index(fields=["-created_at", "-id"], name="settings_new"),
        ]
