import subprocess
import sys

import pytest

from clib import build as module
from clib.build import BuildError, build, compiler, compiler_version

_LOOP = "void mine(int n, real a[n]) { for (int i = 0; i < n; i++) a[i] += 1; }\n"


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """An empty cache, and a compiler that writes a line to a file whenever it is called to compile."""
    log = tmp_path / "calls.txt"
    wrapper = tmp_path / "counting-cc"
    wrapper.write_text(
        f'#!/bin/sh\ncase "$*" in *" -c "*) echo "$*" >> {log} ;; esac\nexec {" ".join(compiler())} "$@"\n'
    )
    wrapper.chmod(0o755)
    log.touch()
    monkeypatch.setenv("CC", str(wrapper))
    monkeypatch.setenv("TSVC_CACHE", str(tmp_path / "cache"))
    return log


def _compilations(log) -> int:
    return len(log.read_text().splitlines())


@pytest.mark.parametrize("kind", module.BUILDS)
def test_a_library_is_compiled_once(cache, c_file, kind):
    path = c_file(_LOOP)
    first = build(path, kind)
    assert first.exists()
    assert build(path, kind) == first
    assert _compilations(cache) == 1
    assert sorted(one.suffix for one in first.parent.iterdir()) == [".lock", ".so"]


def test_the_cache_is_keyed_by_source_kind_and_surrounding_text(cache, c_file):
    path = c_file(_LOOP)
    libraries = [build(path, "strict"), build(path, "double"), build(path, "strict", after="int more;")]
    c_file(_LOOP.replace("+= 1", "+= 2"))
    libraries.append(build(path, "strict"))
    assert len(set(libraries)) == _compilations(cache) == 4
    c_file(_LOOP)
    assert build(path, "strict") == libraries[0]
    assert _compilations(cache) == 4


def test_the_cache_is_keyed_by_flags_compiler_and_processor(cache, c_file, monkeypatch):
    path = c_file(_LOOP)
    libraries = [build(path, "strict")]
    with monkeypatch.context() as patch:
        patch.setitem(module.BUILDS, "strict", ("-O0",))
        libraries.append(build(path, "strict"))
    with monkeypatch.context() as patch:
        patch.setattr(module, "compiler_version", lambda: "another compiler 1.0")
        libraries.append(build(path, "strict"))
    with monkeypatch.context() as patch:
        patch.setattr(module, "processor", lambda: "another processor")
        libraries.append(build(path, "strict"))
    assert len(set(libraries)) == 4


def test_the_cache_is_keyed_by_the_headers_beside_the_file(cache, c_file):
    c_file("#define STEP 1\n", "inner.h")
    c_file('#include "inner.h"\n', "outer.h")
    path = c_file('#include "outer.h"\n' + _LOOP.replace("+= 1", "+= STEP"))
    first = build(path, "strict")
    c_file("#define STEP 2\n", "inner.h")
    assert build(path, "strict") != first


def test_two_processes_at_once_compile_once(cache, c_file):
    path = c_file(_LOOP)
    script = f"from pathlib import Path; from clib.build import build; print(build(Path({str(path)!r}), 'strict'))"
    command = [sys.executable, "-c", script]
    running = [subprocess.Popen(command, cwd=module.ROOT, stdout=subprocess.PIPE, text=True) for _ in range(2)]
    libraries = {process.communicate(timeout=60)[0] for process in running}
    assert libraries == {f"{build(path, 'strict')}\n"}
    assert _compilations(cache) == 1


def test_a_compile_error_shows_the_command_and_the_compilers_words(cache, c_file):
    path = c_file("\n\nvoid mine(int n, real a[n]) { a[0] = nowhere; }\n")
    with pytest.raises(BuildError) as caught:
        build(path, "strict")
    message = str(caught.value)
    assert f"cannot compile {path}" in message
    assert "counting-cc -std=gnu11" in message and "-O3" in message
    assert f"{path}:3:" in message
    assert "undeclared" in message.split(f"{path}:3:")[1]
    assert {one.suffix for one in (module.cache_dir() / "clib").iterdir()} <= {".lock"}


def test_a_syntax_error_names_the_line_of_the_file(cache, c_file):
    path = c_file("#include <math.h>\nvoid mine(int n { }\n")
    for kind in ("strict", "double"):
        with pytest.raises(BuildError, match=rf"{path}:2:.*error"):
            build(path, kind)


def test_a_missing_compiler_is_named(c_file, monkeypatch):
    monkeypatch.setenv("CC", "/nonexistent/cc -m64")
    with pytest.raises(BuildError, match=r"no C compiler found \(looked for /nonexistent/cc -m64\)"):
        build(c_file(_LOOP), "strict")


def test_no_compiler_at_all(c_file, monkeypatch, tmp_path):
    monkeypatch.delenv("CC", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BuildError, match="looked for cc, gcc, clang"):
        build(c_file(_LOOP), "strict")


def test_a_failed_build_is_tried_again(cache, c_file):
    path = c_file("void mine(")
    with pytest.raises(BuildError):
        build(path, "strict")
    c_file(_LOOP)
    assert build(path, "strict").exists()


def test_compiler_version_follows_the_compiler(cache, monkeypatch, tmp_path):
    assert compiler_version()
    other = tmp_path / "other-cc"
    other.write_text("#!/bin/sh\necho other 1.2\n")
    other.chmod(0o755)
    monkeypatch.setenv("CC", str(other))
    assert compiler_version() == "other 1.2"
