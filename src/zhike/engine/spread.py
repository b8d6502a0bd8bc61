"""Where independent tasks are done: the one surface that processes of this machine and a cluster have in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Spread(Protocol):
    """Does tasks that don't depend on one another, here or elsewhere. Use it as a context manager.

    Function, items and results travel: they are to be picklable, and to name only folders that every place sees. A task
    may be done again where its machine was lost: what it writes is to be whole and the same each time.
    """

    def __enter__(self) -> Self:
        """Return the workers themselves."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop what is at work, whatever happened."""
        ...

    def warm(self, size: int) -> None:
        """Get ready, where `size` bytes of work are worth it."""
        ...

    def spread(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """Yield what `function` makes of each item, in order; an error of a task is raised as it was there."""
        ...
