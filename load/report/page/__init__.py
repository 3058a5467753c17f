"""A report as one page of HTML that needs nothing else: no network, no script."""

from load.report.page.document import page, write_page

__all__ = ["page", "write_page"]
