"""Puts the checklists together and has them follow the incidents."""

from bot.checklists import Checklists
from bot.slack import checklist_card
from bot.wire_ground import Ground


def build_checklists(ground: Ground) -> Checklists:
    """Return the checklists; from now on they follow what happens."""
    made = Checklists(
        store=ground.store,
        clock=ground.clock,
        runbooks=ground.rulings.runbooks,
        index=ground.rulings.index,
        advise=ground.rulings.advise,
        draw=lambda view: checklist_card.card(view, proposing=True, sharing=True),
    )
    ground.service.inform = made.inform
    ground.service.book.followers.append(made.follow)
    return made
