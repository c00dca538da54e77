"""What the unit tests share. This directory is on sys.path: helpers beside this file are imported by name."""

import pytest


@pytest.fixture
def c_file(tmp_path):
    """Writes a C file of loops: c_file(text) -> its path."""

    def write(text: str, name: str = "mine.c"):
        path = tmp_path / name
        path.write_text(text)
        return path

    return write
