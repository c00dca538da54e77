import pytest

from tsvc import infer
from tsvc.loops import LOOPS, load

_HEAD = "void f(int n, int m, real a[n], real b[n], const int ip[n], real flat[m * m], real (*aa)[m])"
_LOOP = "for (int i = 0; i < n; i++)"


@pytest.fixture
def loop(c_file):
    """loop(body, before="") -> the loop of that body over a, b, ip, flat and aa."""

    def one(body: str, before: str = ""):
        path = c_file(f"{before}\n{_HEAD} {{ {body} }}\n")
        return load(path)["f"]

    return one


@pytest.mark.parametrize(
    ("body", "role"),
    [
        (f"{_LOOP} a[i] = 1;", "out"),
        (f"{_LOOP} b[i] = a[i];", "in"),
        (f"{_LOOP} a[i] += 1;", "inout"),
        (f"{_LOOP} a[i]++;", "inout"),
        (f"{_LOOP} a[i] = a[i] + 1;", "inout"),
        (f"{_LOOP} if (a[i] > 0) b[i] = 1;", "in"),
        (f"{_LOOP} if (b[i] > 0) a[i] = 1;", "out"),
        (f"{_LOOP} b[i] = b[i] > 0 ? a[i] : 1;", "in"),
        (f"{_LOOP} {{ a[i] = 1; b[i] = a[i]; }}", "out"),
        (f"{_LOOP} {{ a[i] = 1; b[i] = a[i + 1]; }}", "inout"),
        (f"{_LOOP} {{ b[i] = a[i]; a[i] = 1; }}", "inout"),
        (f"{_LOOP} a[i] = 1; {_LOOP} b[i] = a[i];", "inout"),
        (f"int j = 0; {_LOOP} {{ a[j] = 1; j++; b[i] = a[j]; }}", "inout"),
        (f"int j = 0; {_LOOP} {{ a[j] = 1; j = 3; b[i] = a[j]; }}", "inout"),
        (f"{_LOOP} {{ if (b[i] > 0) a[i] = 1; b[i] = a[i]; }}", "inout"),
        (f"{_LOOP} {{ if (b[i] > 0) a[i] = 1; else a[i] = 2; b[i] = a[i]; }}", "out"),
        (f"{_LOOP} {{ if (b[i] > 0) goto skip; a[i] = 1; skip: b[i] = a[i]; }}", "inout"),
        (f"{_LOOP} a[ip[i]] = 1;", "out"),
        (f"int i = 0; while (a[i] > 0) i++; {_LOOP} b[i] = 1;", "in"),
        ("int i = 0; do { a[i] = 1; i++; } while (i < n);", "out"),
        ("real *p = a; const real *q = b; for (int i = 0; i < n; i++) *p++ = *q++;", "out"),
        (f"real *p; p = a + 1; {_LOOP} p[i] = 1;", "out"),
        (f"real *p = &a[4]; {_LOOP} p[i] += 1;", "inout"),
        (f"real *p = a; const real *q = p; {_LOOP} p[i] = q[i + 1];", "inout"),
        (f"{_LOOP} *(a + i) = 1;", "out"),
        (f"{_LOOP} unknown(a);", "inout"),
    ],
)
def test_role_of_an_array(loop, body, role):
    assert {array.name: array.role for array in loop(body).arrays}["a"] == role


_HELPERS = """
static void set(real *x, int i, real v) { x[i] = v; }
static real get(const real *x, int i) { return x[i]; }
static void through(real *x, int i) { set(x, i, 1); }
static void add(int i, real *a) { a[i] += 1; }
"""


@pytest.mark.parametrize(
    ("body", "role"),
    [
        (f"{_LOOP} set(a, i, 1);", "out"),
        (f"{_LOOP} b[i] = get(a, i);", "in"),
        (f"{_LOOP} set(a, i, get(a, i) + 1);", "inout"),
        (f"{_LOOP} through(a, i);", "out"),
        (f"{_LOOP} through(&a[1], i);", "out"),
        (f"real *p = a; {_LOOP} through(p, i);", "out"),
        (f"{_LOOP} {{ a[i] = 1; add(i, a); }}", "out"),
        (f"{_LOOP} {{ a[i] = 1; add(i + 1, a); }}", "inout"),
        (f"{_LOOP} {{ a[i] = 1; add(i, a + 1); }}", "inout"),
    ],
)
def test_role_of_an_array_through_helpers(loop, body, role):
    assert {array.name: array.role for array in loop(body, _HELPERS).arrays}["a"] == role


def test_subscripts_are_kept_as_c_text_with_their_pointers(loop):
    body = f"const real *p = a + 4; {_LOOP} {{ b[i] = a[i - 1] + p[i] + aa[i][0] + a[i - 1]; flat[i * m] = a[ip[i]]; }}"
    arrays = {array.name: array.subscripts for array in loop(body).arrays}
    assert arrays == {
        "a": (("i - 1",), ("p: i",), ("ip[i]",)),
        "b": (("i",),),
        "ip": (("i",),),
        "flat": (("i * m",),),
        "aa": (("i", "0"),),
    }


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"real s = 0; {_LOOP} s += a[i]; b[0] = s;", ("s",)),
        (f"real s = 1; {_LOOP} s = s * a[i]; b[0] = s;", ("s",)),
        (f"real s = 0; real p = 1; {_LOOP} {{ s += a[i]; p *= a[i]; }} b[0] = s + p;", ("s", "p")),
        (f"real x = a[0]; {_LOOP} if (a[i] > x) x = a[i]; b[0] = x;", ("x",)),
        (f"real x = a[0]; {_LOOP} {{ if (a[i] <= x) continue; x = a[i]; }} b[0] = x;", ("x",)),
        (f"real x = a[0]; {_LOOP} {{ if (a[i] <= x) goto next; x = a[i]; next:; }} b[0] = x;", ("x",)),
        (f"real x = a[0]; {_LOOP} x = a[i] > x ? a[i] : x; b[0] = x;", ("x",)),
        (f"{_LOOP} {{ real s = 0; for (int j = 0; j < m; j++) s += aa[i][j]; b[i] = s; }}", ("s",)),
        (f"{_LOOP} {{ real s = a[i]; s = s * s; s += 1; b[i] = s; }}", ()),
        (f"real s; {_LOOP} {{ s = a[i] * 2; b[i] = s; }}", ()),
        (f"real t = 0; {_LOOP} {{ b[i] = t; t = a[i]; }}", ()),
        (f"int k = 0; {_LOOP} k += 1; b[0] = k;", ()),
        (f"{_LOOP} a[0] += b[i];", ()),
        ("real s = a[0]; s += a[1]; b[0] = s;", ()),
    ],
)
def test_reductions(loop, body, found):
    assert loop(body).reductions == found


def test_reductions_in_a_helper(loop):
    helper = "static real total(const real *x) { real s = 0; for (int i = 0; i < 4; i++) s += x[i]; return s; }"
    assert loop("b[0] = total(a);", helper).reductions == ("s",)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"{_LOOP} a[i] = 1;", False),
        (f"{_LOOP} if (b[i] > 0) a[i] = 1;", True),
        (f"{_LOOP} a[i] = b[i] > 0 ? 1 : 2;", True),
        (f"{_LOOP} {{ if (b[i] > 0) break; a[i] = 1; }}", True),
        (f"{_LOOP} switch (ip[i]) {{ case 1: a[i] = 1; }}", True),
        (f"if (n > 3) {_LOOP} a[i] = 1;", False),
        (f"{_LOOP} a[i] = choose(b[i]);", True),
        ("a[0] = choose(b[0]);", False),
        ("int i = 0; while (i < n) { if (b[i] > 0) a[i] = 1; i++; }", True),
    ],
)
def test_conditionals_within_the_loop(loop, body, found):
    helper = "static real choose(real x) { return x > 0 ? x : 1; }"
    assert loop(body, helper).has_conditional is found


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (f"{_LOOP} a[ip[i]] = 1;", True),
        (f"{_LOOP} a[i] = b[ip[i] + 1];", True),
        (f"{_LOOP} {{ int k = ip[i]; a[k] = 1; }}", True),
        (f"int j, k; {_LOOP} {{ k = ip[i]; j = k + 1; a[j] = 1; }}", True),
        (f"const int *p = ip; {_LOOP} a[p[i]] = 1;", True),
        (f"{_LOOP} gather(a, ip, i);", True),
        (f"{_LOOP} put(a, ip[i]);", True),
        (f"{_LOOP} a[i] = ip[i];", False),
        (f"{_LOOP} if (ip[i] == 2) a[i] = 1;", False),
        (f"{_LOOP} put(a, i);", False),
        (f"{_LOOP} a[i] = b[i + m];", False),
    ],
)
def test_indirect_access(loop, body, found):
    gather = "static void gather(real *x, const int *q, int i) { x[q[i]] = 1; }"
    put = "static void put(real *x, int k) { x[k] = 1; }"
    assert loop(body, f"{gather} {put}").has_indirect_access is found


@pytest.mark.parametrize(
    ("body", "multiplied"),
    [
        (f"{_LOOP} a[i + 1] = a[i] * b[i];", True),
        (f"{_LOOP} a[i + 1] *= b[i];", False),
        (f"{_LOOP} a[i + 1] *= a[i];", True),
        (f"{_LOOP} {{ real t = a[i] + 1; a[i + 1] = t * b[i]; }}", True),
        (f"{_LOOP} a[i + 1] = a[i] + b[i] * b[i];", False),
        (f"{_LOOP} a[i + 1] = (a[i] + b[i]) / 3;", True),
        (f"{_LOOP} b[i] = a[i] * b[i];", False),
    ],
)
def test_products_of_handed_on_elements(loop, body, multiplied):
    assert loop(body).multiplies_elements is multiplied


@pytest.mark.parametrize(("value", "multiplied"), [("twice(a[i])", True), ("a[i] + twice(b[i])", False)])
def test_a_helper_may_multiply(loop, value, multiplied):
    before = "static real twice(real x) { return x * 2; }"
    assert loop(f"{_LOOP} a[i + 1] = {value};", before).multiplies_elements is multiplied


@pytest.mark.parametrize(
    ("body", "computed"),
    [
        ("if (b[i] > 0) a[i] = b[i + 1];", False),
        ("a[i] = -b[i];", False),
        ("a[i] = b[i] + 1;", True),
        ("a[i] /= b[i];", True),
        ("{ real t = b[i]; a[i] = 2 - t; }", True),
    ],
)
def test_elements_that_are_only_moved_may_be_as_large_as_float32_has_them(loop, body, computed):
    assert (loop(f"{_LOOP} {body}").vast_scale < 2.0**125) is computed


@pytest.mark.parametrize(
    ("body", "adds_up"),
    [
        (f"for (int j = 0; j < n; j++) {_LOOP} a[i] += b[j];", True),
        (f"for (int j = 0; j < n; j++) {_LOOP} a[i] = b[j] + a[i];", True),
        (f"{_LOOP} for (int j = i; j < n; j++) a[i] += b[j];", True),
        (f"{_LOOP} for (int j = i; j < n; j++) a[j] += b[i];", True),
        (f"{_LOOP} a[3] += b[i];", True),
        (f"{_LOOP} a[i] += b[i];", False),
        (f"{_LOOP} for (int j = 0; j < n; j++) a[i] = b[j];", False),
        (f"{_LOOP} for (int j = 0; j < m; j++) aa[j][i] += b[i];", False),
        (f"{_LOOP} {{ int k = i + 1; a[k] += b[i]; }}", False),
        (f"int k = 0; {_LOOP} {{ a[k] += b[i]; k++; }}", False),
        (f"int k = 0; {_LOOP} {{ k += 2; a[k] += b[i]; }}", False),
    ],
)
def test_an_element_that_iterations_add_to(loop, body, adds_up):
    found = loop(body)
    assert infer.accumulates(found.function, ["a", "aa"]) == adds_up
    if adds_up:
        assert found.is_chained


def test_convolution_is_chained():
    """Its elements are sums of as many products as iterations: rounding of one may be small by luck."""
    assert LOOPS["s176"].is_chained
