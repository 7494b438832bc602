"""The preview writes its ASS script itself: word for word the renderer's."""

import json
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from projects.pipeline.script import whole_script
from projects.timeline.document import Settings, Timeline
from projects.timeline.scene import frame_of, scene_of

ROOT = Path(__file__).parents[2]
SCRIPT = ROOT / "static" / "src" / "projects" / "preview" / "ass.js"
PROGRAM = """
import { readFileSync } from "node:fs";
const { assScript } = await import(process.argv[1]);
const { timeline, settings } = JSON.parse(readFileSync(0, "utf8"));
process.stdout.write(assScript(timeline, settings));
"""
CUES = [
    {"start_time": 0.7, "end_time": 2.8, "text": "And so, my fellow"},
    {"start_time": 3.333, "end_time": 3.334, "text": "too short to be seen"},
    {"start_time": 9.5, "end_time": 30, "text": "past\u2028the {end}"},
]
TEXTS: list[dict[str, Any]] = [
    {"text": "Plain", "start_time": 0.04, "end_time": 4},
    {
        "text": "{\\b1} \\N tab\there\r\nnext\u0007",
        "start_time": 1.001,
        "end_time": 2.002,
        "rotation": -12.5,
        "position": {"x": 0.123, "y": 0.987},
        "animation": {"fade_in": 0.75, "fade_out": 0.75},
        "style": {
            "font_family": "Montserrat",
            "font_size": 61.5,
            "color": "#12ab9f",
            "opacity": 0.5,
            "bold": True,
            "italic": True,
            "underline": True,
            "align": "right",
            "outline_color": "#ff0000",
            "outline_width": 2.5,
        },
    },
    {
        "text": "A plate hides the outline",
        "start_time": 5,
        "end_time": 8.25,
        "style": {
            "background_color": "#204060",
            "opacity": 0.9,
            "align": "left",
            "outline_color": "#ffffff",
            "outline_width": 3,
        },
    },
]
LOOK = {
    "style": {"font_size": 64, "color": "#ffee00", "background_color": None},
    "position": {"x": 0.5, "y": 0.12},
}


def in_the_browser(timeline: Timeline, settings: Settings) -> str:
    documents = {
        "timeline": timeline.model_dump(mode="json"),
        "settings": settings.model_dump(mode="json"),
    }
    done = subprocess.run(
        ["node", "--input-type=module", "--eval", PROGRAM, str(SCRIPT)],  # noqa: S607
        input=json.dumps(documents),
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    return done.stdout


@pytest.mark.parametrize("rate", [23.976, 25, 29.97])
@pytest.mark.parametrize("look", [{}, LOOK])
def test_the_preview_says_what_the_renderer_says(
    rate: float, look: dict[str, Any]
) -> None:
    timeline = Timeline.model_validate(
        {
            "clips": [{"asset": str(UUID(int=1)), "end_time": 10}],
            "text_overlays": TEXTS,
            "captions": {"burn_in": True, "cues": CUES, **look},
        }
    )
    settings = Settings.model_validate(
        {"frame_rate": rate, "resolution": {"width": 1280, "height": 720}}
    )
    rendered = whole_script(scene_of(timeline, frame_of(settings)))
    assert rendered.count("Dialogue:") == 5
    assert in_the_browser(timeline, settings) == rendered
