"""Lays a voice over the original, which steps back while it speaks."""

import numpy as np

RATE = 48_000
HOP = 480
DUCKED_DB = -16.0
ATTACK_HOPS, RELEASE_HOPS = 4, 30
SPEAKS = 0.005
VOICE_OVER_DB = 0.0
PEAK = 0.9


def over(original: np.ndarray, voice: np.ndarray) -> np.ndarray:
    """`original` (rows of samples) with mono `voice` over it, as long as it is.

    The voice gets the level that the original has where it speaks.
    """
    hops = -(-len(voice) // HOP)
    padded = np.pad(np.abs(voice), (0, hops * HOP - len(voice)))
    speaks = padded.reshape(hops, HOP).max(axis=1) > SPEAKS
    if not speaks.any():
        return original
    louder = _level(voice, speaks)
    theirs = _level(original.mean(axis=1), speaks)
    gain = (theirs / louder if theirs > 1e-4 else 0.1 / louder) * 10 ** (
        VOICE_OVER_DB / 20
    )
    held = np.convolve(speaks, np.ones(RELEASE_HOPS), "full")[: len(speaks)] > 0
    held |= (
        np.convolve(speaks[::-1], np.ones(ATTACK_HOPS), "full")[: len(speaks)][::-1] > 0
    )
    duck = np.where(held, 10 ** (DUCKED_DB / 20), 1.0)
    smooth = np.convolve(np.pad(duck, 5, mode="edge"), np.ones(11) / 11, "valid")
    curve = np.interp(
        np.arange(len(voice)), np.arange(hops) * HOP + HOP / 2, smooth
    ).astype(np.float32)
    mixed = original * curve[:, None] + (voice * gain)[:, None]
    peak = float(np.abs(mixed).max(initial=0.0))
    return mixed * (PEAK / peak) if peak > PEAK else mixed


def _level(mono: np.ndarray, speaks: np.ndarray) -> float:
    """RMS of the hops in which the voice speaks."""
    hops = len(speaks)
    padded = np.pad(mono, (0, hops * HOP - len(mono)))
    power = np.square(padded.reshape(hops, HOP)).mean(axis=1)
    return float(np.sqrt(max(1e-10, power[speaks].mean())))
