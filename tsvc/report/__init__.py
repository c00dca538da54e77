"""What people read of a run, all from one record (results.json).

tables      what is said: sections, each of sentences, a table, and texts to quote
text        for terminals and logs: 80 columns, no colour
markdown    REPORT.md, and $GITHUB_STEP_SUMMARY
page        one HTML file with figures and a panel for each loop (imported by who needs it: it is slow to load)
differences the sections of a comparison of two runs
"""

from tsvc.report.markdown import markdown
from tsvc.report.tables import speedup_text
from tsvc.report.text import summary_lines

__all__ = ["markdown", "speedup_text", "summary_lines"]
