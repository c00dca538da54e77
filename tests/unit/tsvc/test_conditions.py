import ast

import pytest

from tsvc.conditions import rare_sizes
from tsvc.loops import LOOPS


def sizes(condition: str, loop: str = "va", usual: tuple[int, ...] = ()) -> list[dict[str, int]]:
    return rare_sizes(LOOPS[loop], list(ast.walk(ast.parse(condition))), set(usual))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("x = n * 7 % 61 == 5", [{"n": 53}, {"n": 114}, {"n": 3042}]),
        ("if n % 4096 == 0 and n >= 1 << 18: pass", [{"n": 1 << 18}, {"n": (1 << 18) + 4096}]),
        ("odd = (n * 2654435761 & 0xFFFFFFFF) >> 22\ny = n if odd else n - 1", [{"n": 610}, {"n": 1597}, {"n": 3194}]),
        ("size = a.shape[0]\nrest = size % 1000\nif rest == 17: pass", [{"n": 17}, {"n": 1017}, {"n": 3017}]),
        ("assert triton.cdiv(n, 1024) != 7", [{"n": 6145}, {"n": 6146}]),
        ("if n in (100, 1000): pass", [{"n": 100}, {"n": 1000}]),
        ("if 5000 < n <= 5003: pass", [{"n": 5001}]),
        ("if not n ^ 77: pass", [{"n": 77}]),
        ("if n > 5: pass", [{"n": 1}]),
    ],
)
def test_where_a_condition_is_what_it_seldom_is(text, found):
    assert sizes(text)[: len(found)] == found


def test_matrices_and_both_sizes():
    assert sizes("m * 5 % 37 == 3", "s2102")[0] == {"m": 8}
    assert sizes("n * n == 49", "s2102")[0] == {"m": 7}  # the only size there is
    both = next(name for name, loop in LOOPS.items() if set(loop.sizes) == {"n", "m"})
    assert sizes("m * m == n + 8", both)[0] in ({"m": 3, "n": 1}, {"n": 1, "m": 3})


@pytest.mark.parametrize(
    "text",
    [
        "n % 2 == 0",
        "offsets < n",
        "x = f(n) == 3",
        "k == 3",
        "n == n",
        "1 << n == 3",
        "n / 3 == 2",
        "n = n + 1\nn == k",
    ],
)
def test_what_is_common_or_not_known_is_left_alone(text):
    assert all(max(one.values()) <= 2 for one in sizes(text))


def test_where_blocks_come_out_even_unless_they_do_at_a_usual_size():
    text = "limit = (n - 1) // 5 * 5\nTILE, warps = 64, 4\ntiles = triton.cdiv(limit, TILE)"
    assert sizes(text, usual=(1000, 1024))[:2] == [{"n": 321}, {"n": 3201}]
    assert {"n": 321} not in sizes(text, usual=(1000, 325))
    assert sizes("triton.cdiv(n, 1024)") == [{"n": 1024}, {"n": 3072}, {"n": 1025}, {"n": 3073}]
    assert sizes("triton.cdiv(n, 1024)", usual=(4096,)) == [{"n": 1025}, {"n": 3073}]
    assert sizes("LANES, STEPS = 128, 3\nspans, rest = divmod(n, LANES * STEPS)") == [
        {"n": 384},
        {"n": 3072},
        {"n": 385},
        {"n": 3073},
    ]
    assert sizes("triton.cdiv(n, 1024)", usual=(4096, 2049)) == sizes("triton.cdiv(n, f(n))") == []


def test_names_that_stand_for_each_other_end():
    assert sizes("a = b\nb = a\nif a == n: pass") == []
