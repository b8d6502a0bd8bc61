"""What a panel's judgements make of its draft: the document that would be published, and what still stands in its way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

from zhike.base.errors import UsageError
from zhike.base.text import Said, say
from zhike_desk.records.models import Panel
from zhike_desk.records.queries import ahp, value_models
from zhike_desk.records.valuing import drafting, judged
from zhike_desk.records.valuing.drafting import Matrix, Node


@dataclass(frozen=True, slots=True)
class Draft:
    """A document and the keys of the nodes that are judged anew in it; `obstacles`: why it can't be published as it is."""

    text: str
    judged: tuple[str, ...]
    obstacles: tuple[Said, ...]

    @property
    def digest(self) -> str:
        """Return the hash of the document, whatever it will be called: two drafts of the same words have the same."""
        return sha256(
            re.sub(r"^version = .*$", "", self.text, count=1, flags=re.MULTILINE).encode()
        ).hexdigest()


def draft(panel: int, version: str) -> Draft:
    """Return what a panel's joint judgements make of its base: nodes nobody judged stay as they were."""
    found = Panel.objects.get(pk=panel)
    made = of(ahp.judgements_of(found), dict(found.experts.values_list("id", "weight")), version)
    return made if made.obstacles else Draft(made.text, made.judged, _unreadable(made.text))


def of(heard: ahp.Heard, weights: Mapping[int, float], version: str) -> Draft:
    """Return the draft that judgements make, with the experts' weights by number; whether it can be read is for `draft` to tell."""
    document, entries = heard.document, heard.matrices()
    nodes = drafting.nodes_of(document)
    joined = {node.key: ahp.together(entries, weights, node.key) for node in nodes}
    matrices = {key: matrix for key, matrix in joined.items() if matrix is not None}
    obstacles = [o for node in nodes if node.key in matrices for o in _obstacles(node, matrices[node.key])]
    if not matrices:
        obstacles.append(say("还没有任何有话语权的判断。", "Nobody with a weight has judged anything yet."))
    if obstacles:
        return Draft(document, tuple(matrices), tuple(obstacles))
    text = drafting.toml(drafting.with_judgements(drafting.tree(document), version, matrices))
    return Draft(text, tuple(matrices), ())


def _obstacles(node: Node, matrix: Matrix) -> list[Said]:
    found = judged.judged(matrix, advise=False)
    if found.weights is None:
        return [
            say(
                f"“{node.label.zh}”还差 {found.needed} 对判断才能连成整体。",
                f"'{node.label.en}' needs {found.needed} more judgements to connect its criteria.",
            )
        ]
    if found.acceptable:
        return []
    ratio = f"{found.ratio:.3f}" if found.ratio is not None else "–"
    return [
        say(
            f"“{node.label.zh}”的合议判断自相矛盾：CR {ratio}，上限 {found.most:.2f}。",
            f"The joint judgements of '{node.label.en}' contradict each other: CR {ratio}, at most {found.most:.2f}.",
        )
    ]


def _unreadable(text: str) -> tuple[Said, ...]:
    try:
        drafting.model(text)
    except UsageError as error:
        return (error.what,)
    return ()


def next_version(kind: str) -> str:
    """Propose the name of the next version: `individual-3` after `individual-2`."""
    found = [re.fullmatch(rf"{re.escape(kind)}-(\d+)", name) for name in value_models.names()]
    return f"{kind}-{max([int(m.group(1)) for m in found if m], default=0) + 1}"
