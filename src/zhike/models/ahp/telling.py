"""What was found, in sentences."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from zhike.base.text import Said, say
from zhike.models.ahp.consistency import Consistency, Mend
from zhike.models.ahp.groups import Consensus, GroupSettings, Spread, SubGroups
from zhike.models.ahp.voices import Group, Voice

_LISTED = 10  # names that a sentence holds; the JSON has everybody
_SAME = 1e-9


def value(judged: float) -> str:
    """Return a judgement as people write it: 3, 1/3, 1/2.18."""
    return f"{judged:.3g}" if judged >= 1 - _SAME else f"1/{1 / judged:.3g}"


def verdict(found: Consistency) -> Said:
    """Say whether judgements are consistent enough, with CR and the name of its table."""
    if found.ratio is None:
        zh, en = f"没有 CR（{found.random_index}）；", f"No CR ({found.random_index}); "
        zh += f"GCI = {found.gci:.4f}，界限 {found.most_gci:g}："
        en += f"GCI = {found.gci:.4f}, limit {found.most_gci:g}: "
    else:
        zh = f"CR = {found.ratio:.4f}（{found.random_index}），界限 {found.most_cr:g}："
        en = f"CR = {found.ratio:.4f} ({found.random_index}), limit {found.most_cr:g}: "
    if found.acceptable:
        return say(zh + "判断一致，可以采用。", en + "consistent enough.")
    return say(
        zh + "判断自相矛盾，请看下面的建议。", en + "the judgements contradict each other; see the advice."
    )


def mend(items: Sequence[str], found: Mend) -> Said:
    """Say what would mend a pair, and what CR it would give. The pair is named so that what is advised is at least 1."""
    i, j, given, said, scale = found.i, found.j, found.given, found.consistent, found.scale
    if said < 1:
        i, j, given, said, scale = j, i, 1 / given, 1 / said, 1 / scale
    a, b = items[i], items[j]
    zh = f"“{a}”对“{b}”判为 {value(given)}，其余判断说的是 {value(said)}"
    en = f"'{a}' over '{b}' was judged {value(given)}; the other judgements say {value(said)}"
    if found.nearest:
        return say(f"{zh}；标度上最近的值就是它。", f"{en}; on the scale nothing is nearer.")
    cr = "" if found.scale_ratio is None else f"{found.scale_ratio:.4f}"
    zh += f"；改为 {value(scale)}" + (f" 则 CR = {cr}。" if cr else "。")
    en += f"; {value(scale)} instead" + (f" would give CR = {cr}." if cr else ".")
    return say(zh, en)


def agreement(found: Consensus, settings: GroupSettings | None = None) -> Said | None:
    """Say how far a group agrees, in Goepel's words; None where there is nothing to agree about."""
    if found.index is None:
        return None
    words = (settings or GroupSettings()).levels
    zh, en = next((zh, en) for low, zh, en in words if found.index >= low)
    return say(f"共识度 S* = {found.index:.1%}：{zh}。", f"Consensus S* = {found.index:.1%}: {en}.")


def differing(items: Sequence[str], found: Spread) -> Said:
    """Say how far a pair's judgements lie apart, and who holds the ends."""
    a, b = items[found.i], items[found.j]
    zh = (
        f"“{a}”对“{b}”：从 {value(found.lowest)}（{found.lowest_by}）到 {value(found.highest)}（{found.highest_by}），"
        f"合为 {value(found.group)}"
    )
    en = (
        f"'{a}' over '{b}': from {value(found.lowest)} ({found.lowest_by}) to {value(found.highest)} ({found.highest_by}), "
        f"joined {value(found.group)}"
    )
    return say(
        zh + ("，方向相反。" if found.opposed else "。"), en + (", opposed." if found.opposed else ".")
    )


def parted(voices: Sequence[Voice], found: SubGroups) -> Said | None:
    """Say who thinks alike, None where nothing speaks for more than one group."""
    if found.silhouette is None:
        return None
    groups = [[voices[m].name for m in g.members] for g in found.groups]
    return say(
        f"专家分为 {len(groups)} 组（轮廓系数 {found.silhouette:.2f}）：{'；'.join('、'.join(g) for g in groups)}。",
        f"The experts fall into {len(groups)} groups (silhouette {found.silhouette:.2f}): {'; '.join(', '.join(g) for g in groups)}.",
    )


def contradictory(voices: Sequence[Voice]) -> Said | None:
    """Say who contradicts himself, None where nobody does."""
    named = [(v.name, v.consistency.ratio) for v in voices if v.consistency is not None]
    if not named:
        return None
    worst = sorted(named, key=lambda v: -(v[1] or 0.0))[:_LISTED]
    shown = "、".join(f"{name}（{cr:.3f}）" if cr is not None else name for name, cr in worst)
    plain = ", ".join(f"{name} ({cr:.3f})" if cr is not None else name for name, cr in worst)
    if len(named) > _LISTED:
        return say(
            f"自相矛盾较大的专家 {len(named)} 位（仍计入），CR 最大的：{shown}。",
            f"{len(named)} experts contradict themselves (counted all the same), most of all: {plain}.",
        )
    return say(
        f"自相矛盾较大的专家（仍计入）：{shown}。",
        f"Experts who contradict themselves (counted all the same): {plain}.",
    )


def unheard(voices: Sequence[Voice]) -> Said | None:
    """Say whose comparisons don't reach all items, None where everybody's do."""
    if not voices:
        return None
    names = [v.name for v in voices]
    return say(
        f"比较未连通全部项的专家（只计入合并判断）：{'、'.join(names)}。",
        f"Experts whose comparisons don't reach all items (in the joint judgements only): {', '.join(names)}.",
    )


def without_say(voices: Sequence[Voice]) -> Said | None:
    """Say who has no say, None where everybody has one."""
    if not voices:
        return None
    names = [v.name for v in voices]
    return say(
        f"话语权为 0 的专家（只列出，不计入）：{'、'.join(names)}。",
        f"Experts of weight 0 (reported, not counted): {', '.join(names)}.",
    )


def group(found: Group) -> Iterator[Said]:
    """Say of a group how far it agrees, who contradicts himself, who isn't heard alone, and who thinks alike."""
    sentences = (
        agreement(found.consensus) if found.consensus is not None else None,
        contradictory(found.inconsistent),
        unheard(found.unheard),
        without_say(found.without_say),
        parted(found.voices, found.sub_groups) if found.sub_groups is not None else None,
    )
    yield from (said for said in sentences if said is not None)
