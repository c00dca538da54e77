import pytest

from tsvc.csource import SourceError, parse_file, render, walk

_BODY = "(int n, int k, real t, real a[n], int ip[n]) { a[0] = 1; }\n"


@pytest.fixture
def parse(c_file):
    """parse(text) -> the functions of a file of that text, by name."""

    def one(text: str):
        path = c_file(text)
        parse_file.cache_clear()
        return {function.name: function for function in parse_file(path)}

    return one


def _note(parse, comment: str):
    return parse(f"{comment}void f{_BODY}")["f"].annotation


@pytest.mark.parametrize(
    ("line", "field", "value"),
    [
        ("requires n >= 2 * k", "requires", ("n >= 2 * k",)),
        ("param k = n//2 in 0..n", "params", {"k": ("n//2", "0", "n")}),
        ("param t = 1.0 in -2 .. 2", "params", {"t": ("1.0", "-2", "2")}),
        ("param t = 1.0 in -0.5..1.5", "params", {"t": ("1.0", "-0.5", "1.5")}),
        ("index ip in 0..n-1", "index", {"ip": ("0", "n-1")}),
        ("data a in -2/m..2/m", "data", {"a": ("-2/m", "2/m")}),
        ("init a = 1 if k < n else 0", "init", {"a": "1 if k < n else 0"}),
    ],
)
@pytest.mark.parametrize(
    "form", ["/* {} */\n", "/*\n * {}\n */\n", "/* prose\n   {}\n*/\n", "// {}\n", "/* {} */ ", "/* {} */\n\n"]
)
def test_each_key_of_an_annotation(parse, line, field, value, form):
    assert getattr(_note(parse, form.format(line)), field) == value


def test_a_permutation_is_an_index_array_without_duplicates(parse):
    note = _note(parse, "/* index ip in 0..n-1 permutation */")
    assert (note.index, note.permutation) == ({"ip": ("0", "n-1")}, {"ip"})


def test_all_lines_of_a_comment_are_read_and_prose_is_left_alone(parse):
    note = _note(parse, "/* What it does.\n * requires n >= 2\n * requires k >= 1\n * init a = 0\n */\n")
    assert (note.requires, note.init) == (("n >= 2", "k >= 1"), {"a": "0"})


def test_line_comments_above_each_other_are_read_together(parse):
    note = _note(parse, "// far above\n\n// requires n >= 2\n// init a = 0\n")
    assert (note.requires, note.init) == (("n >= 2",), {"a": "0"})


def test_only_comments_directly_before_a_function_count(parse):
    text = f"/* requires n >= 9 */\n\nint x;\n/* requires n >= 2 */\nvoid f{_BODY}// requires n >= 7\nvoid g{_BODY}"
    functions = parse(text)
    assert functions["f"].annotation.requires == ("n >= 2",)
    assert functions["g"].annotation.requires == ("n >= 7",)
    assert parse(f"/* init a = 0 */\nint x;\nvoid f{_BODY}")["f"].annotation.init == {}


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("requires n >=", r"'n >=' is not a Python expression"),
        ("param t in 1..2", "cannot read the annotation 'param t in 1..2'"),
        ("param t = 1", "cannot read the annotation"),
        ("param t = 1 in (..2", r"'\(' is not a Python expression"),
        ("index ip 0..n", "cannot read the annotation"),
        ("data a in 3", "cannot read the annotation"),
        ("init a 3", "cannot read the annotation"),
        ("init a = 3 +", r"'3 \+' is not a Python expression"),
    ],
)
def test_a_broken_annotation_names_file_and_line(parse, line, message):
    with pytest.raises(SourceError, match=rf"mine\.c:4: .*{message}"):
        parse(f"\n/* prose\n * prose\n * {line}\n */\nvoid f{_BODY}")


@pytest.mark.parametrize("directive", ["define N 100", "if 1", "ifdef X", "undef X", "  define N 100", "error no"])
def test_directives_beside_include_and_pragma_are_refused(parse, directive):
    with pytest.raises(SourceError, match=rf"mine\.c:3: #{directive.split()[0]} is not supported"):
        parse(f"#include <math.h>\n\n#{directive}\nvoid f{_BODY}")


def test_includes_pragmas_and_commented_directives_are_passed_over(parse):
    assert list(
        parse(f'#include <stddef.h>\n#include "x.h"\n#pragma once\n/*\n#define X 1\n*/\n// #if\nvoid f{_BODY}')
    ) == ["f"]


@pytest.mark.parametrize(
    "text",
    ["void f(int n { }\n", "void f(int n) { a[0] = ; }\n", "void f(int n) {\n", "void f(int n) { return 1 + ; }\n"],
)
def test_a_syntax_error_names_the_file(parse, text):
    with pytest.raises(SourceError, match=r"C syntax error: .*mine\.c"):
        parse(text)


def test_a_syntax_error_names_the_line(parse):
    with pytest.raises(SourceError, match=r"mine\.c:4:"):
        parse("/* a comment\n   of two lines */\n#include <math.h>\nvoid f(int n { }\n")


def test_a_file_that_cannot_be_read(tmp_path, c_file):
    with pytest.raises(SourceError, match=r"absent\.c: cannot be read"):
        parse_file(tmp_path / "absent.c")
    binary = tmp_path / "binary.c"
    binary.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match=r"binary\.c: cannot be read"):
        parse_file(binary)


def test_an_empty_file_has_no_functions(parse):
    assert parse("") == parse("/* nothing */\n") == parse("static void f(void) { }\nint x;\n") == {}


def test_functions_keep_their_order_lines_and_text(parse):
    functions = parse(
        "void g(void) { }\n\n/* note */\nreal f(int n)\n{\n    /* inner } */\n    return n; // }\n}\nvoid h(void) { }\n"
    )
    assert [(f.name, f.line) for f in functions.values()] == [("g", 1), ("f", 4), ("h", 9)]
    assert functions["f"].text == "real f(int n)\n{\n    /* inner } */\n    return n; // }\n}\n"
    assert functions["g"].text == "void g(void) { }\n"


def test_a_return_type_on_a_line_of_its_own(parse):
    helper = "static real\nhelp(real x)\n{ return x; }"
    own = "real\nf(int n)\n{ return help(n); }"
    function = parse(f"/* requires n >= 3 */\n{helper}\n/* requires n >= 2 */\n{own}\n")["f"]
    assert function.text == f"{helper}\n\n{own}\n"
    assert function.annotation.requires == ("n >= 2",)


def test_several_functions_on_one_line(parse):
    functions = parse("void f(void) { } void g(void) { }")
    assert [f.text for f in functions.values()] == ["void f(void) { }\n", "void g(void) { }\n"]


def test_helpers_are_found_through_helpers_callees_first(parse):
    text = (
        "static real inner(real x) { return x; }\nstatic real unused(real x) { return x; }\n"
        "static real outer(real x) { return inner(x); }\nreal f(real x) { return outer(x) + outer(x); }\n"
    )
    function = parse(text)["f"]
    assert list(function.helpers) == ["inner", "outer"]
    assert function.text.index("inner(real") < function.text.index("outer(real") < function.text.index("f(real")
    assert "unused" not in function.text


def test_recursive_helpers_end(parse):
    text = "static real h(int k) { return k ? h(k - 1) : 0; }\nreal f(int n) { return h(n); }\n"
    assert list(parse(text)["f"].helpers) == ["h"]


def test_the_category_is_the_first_comments_or_the_files_name(parse):
    assert parse(f"/* category: my own loops */\nvoid f{_BODY}")["f"].category == "my own loops"
    assert parse(f"void f{_BODY}")["f"].category == "mine"


def test_common_types_are_known(parse):
    text = "void f(int n, real a[n]) { for (size_t i = 0; i < (size_t)n; i++) a[i] = (int32_t)1; }"
    assert list(parse(text)) == ["f"]


def test_render_gives_one_line_and_walk_keeps_program_order(parse):
    body = parse("void f(int n) { int i = 1; i = i +\n 2; }")["f"].node.body
    assert render(body.block_items[1].rvalue) == "i + 2"
    assert [type(node).__name__ for node in walk(body.block_items[1])] == [
        "Assignment",
        "ID",
        "BinaryOp",
        "ID",
        "Constant",
    ]
