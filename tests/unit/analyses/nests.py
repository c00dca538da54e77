"""What hypothesis draws for the analyses: small loop nests as C text, in bounds by construction."""

from hypothesis import strategies as st

_HEAD_1 = (
    "int n, int p, const int ip[restrict n], real a[restrict n], real b[restrict n], real c[restrict n], "
    "const real d[restrict n]"
)
_HEAD_2 = (
    "int m, int p, real aa[restrict m][m], real bb[restrict m][m], real f[restrict m * m], real x[restrict m], "
    "const real y[restrict m]"
)
#: Every loop leaves this much room at both ends for the constants in subscripts.
_ROOM = 2


@st.composite
def nests(draw) -> str:
    """A C file with one function `nest`: one or two nests of one or two loops, guards, scalars, perhaps a break."""
    deep = draw(st.booleans())
    size, head = ("m", _HEAD_2) if deep else ("n", _HEAD_1)
    scalars = draw(st.sampled_from(["", "s", "s t"])).split()
    counts = not deep and draw(st.integers(0, 3)) == 0
    lines = [f"    real {name} = {draw(st.integers(-1, 1))};" for name in scalars]
    lines += ["    int k = 0;"] if counts else []
    for _ in range(draw(st.integers(1, 2)) if not counts else 1):
        lines += _Nest(draw, size, deep, scalars, counts).lines()
    result = draw(st.booleans()) and bool(scalars)
    lines += [f"    return {scalars[0]};"] if result else []
    kind = "real" if result else "void"
    note = f"""/* requires {size} >= {2 * _ROOM + 1}
 * requires -{_ROOM} <= p <= {_ROOM}
 * param p = 1 in -{_ROOM}..{_ROOM}
 */"""
    return "\n".join([note, f"{kind} nest({head})", "{", *lines, "}", ""])


class _Nest:
    """One nest; every method draws a part of it."""

    def __init__(self, draw, size: str, deep: bool, scalars: list[str], counts: bool):
        self.draw, self.size, self.deep, self.scalars, self.counts = draw, size, deep, scalars, counts

    def pick(self, *options):
        return self.draw(st.sampled_from(options))

    def lines(self) -> list[str]:
        outer = self.header("i", f"{_ROOM}", f"{self.size} - {_ROOM}")
        if not self.deep:
            return [f"    {outer} {{", *self.body(("i",), 2), "    }"]
        low, high = f"{_ROOM}", f"{self.size} - {_ROOM}"
        low, high = self.pick((low, high), (low, high), (low, "i"), (low, "i + 1"), ("i", high), ("i + 1", high))
        inner = self.header("j", low, high)
        before = [f"        {self.assign(('i',))}"] if self.draw(st.integers(0, 3)) == 0 else []
        after = [f"        {self.assign(('i',))}"] if self.draw(st.integers(0, 3)) == 0 else []
        inside = [f"        {inner} {{", *self.body(("i", "j"), 3), "        }"]
        return [f"    {outer} {{", *before, *inside, *after, "    }"]

    def header(self, name: str, low: str, high: str) -> str:
        step = self.pick(1, 1, 1, 2, 3)
        if self.pick(True, True, False):
            return f"for (int {name} = {low}; {name} < {high}; {name} += {step})"
        return f"for (int {name} = {high} - 1; {name} >= {low}; {name} -= {step})"

    def body(self, counters, indent: int) -> list[str]:
        pad, lines = "    " * indent, []
        for _ in range(self.draw(st.integers(1, 3))):
            shape = self.pick(*["assign"] * 4, "guard", "branch", "affine", "break", "extremum", "local", "continue")
            if shape == "assign":
                lines.append(pad + self.assign(counters))
            elif shape == "extremum" and self.scalars:
                name, value, op = self.pick(*self.scalars), self.element(counters, write=False), self.pick("<", ">")
                one = f"{name} = {value} {op} {name} ? {value} : {name};"
                lines.append(pad + self.pick(one, f"if ({value} {op} {name}) {name} = {value};"))
            elif shape == "local":
                target = self.element(counters, write=True)
                lines.append(f"{pad}{{ real u = {self.value(counters)}; {target} = u * {self.read(counters)}; }}")
            elif shape == "continue":
                if self.draw(st.integers(0, 1)) == 0:
                    lines.append(f"{pad}if ({self.read(counters)} > 1) continue;")
            elif shape == "break":
                if self.draw(st.integers(0, 2)) == 0:
                    lines.append(f"{pad}if ({self.read(counters)} > 1.5f) break;")
            else:
                test = self.affine(counters) if shape == "affine" else f"{self.read(counters)} > {self.read(counters)}"
                lines += [f"{pad}if ({test}) {{", f"{pad}    {self.assign(counters)}"]
                if shape == "branch":
                    lines += [f"{pad}}} else {{", f"{pad}    {self.assign(counters)}"]
                lines.append(f"{pad}}}")
        if self.counts:
            if self.draw(st.booleans()):
                lines.append(f"{pad}k++;")
            else:
                lines += [f"{pad}if ({self.read(counters)} > 0) {{", f"{pad}    {self.pick('a[k] = d[i];', '')}"]
                lines += [f"{pad}    k++;", f"{pad}}}"]
        return lines or [pad + self.assign(counters)]

    def affine(self, counters) -> str:
        one = self.pick(*counters)
        two = f"{counters[0]} + {counters[-1]}"
        tests = f"{one} < 4", f"2 * {one} < {self.size}", f"{one} != 3", f"{counters[0]} > {counters[-1]} - 1"
        first = self.pick(*tests, f"{two} < {self.size}", f"{one} % 2 == 0", f"{one} > p")
        return f"{first} {self.pick('&&', '||')} {self.pick(*tests)}" if self.draw(st.integers(0, 4)) == 0 else first

    def assign(self, counters) -> str:
        if self.scalars and self.draw(st.integers(0, 3)) == 0:
            name = self.pick(*self.scalars)
            return f"{name} {self.pick('=', '+=')} {self.value(counters)};"
        op = self.pick("=", "=", "=", "+=", "+=", "-=", "*=")
        return f"{self.element(counters, write=True)} {op} {self.value(counters)};"

    def value(self, counters) -> str:
        terms = [self.read(counters) for _ in range(self.draw(st.integers(1, 3)))]
        return self.pick(" + ", " - ", " * 0.5f + ", " * ").join(terms)

    def read(self, counters) -> str:
        if self.scalars and self.draw(st.integers(0, 3)) == 0:
            return self.pick(*self.scalars)
        return self.element(counters, write=False)

    def element(self, counters, *, write: bool) -> str:
        if not self.deep:
            array = self.pick(*("ab" if write else "abcd"))
            if self.counts and self.draw(st.integers(0, 3)) == 0:
                return f"{array}[k]"
            if self.draw(st.integers(0, 11)) == 0:
                return f"{array}[ip[{self.subscript(counters)}]]"
            return f"{array}[{self.subscript(counters)}]"
        array = self.pick(*("aa", "bb", "f", "x") if write else ("aa", "bb", "f", "x", "y"))
        if array in "xy":
            return f"{array}[{self.subscript(counters)}]"
        if array == "f" and self.draw(st.integers(0, 4)) == 0:
            return f"f[i + {counters[-1]} + {self.draw(st.integers(-_ROOM, _ROOM))}]"
        rows, columns = self.subscript(counters), self.subscript(counters)
        return f"f[m * ({rows}) + {columns}]" if array == "f" else f"{array}[{rows}][{columns}]"

    def subscript(self, counters) -> str:
        one = self.pick(*counters)
        shift = self.draw(st.integers(-_ROOM, _ROOM))
        last = f"{self.size} - 1 - {one}"
        whole = self.pick(*[one] * 5, last, str(_ROOM), f"{one} + p", f"{one} / 2")
        if whole in (str(_ROOM), f"{one} + p", f"{one} / 2"):
            return whole
        return whole if shift == 0 else f"{whole} {'+' if shift > 0 else '-'} {abs(shift)}"
