"""Translates phrases: Apertium offline, or an OpenAI-compatible endpoint."""

import json
import re
from collections.abc import Sequence

import httpx

from automation.engines.base import EngineError, PassingEngineError, Task
from automation.engines.catalog import Setup
from automation.engines.languages import name_of
from automation.engines.local import tools

TIMEOUT_S = 120.0
_MARKS = re.compile(r"[*@#~^$\\/\[\]{}<>|\x00-\x1f]")
_UNKNOWN = re.compile(r"[*@#](?=\w)")


def translate(texts: Sequence[str], *, task: Task, setup: Setup) -> list[str]:
    """The texts in the target language, one for one. Raises `EngineError`."""
    if not texts:
        return []
    if setup.translation_url:
        return _asked(texts, task=task, setup=setup)
    return _apertium(texts, task=task)


def _apertium(texts: Sequence[str], *, task: Task) -> list[str]:
    pair = tools.apertium_targets().get(task.target_language)
    if pair is None:
        raise EngineError(
            f"There is no offline translation into {name_of(task.target_language)}.",
            code="language_pair_unsupported",
        )
    source = task.directory / "source.txt"
    # A blank line ends what is translated together, and a full stop a sentence.
    lines = [_MARKS.sub(" ", text).strip().rstrip(".") or "-" for text in texts]
    source.write_text("".join(f"{line}.\n\n" for line in lines), encoding="utf-8")
    argv = [str(tools.required("apertium")), "-u", pair, str(source)]
    printed = tools.run(argv, task=task, timeout_s=60 + len(texts)).decode()
    found = [line.strip() for line in printed.split("\n\n") if line.strip()]
    if len(found) != len(texts):
        raise EngineError(
            "The translation has another number of lines than the original.",
            code="translation_mismatch",
        )
    return [_UNKNOWN.sub("", line).strip().rstrip(".").strip() for line in found]


def _asked(texts: Sequence[str], *, task: Task, setup: Setup) -> list[str]:
    language = name_of(task.target_language)
    body = {
        "model": setup.translation_model,
        "temperature": 0,
        "messages": [
            {
                "role": "system",
                "content": (
                    f"Translate each string of the JSON array into {language} for "
                    "dubbing: as short as the original. Answer with a JSON array of "
                    f"{len(texts)} strings and nothing else."
                ),
            },
            {"role": "user", "content": json.dumps(list(texts), ensure_ascii=False)},
        ],
    }
    headers = {}
    if setup.translation_key:
        headers["Authorization"] = f"Bearer {setup.translation_key}"
    try:
        answer = httpx.post(
            f"{setup.translation_url}/chat/completions",
            json=body,
            headers=headers,
            timeout=TIMEOUT_S,
        )
        answer.raise_for_status()
        content = answer.json()["choices"][0]["message"]["content"]
        found = json.loads(content[content.index("[") : content.rindex("]") + 1])
    except httpx.HTTPError as error:
        raise PassingEngineError(
            "The translation service does not answer.", code="translation_unavailable"
        ) from error
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise PassingEngineError(
            "The translation service answered with something else.",
            code="translation_unreadable",
        ) from error
    if len(found) != len(texts) or not all(isinstance(each, str) for each in found):
        raise PassingEngineError(
            "The translation has another number of lines than the original.",
            code="translation_mismatch",
        )
    return [" ".join(each.split()) for each in found]
