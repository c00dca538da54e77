"""What can be wrong with the input.

AnalysisError     the C cannot be analysed at all; the message starts with file:line and says what to change
  Unsupported     legal C outside the model; `analyse` turns it into one finding of kind "unsupported"
"""


class AnalysisError(Exception):
    """The C cannot be analysed: recursion, an unknown function, a loop that never ends, a real loop variable."""

    def __init__(self, path, line: int, problem: str):
        super().__init__(f"{path}:{line}: {problem}")
        self.line, self.problem = line, problem


class Unsupported(AnalysisError):
    """The C is fine, but the model has no place for a construct in it."""
