"""The poster of a PDF: the top of its first page, drawn in a confined process."""

import json
import logging
import os
import sys
from functools import cache
from pathlib import Path

from streamfetch.ffmpeg import process, sandbox
from uploads.pipeline.previews import POSTER_WIDTH

logger = logging.getLogger(__name__)

_CHILD = Path(__file__).with_name("first_page_child.py")
_PROGRAM = (sys.executable, "-I", "-B", str(_CHILD))
_MEMORY_BYTES = 1024**3
_FILE_BYTES = 16 * 1024**2
_TIMEOUT_S = 30


def draw(source: Path, directory: Path) -> tuple[Path, tuple[int, int]] | None:
    """The picture and its size in pixels; None for what PDFium cannot draw.

    Such a file may still be repaired when it is opened in the PDF editor.
    """
    target = directory / "poster.jpg"
    argv = sandbox.confined(
        [*_PROGRAM, str(source), str(target), str(POSTER_WIDTH)],
        limits=sandbox.Limits(
            memory_bytes=_MEMORY_BYTES, cpu_s=_TIMEOUT_S, file_bytes=_FILE_BYTES
        ),
        reads=[source],
        program_reads=_python_reads(),
        workspace=directory,
    )
    try:
        drawn = process.capture(
            argv, timeout_s=_TIMEOUT_S, env=sandbox.environment(home=directory)
        )
        width, height = json.loads(drawn.stdout)
    except (process.OutOfTime, ValueError) as error:
        logger.info("The first page was not drawn: %s", error)
        return None
    return target, (int(width), int(height))


@cache
def _python_reads() -> list[Path]:
    """What the interpreter needs in its sandbox, nothing of the project."""
    import pypdfium2

    executable = Path(os.path.realpath(sys.executable))
    packages = Path(pypdfium2.__file__).parent.parent
    return [Path(sys.prefix), Path(sys.base_prefix), packages, _CHILD, executable]
