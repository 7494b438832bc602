"""Recognises English speech in a process of its own (PocketSphinx, model included).

argv: a WAV file of 16 kHz mono, and the stretches to listen to as JSON
`[[start_ms, end_ms], ...]`. Prints JSON: `[{start_ms, end_ms, text}, ...]`.
Imports nothing of the project.
"""

import json
import re
import sys
import wave
from typing import Any

RATE = 16_000
_VARIANT = re.compile(r"\(\d+\)$")


def words_in(decoder: Any, sound: bytes) -> str:
    decoder.start_utt()
    decoder.process_raw(sound, full_utt=True)
    decoder.end_utt()
    hypothesis = decoder.hyp()
    if hypothesis is None:
        return ""
    words = (_VARIANT.sub("", word) for word in hypothesis.hypstr.split())
    return " ".join(word for word in words if not word.startswith(("<", "[")))


def main() -> None:
    from pocketsphinx import Decoder

    decoder = Decoder(samprate=float(RATE), loglevel="FATAL")
    found = []
    with wave.open(sys.argv[1], "rb") as file:
        for start_ms, end_ms in json.loads(sys.argv[2]):
            file.setpos(min(file.getnframes(), start_ms * RATE // 1000))
            sound = file.readframes((end_ms - start_ms) * RATE // 1000)
            text = words_in(decoder, sound)
            if text:
                found.append({"start_ms": start_ms, "end_ms": end_ms, "text": text})
    sys.stdout.write(json.dumps(found))


if __name__ == "__main__":
    main()
