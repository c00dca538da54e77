"""What the lowering refuses, and how it says so."""

import pytest

from analyses import analyse
from analyses.errors import AnalysisError, Unsupported
from analyses.model.normal import normalise
from tsvc.loops import load

HEAD = "void f(int n, real a[restrict n], const real b[restrict n])\n{\n"
BAD = {
    "recursion": (
        "static real g(real x) { return g(x); }\n" + HEAD + "for (int i = 0; i < n; i++) a[i] = g(b[i]); }",
        "calls itself",
    ),
    "unknown": (HEAD + "for (int i = 0; i < n; i++) a[i] = mystery(b[i]); }", "unknown function mystery"),
    "forever": (HEAD + "for (;;) a[0] += 1; }", "never ends"),
    "wrong way": (HEAD + "for (int i = 0; i < n; i--) a[i] = 1; }", "never ends"),
    "no step": (HEAD + "for (int i = 0; i < n; i += 0) a[i] = 1; }", "never ends"),
    "while": (HEAD + "int i = 0; while (i < n) a[i] = 1; }", "never ends"),
    "real counter": (HEAD + "for (real x = 0; x < 1; x += 0.1f) a[0] += x; }", "real number"),
}
UNSUPPORTED = {
    "backward goto": (HEAD + "int i = 0; again: a[i] = 1; i++; if (i < n) goto again; }", "backward"),
    "two bases": (
        HEAD + "const real *p = a; for (int i = 0; i < n; i++) { p = b; a[i] = p[i]; } }",
        "pointer",
    ),
    "struct": (HEAD + "struct { int x; } s; a[0] = 1; }", "type"),
    "effect": (HEAD + "int i = 0; if (a[0] > 0 || i++ > 0) a[0] = 1; }", "side effect"),
}


@pytest.mark.parametrize("name", BAD)
def test_refuses(c_file, name):
    text, words = BAD[name]
    path = c_file(text)
    with pytest.raises(AnalysisError, match=words) as caught:
        analyse(load(path)["f"])
    assert str(caught.value).startswith(f"{path}:") and not isinstance(caught.value, Unsupported)


@pytest.mark.parametrize("name", UNSUPPORTED)
def test_unsupported_is_a_finding(c_file, name):
    text, words = UNSUPPORTED[name]
    loop = load(c_file(text))["f"]
    with pytest.raises(Unsupported, match=words):
        normalise(loop)
    (finding,) = analyse(loop)
    assert finding.kind == "unsupported" and finding.line > 0
