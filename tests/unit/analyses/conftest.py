"""Registers the checks of all claim types: every checks_*.py beside this file adds its own to oracle.CHECKS."""

from importlib import import_module
from pathlib import Path

for _path in sorted(Path(__file__).parent.glob("checks_*.py")):
    import_module(_path.stem)
