"""Chance that can be repeated: named streams for arrays, and a counter for each client and day in compiled loops."""

from __future__ import annotations

import math
import zlib

import numpy as np
import numpy.typing as npt

from zhike.base.compiling import compiled, compiled_part

Counter = npt.NDArray[np.uint64]
"""Shape (1,): the state of one client's dice on one day."""


def stream(seed: int, name: str, *numbers: int) -> np.random.Generator:
    """Return the generator of that name: what one part draws never shifts what another part draws."""
    return np.random.Generator(np.random.PCG64([seed, zlib.crc32(name.encode()), *numbers]))


@compiled
def scrambled(value: np.uint64) -> np.uint64:
    """Scramble 64 bits (the finaliser of SplitMix64; Steele, Lea & Flood 2014)."""
    value = (value ^ (value >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    value = (value ^ (value >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return value ^ (value >> np.uint64(31))


@compiled_part
def throw_for(dice: Counter, key: int, day: int, salt: int) -> None:
    """Set the dice of one client for one day; neither other clients nor other days have any say in them."""
    dice[0] = scrambled(
        scrambled(np.uint64(key) + np.uint64(day) * np.uint64(0x9E3779B97F4A7C15)) ^ np.uint64(salt)
    )


@compiled_part
def uniform(dice: Counter) -> float:
    """Draw from [0, 1)."""
    dice[0] += np.uint64(0x9E3779B97F4A7C15)
    return float(scrambled(dice[0]) >> np.uint64(11)) * 1.1102230246251565e-16


@compiled_part
def normal(dice: Counter) -> float:
    """Draw from the standard normal distribution (Box and Muller 1958)."""
    radius = math.sqrt(-2.0 * math.log(1.0 - uniform(dice)))
    return radius * math.cos(2.0 * math.pi * uniform(dice))


@compiled_part
def poisson(dice: Counter, mean: float) -> int:
    """Draw a count by multiplying uniforms (Knuth); meant for means below ten."""
    limit, product, count = math.exp(-mean), uniform(dice), 0
    while product > limit:
        product *= uniform(dice)
        count += 1
    return count
