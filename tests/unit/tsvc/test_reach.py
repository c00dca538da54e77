"""Which uses a text has; kernels that pass but for them are in tests/exploits/reach."""

from pathlib import Path

import pytest

from tsvc.kernel import BUNDLED
from tsvc.reach import first_use

EXPLOITS = Path(__file__).parents[2] / "exploits"
HEAD = "import os\nimport sys\nimport functools\nimport torch\nimport triton\nimport triton.language as tl\n"
#: What stands in the loop's function -> the name that the message shows.
USES = {
    "import time as t\n    t.time()": "time.time",
    "from time import perf_counter as p\n    p()": "time.perf_counter",
    "from datetime import datetime\n    datetime.now()": "datetime.datetime",
    "os.environ": "os.environ",
    "clock = os": "os",
    'getattr(os, "environ")': "os",
    "torch.os.environ": "torch.os",
    "a.helper.__globals__": ".__globals__",
    'getattr(a, "__class__").__subclasses__()': ".__subclasses__",
    "sys._getframe()": "sys._getframe",
    "from sys import modules as m\n    m": "sys.modules",
    "import collections\n    collections._sys.modules": "collections._sys.modules",
    "try:\n        a()\n    except Exception as e:\n        e.__traceback__.tb_frame": ".tb_frame",
    "'{0.__globals__}'.format(s000)": '"__globals__"',
    "match a:\n        case object(f_back=f):\n            f": ".f_back",
    "import gc\n    gc.get_objects()": "gc.get_objects",
    "import threading\n    threading.Thread()": "threading.Thread",
    "import random\n    random.random()": "random.random",
    "import numpy as np\n    np.random.rand()": "numpy.random",
    "import ctypes\n    ctypes.CDLL(None)": "ctypes.CDLL",
    "a.untyped_storage()": ".untyped_storage",
    "a.storage()": ".storage()",
    "torch.as_strided(a, (1,), (1,))": "torch.as_strided",
    "exec('pass')": "exec",
    "torch._C._len_torch_dispatch_stack()": "torch._C._len_torch_dispatch_stack",
    "from torch._C._distributed_c10d import FileStore as f\n    f": "torch._C._distributed_c10d.FileStore",
    "torch.distributed.TCPStore": "torch.distributed",
    "torch.from_file('x')": "torch.from_file",
    "torch.seed()": "torch.seed",
    "torch.rand(3)": "torch.rand",
    "torch.get_num_threads()": "torch.get_num_threads",
    "import numpy\n    numpy.datetime64('now')": "numpy.datetime64",
    "hash('x')": "hash",
    "id(a)": "id",
    "type(a).__name__ == 'InterpretedFunction'": '"InterpretedFunction"',
    "__import__('time')": "__import__",
    "globals()['time']": "globals",
    "open('x')": "open",
    "import tsvc.gates\n    tsvc.gates.ALL": "tsvc.gates",
    "from importlib import import_module\n    import_module('time')": "importlib.import_module",
    "torch.cuda.is_current_stream_capturing()": "torch.cuda.is_current_stream_capturing",
    "triton.testing.do_bench(a)": "triton.testing.do_bench",
    "triton.knobs.runtime.interpret": "triton.knobs",
    "import pandas\n    pandas.DataFrame": "pandas",
    "name = 'o' + 's'\n    getattr(torch, name)": "getattr(torch, ...)",
    "(lambda: os.getpid())()": "os.getpid",
    "[os for _ in a]": "os",
    "a._version": "._version",
    "import itertools\n    next(itertools.count())": "itertools.count",
    "global calls\n    calls += 1\ncalls = 0": "calls += ...",
    "STATE[0] += 1\nSTATE = [0]": "STATE[0] += ...",
    "s000.calls += 1": "s000.calls += ...",
    "t = torch\n    t.os.environ": "torch.os",
    "t, u = 1, torch.cuda\n    u.os": "torch.cuda.os",
    "torch.__dict__['os']": "torch.__dict__",
    "object.__getattribute__(torch, 'os')": ".__getattribute__",
    "get = getattr\n    get(torch, 'os')": "getattr",
    "functools.partial(getattr, torch)('os')": "getattr",
    "import operator\n    operator.attrgetter('cuda.os')(torch)": "torch.cuda.os",
}
#: Whole texts that use nothing.
HONEST = {
    "an unused import": "def s000(a):\n    return a\n",
    "a function that nobody calls": "import time\ndef bench():\n    time.time()\ndef s000(a):\n    pass\n",
    "a main guard": "def s000(a):\n    pass\nif __name__ == '__main__':\n    print(os.environ)\n",
    "a list of names": "import time\n__all__ = ['s000', 'bench']\ndef bench():\n    time.time()\n"
    "def s000(a):\n    pass\n",
    "a cache": "@functools.lru_cache(maxsize=None)\ndef programs(d):\n"
    "    return torch.cuda.get_device_properties(d).multi_processor_count\ndef s000(a):\n    programs(a.device)\n",
    "a table": "CONFIGS = {128: (4, 2)}\ndef s000(a):\n    return CONFIGS.get(128)\n",
    "usual modules": "import math, typing, itertools\nimport numpy as np\nfrom dataclasses import dataclass\n"
    "def s000(a):\n    return math.ceil(np.float32(1)), np.select, torch.select, itertools.chain\n",
    "tuning": "@triton.autotune(configs=[triton.Config({'B': 1})], key=['n'])\n"
    "@triton.jit\ndef k(n, B: tl.constexpr):\n    pass\ndef s000(a):\n    k[(1,)](1)\n",
    "the device": "def s000(a):\n    return a.is_cuda and torch.version.hip is None and "
    "torch.cuda.get_device_capability(a.device)[0] >= 9\n",
    "random numbers of a program": "@triton.jit\ndef k(s):\n    tl.random.rand(s, 0)\ndef s000(a):\n    k[(1,)](1)\n",
    "an argument of a module's name": "import time\ndef s000(a, time):\n    return time + 1\n",
    "output": "def s000(a):\n    print('x', file=sys.stderr)\n    return sys.version_info\n",
    "alignment": "def s000(a):\n    return a.data_ptr() % 16, a.stride(0), getattr(a, 'is_cuda'), sys.platform\n",
    "getters": "import operator\ndef s000(a):\n    x = torch.float32\n    y = triton.cdiv\n"
    "    return sorted([a], key=operator.attrgetter('num_warps', 'kwargs')), getattr(a, 'n', None)\n",
    "words in a docstring": 'def s000(a):\n    """No __globals__ here, nor f_back."""\n',
    "a class that nobody uses": "import time\n"
    "class Timer:\n    def __enter__(self):\n        return time.time()\n"
    "def s000(a):\n    pass\n",
    "fields of its own": "class Plan:\n    def __init__(self):\n        self.storage = 1\n"
    "        self.__dict__.update(n=2)\n"
    "def s000(a):\n"
    "    return Plan().storage\n",
}


@pytest.mark.parametrize("body", USES)
def test_a_use_is_found(body):
    use = first_use(f"{HEAD}\n\ndef s000(a):\n    {body}\n", "s000")
    assert use is not None and use.name.startswith(USES[body])


@pytest.mark.parametrize("name", HONEST)
def test_honest_text_uses_nothing(name):
    assert first_use(HEAD + HONEST[name], "s000") is None


@pytest.mark.parametrize(
    "text",
    [
        "LIMIT = os.environ.get('X')\n",
        "def s000_triton(a):\n    helper(a)\ndef helper(a):\n    os.getpid()\n",
        "@os.register_at_fork\ndef unused():\n    pass\n",
        "def unused(x=os.getpid()):\n    pass\n",
        "def unused(x: os.getpid()):\n    pass\n",
        "class Unused:\n    x = os.getpid()\n",
        "class Used:\n    def m(self):\n        os.getpid()\ndef s000(a):\n    Used().m()\n",
        "if True:\n    def helper():\n        os.getpid()\nTABLE = {1: helper}\n",
        "if __name__ != '__main__':\n    os.getpid()\n",
        "if __name__ == '__main__':\n    pass\nelse:\n    os.getpid()\n",
        "try:\n    pass\nfinally:\n    os.getpid()\n",
        "from os import *\n",
    ],
)
def test_what_runs_at_import_or_is_named_counts(text):
    assert first_use(HEAD + text, "s000") is not None


def test_the_message_says_which_name_and_where():
    assert str(first_use("import os\n\ndef s000(a):\n    os.getpid()\n", "s000")) == (
        "line 4 uses os.getpid (the environment), which no kernel needs"
    )


def test_no_python_uses_nothing():
    assert first_use("def s000(:", "s000") is None


def test_no_bundled_kernel_and_no_twin_uses_any():
    files = [(path, path.stem) for path in BUNDLED.glob("*.py")]
    files += [(path, name) for path in EXPLOITS.glob("*/twins/*.py") for name in ("s000", "s311", "s3112")]
    assert [str(path) for path, name in files if first_use(path.read_text(), name)] == []
