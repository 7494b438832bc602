"""The program of every task: `main.py TASK CONFIG`, run by `pipeline.child`."""

import importlib
import json
import sys
from pathlib import Path
from typing import Any

TASKS = {
    "normalise": "normalising",
    "thumbnails": "thumbnails",
    "unlock": "unlocking",
    "picture": "picturing",
    "export": "exporting",
    "verify": "verifying",
    "arrange": "arranging",
    "count": "counting",
    "fields": "filling",
}


def main() -> None:
    task, config_path = sys.argv[1:3]
    sys.path.insert(0, str(Path(__file__).resolve().parents[3]))
    from pdfeditor.pipeline.children.refusing import Refused

    config: dict[str, Any] = json.loads(Path(config_path).read_bytes())
    module = importlib.import_module(f"pdfeditor.pipeline.children.{TASKS[task]}")
    try:
        answer = {"result": module.run(config)}
    except Refused as refused:
        answer = {"refused": {"code": refused.code, "detail": refused.detail}}
    except (MemoryError, RecursionError):
        answer = {"refused": {"code": "too_complex"}}
    Path(config["answer"]).write_text(json.dumps(answer), "utf-8")


if __name__ == "__main__":
    main()
