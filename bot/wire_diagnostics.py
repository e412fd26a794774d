"""Puts sharing on its ground: what diagnostics collect, and where they lie sealed.

What sharing is made of is `bot/wire_sharing.py`.
"""

from bot.slack.late import LatePeople
from bot.wire_collect import collecting
from bot.wire_ground import Ground
from bot.wire_intake import collectors
from bot.wire_sharing import Sharing, SharingNeeds, build_sharing
from bot.wire_storage import build_storage


def sharing_of(ground: Ground, people: LatePeople) -> Sharing:
    """Return sharing, with everybody looked up as Slack knows them."""
    return build_sharing(
        SharingNeeds(
            settings=ground.settings,
            store=ground.store,
            keys=ground.keys,
            clock=ground.clock,
            redactor=lambda: ground.roster.masking(ground.rulings.redactor),
            collectors=collectors(
                ground.settings,
                collecting(ground.settings, ground.rulings.registry),
                in_practice=ground.in_practice,
            ),
            reader=ground.aws.reader,
            base_url=ground.base_url,
            admin_token=ground.admin_token,
            guesses=ground.guesses,
            storage=build_storage(
                ground.settings,
                keys=ground.keys,
                aws=ground.aws,
                clock=ground.clock,
                origin=ground.store.origin,
                in_practice=ground.in_practice,
            ),
            renew_evidence=ground.evidence.renew,
            look=people.kept,
            show=ground.service.redraw,
        )
    )
