"""What is done to one chunk: send it, decode what comes back, look at it, keep it."""

import hashlib
import json
import shutil
import wave
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from django.utils import timezone

from automation.documents import SpokenCue, Transcript
from automation.engines.base import Dubbed, Engine, EngineError, Spoken, Task
from automation.models import AutomationJob, DubChunk
from automation.pipeline import pcm
from automation.pipeline.commands import to_flac, to_wav
from automation.pipeline.journal import note
from automation.pipeline.ledger import ChunkLedger, reference_of
from automation.pipeline.pictures import cut_for_engine, sent_range
from automation.pipeline.sound import Line
from streamfetch.ffmpeg.errors import FFmpegError, Stopped
from streamfetch.ffmpeg.probe import MediaInfo, probe
from streamfetch.jobs.running import Run
from streamfetch.storage import keys
from streamfetch.storage.backends import media_storage
from streamfetch.subtitles import Cue

SILENT_DB = -60.0
CLIPPED = 0.999
CLIPPED_SHARE = 0.001
MAX_ANSWER_BYTES = 512 * 1024**2
PROBE_S = 60


class UnusableAnswer(EngineError):
    """What the engine returned is no sound, or nothing is to be heard in it."""

    code = "unusable_answer"


class ChunkWorker:
    """Dubs chunks of one job; used from several threads."""

    def __init__(
        self,
        run: Run[AutomationJob],
        line: Line,
        *,
        engine: Engine,
        captions: Sequence[Cue],
        should_stop: Callable[[], bool],
    ) -> None:
        self._run = run
        self._job = run.job
        self._line = line
        self._engine = engine
        self._captions = captions
        self._should_stop = should_stop

    def key_of(self, chunk: DubChunk) -> str:
        """A digest of everything that the result depends on."""
        config = self._job.config
        said = chunk.transcript.model_dump(mode="json") if chunk.is_edited else None
        parts = {
            "sound": chunk.audio_sha256,
            "language": chunk.language,
            "source": config.source_language,
            "engine": self._engine.capabilities.name,
            "version": self._engine.VERSION,
            "speakers": config.num_speakers,
            "watermark": config.use_watermark,
            "take": chunk.take,
            "said": said,
        }
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    def is_done(self, chunk: DubChunk) -> bool:
        """Whether the chunk needs nothing more: its result fits and is there."""
        if chunk.state == DubChunk.State.FAILED:
            return True
        if chunk.state != DubChunk.State.COMPLETE:
            return False
        return chunk.output_for == self.key_of(chunk) and bool(
            chunk.output_key and media_storage().head(chunk.output_key)
        )

    def is_charged(self, chunk: DubChunk) -> bool:
        """Whether the engine is known to have taken this very work already."""
        attempt = chunk.attempt
        chunk.key = self.key_of(chunk)
        return bool(
            attempt and attempt.reference == reference_of(chunk) and attempt.remote_id
        )

    def adopt(self, chunk: DubChunk) -> bool:
        """Take a result that is stored already: the answer got lost, not the work."""
        key = self.key_of(chunk)
        stored = keys.dub_file(self._job.pk, "dub", key, "flac")
        if media_storage().head(stored) is None:
            return False
        self._complete(chunk, key=key, stored=stored)
        return True

    def dub(
        self, chunk: DubChunk, *, cost_usd: float, on_change: Callable[[], None]
    ) -> None:
        """Have the chunk dubbed and keep the result.

        Raises `EngineError`, `EngineStopped`, and what FFmpeg raises.
        """
        key = self.key_of(chunk)
        chunk.change(
            state=DubChunk.State.UPLOADING,
            key=key,
            started_at=timezone.now(),
            completed_at=None,
        )
        on_change()
        folder = self._run.workspace / f"chunk-{chunk.pk.hex}"
        folder.mkdir(exist_ok=True)
        try:
            ledger = ChunkLedger(chunk, cost_usd=cost_usd, on_change=on_change)
            task = self._task(chunk, ledger, folder)
            dubbed = self._engine.dub(task)
            chunk.change(state=DubChunk.State.PROCESSING)
            try:
                stored, flags = self._keep(chunk, task, dubbed, key=key)
            except UnusableAnswer:
                ledger.abandoned()
                raise
            self._complete(
                chunk, key=key, stored=stored, flags=flags, said=dubbed.transcript
            )
            note(
                self._job,
                f"Chunk {chunk.index + 1} ({chunk.language}) is dubbed",
                flags=" ".join(flags),
            )
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _task(self, chunk: DubChunk, ledger: ChunkLedger, folder: Path) -> Task:
        start, end = sent_range(self._job, self._line, chunk)
        audio = folder / "chunk.wav"
        pcm.copy(self._line.sound, audio, start=start, end=end)
        video = None
        if self._job.config.use_watermark and not ledger.remote_id:
            video = folder / "chunk.mp4"
            cut_for_engine(self._run, self._line, audio, video, start=start)
        work = folder / "work"
        work.mkdir(exist_ok=True)
        edited = chunk.transcript.cues if chunk.is_edited else []
        lead_ms = (chunk.start_sample - start) / 48
        return Task(
            audio=audio,
            sample_count=end - start,
            channels=self._line.channels,
            source_language=self._job.config.source_language,
            target_language=chunk.language,
            directory=work,
            ledger=ledger,
            should_stop=self._should_stop,
            tell=lambda level, text: note(self._job, text, level=level),
            captions=_within(self._captions, start / 48, end / 48),
            transcript=[_spoken(cue, lead_ms) for cue in edited],
            num_speakers=self._job.config.num_speakers,
            use_watermark=self._job.config.use_watermark,
            video=video,
        )

    def _keep(
        self, chunk: DubChunk, task: Task, dubbed: Dubbed, *, key: str
    ) -> tuple[str, list[str]]:
        wav = task.directory.parent / "dubbed.wav"
        info = self._decode(dubbed.path, wav)
        flags = self._look_at(wav, task)
        packed = task.directory.parent / "dubbed.flac"
        to_flac(wav, packed, workspace=self._run.workspace.path)
        stored = keys.dub_file(self._job.pk, "dub", key, "flac")
        if task.use_watermark:
            if info.video is None or info.container != "mov":
                raise UnusableAnswer(
                    "The engine returned no picture. Turn the watermark off, or retry."
                )
            picture = keys.dub_file(self._job.pk, "picture", key, "mp4")
            media_storage().save_file(dubbed.path, picture, consume=True)
        # Last: what has its sound is taken as complete.
        media_storage().save_file(packed, stored, consume=True)
        return stored, flags

    def _decode(self, source: Path, target: Path) -> MediaInfo:
        """Raises `UnusableAnswer` for what is no sound."""
        try:
            if source.stat().st_size > MAX_ANSWER_BYTES:
                raise UnusableAnswer(
                    "The engine returned a file that is far too large."
                )
            info = probe(source, timeout_s=PROBE_S)
            if info.audio is None:
                raise UnusableAnswer("The engine returned a file without sound.")
            to_wav(
                source,
                target,
                demuxer=info.container,
                channels=self._line.channels,
                workspace=self._run.workspace.path,
            )
            return info
        except Stopped:
            raise
        except (FFmpegError, FileNotFoundError) as error:
            raise UnusableAnswer(
                "The engine returned something that is no sound. The original is kept "
                "for now; retry the failed chunks."
            ) from error

    def _look_at(self, wav: Path, task: Task) -> list[str]:
        """What is remarkable about a result. Raises `UnusableAnswer`."""
        flags = []
        try:
            peak, clipped = _peak(wav)
            was, _clipped = _peak(task.audio)
            with pcm.Reader(wav) as reader:
                count = reader.sample_count
        except wave.Error as error:
            raise UnusableAnswer("The engine returned an empty sound.") from error
        if peak < SILENT_DB and was >= SILENT_DB:
            raise UnusableAnswer(
                "The engine returned silence. The original is kept for now; retry the "
                "failed chunks.",
                code="silent_answer",
            )
        if clipped > CLIPPED_SHARE:
            flags.append("clipped")
        share = count / max(1, task.sample_count)
        if share > 1.15:
            flags.append("overrun")
        elif share < 0.85:
            flags.append("short")
        return flags

    def _complete(
        self,
        chunk: DubChunk,
        *,
        key: str,
        stored: str,
        flags: Sequence[str] = (),
        said: Sequence[Spoken] = (),
    ) -> None:
        changes: dict[str, object] = {}
        # A key is also of what a person wrote: that must stay as it is.
        if said and not chunk.is_edited:
            lead_ms = 0.0
            if self._job.plan is not None:
                start, _end = sent_range(self._job, self._line, chunk)
                lead_ms = (chunk.start_sample - start) / 48
            length_ms = (chunk.end_sample - chunk.start_sample) / 48
            cues = [_cue(each, lead_ms, length_ms) for each in said]
            changes["transcript"] = Transcript(cues=[cue for cue in cues if cue])
        chunk.change(
            state=DubChunk.State.COMPLETE,
            key=key,
            output_key=stored,
            output_for=key,
            flags=" ".join(flags),
            error=None,
            completed_at=timezone.now(),
            **changes,
        )


def _within(cues: Sequence[Cue], start_ms: float, end_ms: float) -> list[Cue]:
    """Captions that begin in a stretch, timed from its start."""
    return [
        Cue(
            start_ms=round(cue.start_ms - start_ms),
            end_ms=round(min(cue.end_ms, end_ms) - start_ms),
            text=cue.text,
        )
        for cue in cues
        if start_ms <= cue.start_ms < end_ms
    ]


def _spoken(cue: SpokenCue, lead_ms: float) -> Spoken:
    return Spoken(
        start_ms=round(cue.start_ms + lead_ms),
        end_ms=round(cue.end_ms + lead_ms),
        source=cue.source,
        target=cue.target,
    )


def _cue(spoken: Spoken, lead_ms: float, length_ms: float) -> SpokenCue | None:
    start = max(0, round(spoken.start_ms - lead_ms))
    end = min(round(length_ms), round(spoken.end_ms - lead_ms))
    if end <= start:
        return None
    return SpokenCue(
        start_ms=start,
        end_ms=end,
        source=spoken.source[:2_000],
        target=spoken.target[:2_000],
    )


def _peak(path: Path) -> tuple[float, float]:
    """The loudest sample in dBFS, and the share of samples at full scale."""
    peak, clipped, count = 0.0, 0, 0
    with pcm.Reader(path) as reader:
        for block in reader.blocks():
            amplitude = np.abs(block)
            peak = max(peak, float(amplitude.max(initial=0.0)))
            clipped += int((amplitude >= CLIPPED).sum())
            count += amplitude.size
    return 20 * float(np.log10(max(peak, 1e-6))), clipped / max(1, count)
