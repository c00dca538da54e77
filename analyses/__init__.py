"""Exact dependence analysis of a C loop: findings that are proven, or labelled with what they rest on."""

from analyses.analysis import analyse, find, modules
from analyses.errors import AnalysisError, Unsupported
from analyses.finding import Finding
from analyses.prompt import prompt

__all__ = ["AnalysisError", "Finding", "Unsupported", "analyse", "find", "modules", "prompt"]
