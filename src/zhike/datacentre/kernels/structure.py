"""The structure of a text: lines, quotes, encoding, places to cut it. Counted independently of any parser."""

from __future__ import annotations

import numpy as np

from zhike.base.compiling import Bytes, Ints, compiled

# The facts that `Structure` keeps while it reads a text chunk by chunk; see `survey`.
LINES, QUOTES, NULS, HIGH, BAD_UTF8, LINE, LONGEST, PENDING, LOW, UPPER, START, RECENT, SUSPECT = range(13)
FACTS = 13


_ONES = np.uint64(0x0101010101010101)
_HIGHS = np.uint64(0x8080808080808080)
_NEWLINES = np.uint64(0x0A0A0A0A0A0A0A0A)
_MARKS = np.uint64(0x2222222222222222)


@compiled
def _dull(word: np.uint64) -> bool:
    """Tell whether 8 bytes hold no byte >= 0x80, no line end, no quote and no NUL (the classic zero-byte test)."""
    a, b = word ^ _NEWLINES, word ^ _MARKS
    zeros = ((word - _ONES) & ~word) | ((a - _ONES) & ~a) | ((b - _ONES) & ~b)
    return bool(((zeros | word) & _HIGHS) == np.uint64(0))


@compiled
def survey(chunk: Bytes, facts: Ints, target: int, cuts: Ints) -> int:
    """Read on through a text: count line ends, quotes, NULs, check UTF-8, note the longest line, propose cuts.

    `facts` (int64, FACTS long) carries the state from chunk to chunk. A *cut* is the byte offset just behind a line end
    that lies outside quotes, `target` bytes or more behind the cut before: there the text can be taken apart.
    `cuts` receives pairs (offset, lines so far); the number of pairs written is returned.
    """
    n_cuts, base, last_cut, n = 0, facts[START], cuts[0], len(chunk)
    words = chunk[: n // 8 * 8].view(np.uint64)
    lines, quotes, began = facts[LINES], facts[QUOTES], -facts[LINE]  # where the line began, in this chunk
    i = 0
    while i < n:
        if i % 8 == 0 and facts[PENDING] == 0:
            while i // 8 < len(words) and _dull(words[i // 8]):
                i += 8
            if i >= n:
                break
        c = chunk[i]
        if c >= 0x80 or facts[PENDING] > 0:
            i = _beyond_ascii(chunk, i, facts)
            continue
        i += 1
        if c == 0x22:
            quotes += 1
        elif c == 0:
            facts[NULS] += 1
        elif c == 0x0A:
            lines += 1
            facts[LONGEST] = max(facts[LONGEST], i - 1 - began)
            began = i
            if quotes % 2 == 0 and base + i - last_cut >= target and n_cuts * 2 + 3 < len(cuts):
                last_cut = base + i
                n_cuts += 1
                cuts[n_cuts * 2] = last_cut
                cuts[n_cuts * 2 + 1] = lines
    facts[LINES], facts[QUOTES], facts[LINE], facts[START] = lines, quotes, n - began, base + n
    facts[RECENT] = _before(chunk, n, facts[RECENT])
    return n_cuts


@compiled
def _beyond_ascii(chunk: Bytes, i: int, facts: Ints) -> int:
    """Read on through bytes >= 0x80 (and see an unfinished sequence off); return where they end."""
    if chunk[i] < 0x80:
        facts[BAD_UTF8] += 1
        facts[PENDING] = 0
        return i
    recent = _before(chunk, i, facts[RECENT])
    while i < len(chunk) and chunk[i] >= 0x80:
        c = chunk[i]
        recent = (recent << 8) | c
        if _looks_spoilt(recent):
            facts[SUSPECT] += 1
        _utf8_step(c, facts)
        facts[HIGH] += 1
        i += 1
    return i


@compiled
def _before(chunk: Bytes, i: int, earlier: int) -> int:
    """Return (as one number) the three bytes before byte i of a chunk; `earlier`: those before the chunk."""
    recent = earlier
    for j in range(max(0, i - 3), i):
        recent = (recent << 8) | chunk[j]
    return recent & 0xFFFFFF


@compiled
def _looks_spoilt(recent: int) -> bool:
    """Tell whether the latest bytes may be U+FFFD, 锟斤拷 or 烫烫, in UTF-8 or in GB18030; whoever cares looks closer."""
    three = recent & 0xFFFFFF
    if three in (0xEFBFBD, 0xE9949F, 0xE783AB):
        return True
    return (recent & 0xFFFFFFFF) == 0xCCCCCCCC or three == 0x8431A4


@compiled
def _utf8_step(c: int, facts: Ints) -> None:
    """Take one byte >= 0x80 through the UTF-8 automaton (RFC 3629: no overlong forms, no surrogates)."""
    if facts[PENDING] > 0:
        if c < facts[LOW] or c > facts[UPPER]:
            facts[BAD_UTF8] += 1
            facts[PENDING] = 0
        else:
            facts[PENDING] -= 1
            facts[LOW] = 0x80
            facts[UPPER] = 0xBF
        return
    facts[LOW] = 0x80
    facts[UPPER] = 0xBF
    if 0xC2 <= c <= 0xDF:
        facts[PENDING] = 1
    elif 0xE0 <= c <= 0xEF:
        facts[PENDING] = 2
        if c == 0xE0:
            facts[LOW] = 0xA0
        elif c == 0xED:
            facts[UPPER] = 0x9F
    elif 0xF0 <= c <= 0xF4:
        facts[PENDING] = 3
        if c == 0xF0:
            facts[LOW] = 0x90
        elif c == 0xF4:
            facts[UPPER] = 0x8F
    else:
        facts[BAD_UTF8] += 1


@compiled
def record_lines(chunk: Bytes, first_line: int) -> Ints:
    """Return the line on which each record of a quoted text starts; a line end inside quotes ends no record."""
    starts = np.empty(np.count_nonzero(chunk == 0x0A) + 1, np.int64)
    n, line = 0, first_line
    quoted = False
    fresh = True
    for i in range(len(chunk)):
        if fresh:
            starts[n] = line
            n += 1
            fresh = False
        if chunk[i] == 0x22:
            quoted = not quoted
        elif chunk[i] == 0x0A:
            line += 1
            fresh = not quoted
    return starts[:n]
