import numpy as np
import pytest

from tsvc import LOOPS
from tsvc.csource import SourceError, parse_file
from tsvc.inputs import Case
from tsvc.loops import load
from tsvc.reference import run


@pytest.fixture
def loops(c_file):
    """loops(text) -> the loops of a file of that text, by name."""

    def one(text: str):
        path = c_file(text)
        parse_file.cache_clear()
        return load(path)

    return one


# Files as users write them: every form must run in every build.
_OWN = {
    "pointers": "void f(float *a, const float *b, int n) { for (int i = 0; i < n; i++) a[i] = 2 * b[i]; }",
    "restrict pointers": (
        "void f(int n, float *restrict a, const float *restrict b) { for (int i = 0; i < n; i++) a[i] = 2 * b[i]; }"
    ),
    "bumped pointers": "void f(int n, float *a, float *b) { for (float *p = a; n > 0; n--) *p++ = 2 * *b++; }",
    "helper": (
        "#include <math.h>\nstatic float twice(float x)\n{\n    return 2 * x;\n}\n"
        "void f(int n, real a[n], real b[n]) { for (int i = 0; i < n; i++) a[i] = twice(b[i]); }"
    ),
    "goto": (
        "void f(int n, real a[n], real b[n]) { int i = 0; again: if (i < n) { a[i] = 2 * b[i]; i++; goto again; } }"
    ),
    "alias": (
        "void f(int n, real a[n], real b[n])\n{\n    real *x = a;\n    const real *y = b;\n"
        "    for (int i = 0; i < n; i++)\n        x[i] = 2 * y[i];\n}\n"
    ),
    "names of the timing loop": (
        "/* param limit = 2 in 2..2\n * param call = 0.0 in 0..0 */\n"
        "void f(int n, int limit, real call, real a[n], real b[n])\n"
        "{ for (int i = 0; i < n; i++) a[i] = limit * b[i] + call; }"
    ),
    "a size that is changed": "void f(int n, real a[n], real b[n]) { while (n-- > 0) a[n] = 2 * b[n]; }",
    "a size that is declared anew": (
        "void f(int n, int m, real a[n], real b[n]) { for (int m = 0; m < n; m++) a[m] = 2 * b[m]; }"
    ),
    "size_t": (
        "#include <stddef.h>\n"
        "void f(int n, real a[n], real b[n]) { for (size_t i = 0; i < (size_t)n; i++) a[i] = 2 * b[i]; }"
    ),
}


@pytest.mark.parametrize("build", ["strict", "double", "contracted", "fast"])
@pytest.mark.parametrize("text", _OWN.values(), ids=list(_OWN))
def test_a_file_of_ones_own_runs_in_every_build(loops, text, build):
    loop = loops(text)["f"]
    assert {array.name: (array.role, array.extents) for array in loop.arrays} == {
        "a": ("out", ("n",)),
        "b": ("in", ("n",)),
    }
    b = np.arange(7, dtype=np.float64 if build == "double" else np.float32)
    a = np.zeros_like(b)
    run(loop, {"a": a, "b": b}, n=7, build=build)
    assert np.array_equal(a, 2 * np.arange(7))


def test_a_file_that_says_float_gets_a_double_build(loops):
    loop = loops("float f(int n, float *a) { float s = 0; for (int i = 0; i < n; i++) s += a[i]; return s; }")["f"]
    a = np.array([1, 2**-30])
    assert run(loop, {"a": a}, n=2, build="double") == 1 + 2**-30
    assert run(loop, {"a": a.astype(np.float32)}, n=2) == 1


def test_rows_of_a_2d_pointer(loops):
    loop = loops("void f(int m, float (*aa)[m]) { for (int i = 0; i < m; i++) aa[i][i] = 1; }")["f"]
    assert (loop.sizes, loop.arrays[0].extents, loop.is_2d) == (("m",), ("m", "m"), True)
    aa = np.zeros((3, 3), np.float32)
    run(loop, {"aa": aa}, m=3)
    assert np.array_equal(aa, np.eye(3))


@pytest.mark.parametrize(
    ("declared", "use", "extents"),
    [
        ("real x[n]", "x[i]", ("n",)),
        ("real *x", "x[i]", ("n",)),
        ("real x[]", "x[i]", ("n",)),
        ("real *x", "x[i * m]", ("m * m",)),
        ("real x[m * m]", "x[i]", ("m * m",)),
        ("real x[n / 2 + 1]", "x[i]", ("(n // 2) + 1",)),
        ("real x[m][m]", "x[i][0]", ("m", "m")),
        ("real x[][m]", "x[i][0]", ("m", "m")),
        ("real x[restrict m][m]", "x[i][0]", ("m", "m")),
    ],
)
def test_extents(loops, declared, use, extents):
    loop = loops(f"void f(int n, int m, {declared}) {{ for (int i = 0; i < m; i++) {use} = 1; }}")["f"]
    assert loop.arrays[0].extents == extents
    assert loop.is_2d == (len(extents) == 2 or extents == ("m * m",))


def test_what_the_signature_says(loops):
    text = "int f(const real *x, int n, int step, real t, int ip[n]) { return ip[0]; }"
    loop = loops(text)["f"]
    assert loop.signature == (("x", "array"), ("n", "size"), ("step", "int"), ("t", "real"), ("ip", "array"))
    assert [(p.name, p.kind, p.default, p.low, p.high) for p in loop.params] == [
        ("step", "int", "1", "1", "1"),
        ("t", "real", "1.0", "-2", "2"),
    ]
    assert loop.result == "int"
    assert [(a.name, a.dtype, a.low, a.high) for a in loop.arrays] == [
        ("x", "real", None, None),
        ("ip", "int", "0", "n - 1"),
    ]


def test_a_loop_without_arguments(loops):
    loop = loops("real f(void) { return 1; }")["f"]
    assert (loop.arrays, loop.signature, run(loop, {})) == ((), (), 1)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "holds no function"),
        ("static void f(int n) { }", "holds no function"),
        ("\nvoid f(int n, long k) { }", r"mine\.c:2: f: parameter 'k' has type 'long'"),
        ("void f(int n, double a[n]) { }", r"mine\.c:1: f: parameter 'a' has type 'double'; use real, int"),
        ("void f(int n, float **a) { }", "parameter 'a' is a pointer to pointers"),
        ("unsigned f(int n) { return n; }", "f: returns 'unsigned'; return real, int or nothing"),
        ("float *f(int n, float *a) { return a; }", r"f: returns 'float \*'"),
        ("\nvoid f(int n) { }\nvoid f(int n) { }", r"mine\.c:3: f is defined before, on line 2"),
        ("void f(int n, int k, real a[k]) { }", r"f: 'k': 'k' is not understood here \(known names: m, n\)"),
        ("/* requires q > 1 */\nvoid f(int n) { }", r"mine\.c:2: f: 'q > 1'"),
        ("/* requires open('x') */\nvoid f(int n) { }", "is not understood here"),
        ("/* param t = n in 0..q */\nvoid f(int n, real t) { }", "f: 'q'"),
        ("/* index ip in 0..q */\nvoid f(int n, int ip[n]) { }", "f: 'q'"),
        ("/* init a = q */\nvoid f(int n, real a[n]) { }", "f: 'q'"),
        ("/* param u = 1 in 1..2 */\nvoid f(int n, int t) { }", "the annotation `param u` names no such argument"),
        ("/* index u in 1..2 */\nvoid f(int n) { }", "the annotation `index u` names no such argument"),
        ("/* data u in 1..2 */\nvoid f(int n) { }", "the annotation `data u` names no such argument"),
        ("/* init u = 1 */\nvoid f(int n) { }", "the annotation `init u` names no such argument"),
    ],
)
def test_what_cannot_be_a_loop_is_refused_with_its_place(loops, text, message):
    with pytest.raises(SourceError, match=message):
        loops(text)


def test_a_rule_that_divides_by_zero_at_some_sizes_is_legal(loops):
    assert loops("/* requires n % (m - 16) == 0 */\nvoid f(int n, int m) { }")["f"].requires


def test_the_hash_of_a_source_ignores_comments_and_white_space(loops):
    text = "void f(int n, real a[n]) { a[0] = 1; }"
    plain = loops(text)["f"].source_sha256
    assert loops("// note\nvoid f(int n,\n  real a[n]) /* note */ {\n a[0] = 1; // note\n}")["f"].source_sha256 == plain
    assert loops(text.replace("1", "2"))["f"].source_sha256 != plain


def test_the_hash_of_a_source_covers_its_helpers_and_no_others(loops):
    def digest(helper: str, other: str = "") -> str:
        return loops(f"static real h(real x) {{ {helper} }}\n{other}\nreal f(real x) {{ return h(x); }}")[
            "f"
        ].source_sha256

    assert digest("return x;") != digest("return 2 * x;")
    assert digest("return x;") == digest("return x;", "static void g(void) { }")


def test_loops_are_equal_by_file_and_name():
    again = load(LOOPS["s000"].path)["s000"]
    assert again == LOOPS["s000"]
    assert hash(again) == hash(LOOPS["s000"])
    assert again != LOOPS["s111"] and again != "s000"
    assert repr(again) == "s000"


def test_the_loops_are_in_order_of_their_numbers():
    names = list(LOOPS)
    assert (names[0], names[1], names[-1]) == ("s000", "s111", "vtvtv")
    assert names.index("s4121") < names.index("s13110") < names.index("s31111") < names.index("va")


def test_offsets_of_a_pointer_form(loops):
    loop = loops(
        "void f(int n, real *a, real *b) { for (int i = 2; i < n; i++) a[i] = a[i - 2] + a[i + 1] + b[2 * i]; }"
    )["f"]
    assert [array.offsets for array in loop.arrays] == [(-2, 0, 1), ()]


def test_own_loops_are_drawn_like_the_others(loops):
    text = (
        "/* requires n >= 2\n * param k = n//2 in 0..n-1\n * index ip in 0..n-1 permutation\n * data a in 1..3 */\n"
        "void f(int n, int k, real a[n], int ip[n]) { for (int i = 0; i < n; i++) a[i] += a[ip[i]] * k; }"
    )
    loop = loops(text)["f"]
    arrays = Case(loop, 10, seed=3).arrays()
    assert arrays["a"].min() >= 1 and arrays["a"].max() < 3
    assert sorted(arrays["ip"]) == list(range(10))


def test_loops_that_may_end_early():
    assert {name for name, loop in LOOPS.items() if loop.has_exit} >= {"s332", "s481", "s482"}
    assert not LOOPS["vif"].has_exit
