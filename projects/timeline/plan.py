"""What a render will do with every span, and what it cost in the end. Pure."""

from typing import Literal

from pydantic import BaseModel

from projects.timeline.spans import digest_of

Treatment = Literal["copy", "cached", "encode"]


class PlannedSpan(BaseModel):
    """Frames [first, last) and what is done with them.

    `digest` names what is encoded; of a copy it is empty, and `source_first` is the
    frame of the source that comes first.
    """

    first: int
    last: int
    treatment: Treatment
    reason: str
    digest: str = ""
    cost: float = 1.0
    source: str = ""
    source_first: int = 0

    @property
    def frames(self) -> int:
        return self.last - self.first

    @property
    def piece(self) -> str:
        """The digest under which it can be watched once it is there."""
        return self.digest or digest_of(
            "copy", self.source, self.source_first, self.frames
        )


class RenderPlan(BaseModel):
    """All spans in order, and the digest of the sound ("" for none)."""

    first: int
    last: int
    rate: str
    spans: list[PlannedSpan]
    sound: str = ""

    @property
    def frames(self) -> int:
        return self.last - self.first

    def share(self, treatment: Treatment) -> float:
        frames = sum(s.frames for s in self.spans if s.treatment == treatment)
        return frames / self.frames if self.frames else 0.0

    def digests(self) -> list[str]:
        """Of everything that is taken from the cache in the end, each once."""
        found = [span.digest for span in self.spans if span.digest]
        return list(dict.fromkeys([self.sound, *found] if self.sound else found))


class RenderCost(BaseModel):
    """`cpu_s` is what FFmpeg took on all workers, `wall_s` what the person waited."""

    cpu_s: float = 0.0
    wall_s: float = 0.0
    copied_frames: int = 0
    cached_frames: int = 0
    encoded_frames: int = 0
