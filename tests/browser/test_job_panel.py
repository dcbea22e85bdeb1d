"""A job seen from the page: how far, a way to stop, one whole run at the end."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.serving import open_page

pytestmark = pytest.mark.browser


def test_progress_curves_and_exactly_one_whole_run_at_the_end(page: Page, gallery: str) -> None:
    open_page(page, f"{gallery}/job")
    expect(page.get_by_text("whole runs 1,")).to_be_visible()
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    expect(page.get_by_text(re.compile(r"Training: sweep \d+ of 20, about \d+.s left"))).to_be_visible()
    expect(
        page.get_by_role("img", name=re.compile("Error on ratings held out: from .* RMSE, in stars"))
    ).to_be_visible()
    expect(page.get_by_text("result trained")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)
    page.wait_for_timeout(1500)  # polling must have ended
    expect(page.get_by_text("whole runs 3,")).to_be_visible()


def test_a_job_survives_a_reload_and_can_be_stopped(page: Page, gallery: str) -> None:
    open_page(page, f"{gallery}/job")
    page.get_by_role("button", name="Train", exact=True).click()
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.reload()
    expect(page.get_by_role("progressbar")).to_be_visible()
    page.get_by_role("button", name="Stop training").click()
    expect(page.get_by_text("Training was stopped. The model in use stays.")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_have_count(0)
