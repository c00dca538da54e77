"""Forward gotos, early returns and continues become if/else, break and flags.

Within one block the branches of an `if` that jumps are followed to the first place that both reach (the immediate
post-dominator, found by walking the acyclic control flow in textual order); code that two paths share before that
place is copied. A jump out of a loop becomes a break, with a flag unless its label follows the loop at once.
"""

from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from analyses.errors import Unsupported
from analyses.model.program import (
    Assign,
    Binary,
    Block,
    Break,
    For,
    Goto,
    If,
    Label,
    Name,
    Number,
    Stmt,
    While,
    negated,
    walk,
)

_LIMIT = 500


def structure(body: Block, path) -> tuple[Block, tuple[str, ...]]:
    """(the block without gotos and labels, names of the int flags that it needed).

    Raises Unsupported for a backward goto, a jump into a loop, and code that would grow without measure.
    """
    state = _State(path)
    return state.block(body), tuple(state.flags)


@dataclass
class _State:
    path: object
    flags: list[str] = field(default_factory=list)

    def block(self, body: Block) -> Block:
        body = tuple(part for item in self.exits(body) for part in item)
        if not any(isinstance(node, Goto | Label) for node in walk(body)):
            return body
        return _Graph(body, self.path).emit_all()

    def exits(self, body: Block, following: frozenset[str] = frozenset()) -> list[Block]:
        """The block with its loops structured; jumps out of them become breaks. One group an item.

        following: labels that stand directly behind the block.
        """
        found: list[Block] = []
        for position, node in enumerate(body):
            after = _labels_at(body, position + 1, following)
            if isinstance(node, If):
                then, orelse = (
                    tuple(p for g in self.exits(part, after) for p in g) for part in (node.then, node.orelse)
                )
                found.append((replace(node, then=then, orelse=orelse),))
            elif isinstance(node, For | While):
                found.append(self.loop(node, after))
            else:
                found.append((node,))
        return found

    def loop(self, node: For | While, after: frozenset[str]) -> Block:
        inside = {part.label for part in walk(node.body) if isinstance(part, Label)}
        flags: dict[str, str] = {}

        def leave(part: Stmt) -> Block:
            match part:
                case Goto(label, line) if label not in inside:
                    if label in after:
                        return (Break(line),)
                    name = flags.setdefault(label, f"left_for_{label}")
                    return (Assign(Name(name), Number(1), line), Break(line))
                case If(condition, then, orelse, line):
                    return (If(condition, _each(then, leave), _each(orelse, leave), line),)
            return (part,)  # an inner loop has had its turn: what it left is a jump behind it

        # Inner loops first: what leaves two loops leaves the inner one by a flag and a jump behind it.
        inner = tuple(part for group in self.exits(node.body) for part in group)
        body = self.block(_each(inner, leave))
        before = tuple(Assign(Name(flag), Number(0), node.line) for flag in flags.values())
        behind = tuple(
            If(Binary("!=", Name(flag), Number(0)), (Goto(label, node.line),), (), node.line)
            for label, flag in flags.items()
        )
        self.flags += [flag for flag in flags.values() if flag not in self.flags]
        return (*before, replace(node, body=body), *behind)


def _each(block: Block, change) -> Block:
    return tuple(part for node in block for part in change(node))


def _labels_at(body: Block, position: int, following: frozenset[str]) -> frozenset[str]:
    found = set()
    while position < len(body) and isinstance(node := body[position], Label):
        found.add(node.label)
        position += 1
    return frozenset(found) | (following if position == len(body) else frozenset())


_END = 1 << 30


class _Graph:
    """One block's statements in textual order with their successors; nested ifs that jump are opened up."""

    def __init__(self, body: Block, path):
        self.path = path
        self.nodes: list[Stmt] = []
        self.next: dict[int, int] = {}
        self.labels: dict[str, int] = {}
        self.branches: dict[int, tuple[int, int]] = {}
        self.emitted = 0
        self.start = self.lay(body, _END)

    def lay(self, body: Block, behind: int) -> int:
        """Number the statements of a block in textual order; returns the first one's number (or behind)."""
        if not body:
            return behind
        numbers, entries = [], {}
        for node in body:
            number = len(self.nodes)
            self.nodes.append(node)
            numbers.append(number)
            if isinstance(node, Label):
                self.labels[node.label] = number
            if isinstance(node, If) and _jumps(node):
                entries[number] = (self.lay(node.then, -1), self.lay(node.orelse, -1))
        for position, number in enumerate(numbers):
            last = position + 1 == len(numbers)
            after = behind if last else numbers[position + 1]
            self.next[number] = after
            if number in entries:
                then, orelse = entries[number]
                self.branches[number] = (after if then == -1 else then, after if orelse == -1 else orelse)
                self.close(range(number + 1, len(self.nodes) if last else after), after)
        return numbers[0]

    def close(self, below: range, after: int) -> None:
        """Ends of the branches below an if, laid with -1, continue behind it."""
        for inner in below:
            if self.next.get(inner) == -1:
                self.next[inner] = after
            if inner in self.branches:
                one, two = self.branches[inner]
                self.branches[inner] = (after if one == -1 else one, after if two == -1 else two)

    def successors(self, number: int) -> tuple[int, ...]:
        node = self.nodes[number]
        if number in self.branches:
            return self.branches[number]
        if isinstance(node, Goto):
            if node.label not in self.labels:
                raise Unsupported(self.path, node.line, f"goto {node.label} leads into a loop")
            target = self.labels[node.label]
            if target <= number:
                raise Unsupported(self.path, node.line, f"goto {node.label} jumps backward: write a for or while loop")
            return (target,)
        return (_END,) if isinstance(node, Break) else (self.next[number],)

    def join(self, number: int) -> int:
        """The first place that every path behind a branch reaches."""
        frontier: list[int] = []
        seen = set(self.branches[number])
        for at in seen:
            heappush(frontier, at)
        while len(frontier) > 1:
            for at in self.successors(heappop(frontier)):
                if at not in seen:
                    seen.add(at)
                    heappush(frontier, at)
        return frontier[0]

    def emit_all(self) -> Block:
        return self.emit(self.start, _END)

    def emit(self, number: int, stop: int) -> Block:
        found: list[Stmt] = []
        while number != stop:
            node = self.nodes[number]
            self.emitted += 1
            if self.emitted > _LIMIT:
                raise Unsupported(self.path, node.line, "these gotos cross too often to be written as if/else")
            if number in self.branches and isinstance(node, If):
                join = self.join(number)
                then, orelse = (self.emit(at, join) for at in self.branches[number])
                if then or orelse:
                    found.append(_if(node.condition, then, orelse, node.line))
                number = join
                continue
            if not isinstance(node, Goto | Label):
                found.append(node)
            if isinstance(node, Break):
                break
            number = self.successors(number)[0]
        return tuple(found)


def _jumps(node: Stmt) -> bool:
    return any(isinstance(part, Goto | Label) for part in walk(node))


def _if(condition, then: Block, orelse: Block, line: int) -> If:
    return If(condition, then, orelse, line) if then else If(negated(condition), orelse, (), line)
