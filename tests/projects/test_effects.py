"""The list of effects is complete and consistent."""

import json

from projects.timeline.effects import (
    EFFECT_TYPES,
    KINDS,
    described,
    problems_of,
    values_of,
)


def test_every_effect_has_parameters_whose_defaults_are_allowed() -> None:
    assert tuple(KINDS) == EFFECT_TYPES
    for kind in EFFECT_TYPES:
        values = values_of(kind, {})
        assert values
        assert problems_of(kind, values) == []


def test_bounds_are_in_and_what_is_past_them_is_out() -> None:
    assert problems_of("blur", {"radius": 50}) == []
    for wrong in (50.001, -0.001, float("nan"), float("inf"), "8"):
        (problem,) = problems_of("blur", {"radius": wrong})
        assert problem.parameter == "radius"
        assert "0 to 50" in problem.message
    for wrong in ("#12345", "green", 7.0):
        assert problems_of("chroma_key", {"color": wrong})


def test_what_is_left_out_has_its_default() -> None:
    assert values_of("chroma_key", {"similarity": 0.5}) == {
        "color": "#00ff00",
        "similarity": 0.5,
        "blend": 0.1,
    }


def test_the_editor_gets_the_same_list() -> None:
    told = json.loads(json.dumps(described()))
    assert [entry["type"] for entry in told] == list(EFFECT_TYPES)
    assert told[5]["parameters"] == [
        {"name": "radius", "minimum": 0, "maximum": 50, "default": 8, "kind": "number"}
    ]
