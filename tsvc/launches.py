"""Launches of a call on the GPU, counted, left out or made to fail. Imported by the child alone.

The interpreter's own are counted by tsvc.interpreter.
"""

import contextlib
import math
from collections.abc import Iterator

from triton.compiler import CompiledKernel
from triton.runtime.errors import OutOfResources
from triton.runtime.jit import JITFunction

from tsvc.blindness import Blindness, tensors_in
from tsvc.kept import Kept


class Launches:
    """Counts launches while watching.

    launches: how many; programs: the most that one of them had; inside: one is going on.
    tampered: what of Triton the kernel replaced meanwhile, or "".
    """

    def __init__(self) -> None:
        self.launches, self.programs, self.inside, self.tampered = 0, 0, False, ""
        self.ablation: str | None = None
        self.blindness: Blindness | None = None
        self.kept = Kept()  # learns little of launches here, where no store of one is seen

    @contextlib.contextmanager
    def watching(self, ablation: str | None = None, blindness: Blindness | None = None) -> Iterator[None]:
        """Count what is launched inside, from nothing.

        ablation: "skip" leaves every launch out, "fail" lets it raise what Triton raises when memory is short.
        blindness: what launches alone may see.
        """
        self.launches, self.programs, self.inside, self.tampered = 0, 0, False, ""
        self.ablation, self.blindness = ablation, blindness
        run, subscript = JITFunction.run, CompiledKernel.__getitem__

        def observed_run(function, *args, grid, warmup, **kwargs):
            if warmup:
                return run(function, *args, grid=grid, warmup=warmup, **kwargs)
            if callable(grid):
                grid = grid({**dict(zip(function.arg_names, args, strict=False)), **kwargs})
            with self._launch(grid, (args, kwargs)) as is_due:
                return run(function, *args, grid=grid, warmup=warmup, **kwargs) if is_due else None

        def observed_subscript(compiled, grid):
            launch = subscript(compiled, grid)

            def observed_launch(*args, **kwargs):
                with self._launch(grid, (args, kwargs)) as is_due:
                    return launch(*args, **kwargs) if is_due else None

            return observed_launch

        JITFunction.run, CompiledKernel.__getitem__ = observed_run, observed_subscript
        try:
            yield
        finally:
            if (JITFunction.run, CompiledKernel.__getitem__) != (observed_run, observed_subscript):
                self.tampered = "JITFunction.run"
            JITFunction.run, CompiledKernel.__getitem__ = run, subscript

    def torch_wrote(self, tensor, source) -> None:
        """What torch writes between launches says nothing here, where no store of a launch is seen."""

    @contextlib.contextmanager
    def _launch(self, grid, given) -> Iterator[bool]:
        self.launches += 1
        self.programs = max(self.programs, math.prod(grid))
        if self.ablation == "fail":
            raise OutOfResources(1 << 20, 0, "shared memory")
        before, self.inside = self.inside, True
        blindness = None if before else self.blindness
        try:
            with blindness.lifted(tensors_in(given)) if blindness else contextlib.nullcontext():
                yield self.ablation != "skip"
        finally:
            self.inside = before
            if not self.kept.has_data:
                for tensor in tensors_in(given):
                    self.kept.mark(tensor)
