"""What people do with their hands at the practice page, step by step.

Each function is one deed of one person and ends when the page shows that it was done.
What must come of it is for the tests to say.
"""

import re
from typing import TYPE_CHECKING

from tests.outside.screens import Screen

if TYPE_CHECKING:
    from playwright.sync_api import Locator


def become(screen: Screen, name: str) -> None:
    """Let somebody else sit at the page; done when all of it is drawn for them."""
    before = screen.page.locator("#composer-text").element_handle()
    picker = screen.page.locator("aside select, nav select, select").first
    labels = picker.locator("option").all_inner_texts()
    picker.select_option(label=next(one for one in labels if name in one))
    screen.page.wait_for_function("(before) => !before.isConnected", arg=before)


def incident_card(screen: Screen, incident: str) -> "Locator":
    """Return the card of an incident: it says first where the incident stands."""
    return screen.cards.filter(has_text=re.compile(rf"{incident} · \w+ ")).first


def plan_card(screen: Screen, words: str) -> "Locator":
    return screen.cards.filter(has_text="digest").filter(has_text=words).last


def press(card: "Locator", name: str) -> None:
    card.get_by_role("button", name=name, exact=True).click()


def propose(screen: Screen, card: "Locator", key_id: str) -> None:
    press(card, "Propose action…")
    screen.modal.locator("select").select_option(label="Deactivate an IAM access key")
    screen.modal.get_by_role("button", name="Next").click()
    fields = screen.modal.locator("input[type=text], textarea")
    fields.nth(2).wait_for()
    fields.nth(0).fill(key_id)
    fields.nth(1).fill("ci-deployer")
    fields.nth(2).fill("The key is in a public repository.")
    screen.modal.get_by_role("button", name="Propose").click()
    screen.page.keyboard.press("Escape")


def confirm(screen: Screen, words: str) -> None:
    press(plan_card(screen, words), "Review and confirm")
    screen.modal.locator("input[type=text]").first.fill("ci-deployer")
    screen.modal.get_by_role("button", name="Confirm").click()
    screen.modal.get_by_text("Recorded").first.wait_for()
    screen.page.keyboard.press("Escape")


def roll_back(screen: Screen, card: "Locator") -> None:
    """Propose the way back from the card, with a reason."""
    press(card, "Propose rollback")
    screen.modal.locator("textarea").fill("The leak is closed, the key is needed.")
    screen.modal.get_by_role("button", name="Propose").click()
    screen.modal.get_by_text("Recorded").first.wait_for()
    screen.page.keyboard.press("Escape")
