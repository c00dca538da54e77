"""What the scripted model answers, and a judge that believes it."""

from tsvc.verdicts import Wrong

#: Must appear nowhere but in a request's header.
KEY = "planted-key-5f1c9"


def code(name: str, mark: str = "right") -> str:
    """A file of the right form; the stub judge accepts the mark "right"."""
    return f"import triton\n\nMARK = {mark!r}\n\n\ndef {name}(a, n):\n    pass\n"


def fenced(name: str, mark: str = "right") -> str:
    return f"Here it is.\n\n```python\n{code(name, mark)}```\n"


def judge_by_mark(loop, text: str) -> dict:
    """A judge that costs nothing: right is what says so."""
    if "MARK = 'right'" not in text:
        raise Wrong(f"{loop.name}: a: 1 of 3 elements differ from the C reference\n  first   a[1]: got 0, want 2")
    return {"stub": {"cases": 1}}
