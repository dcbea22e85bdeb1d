"""What changed between two models, as one HTML file that needs nothing else, and as JSON: ``python -m dashboard.report``."""

from dashboard.report.content import Decision, Note, Report, make_report
from dashboard.report.page import html_page

__all__ = ["Decision", "Note", "Report", "html_page", "make_report"]
