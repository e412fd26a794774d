"""`tocsin postmortem`: the draft of one incident's postmortem, from the log alone."""

import click


@click.command()
@click.argument("incident")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option(
    "--names", is_flag=True, help="Keep people's Slack ids; by default they are roles."
)
def postmortem(incident: str, *, as_json: bool, names: bool) -> None:
    """Print a draft of the postmortem of INCIDENT, for example INC-0001, as Markdown.

    Rules draft it from the log; nothing is asked and nothing is kept. What a model
    wrote before, after `/incident postmortem`, is in it and marked.
    """
    from bot.cli.guarded import masked
    from bot.cli.opening import open_settings, open_store
    from bot.cli.timeline import reading_of, unknown
    from bot.readmodels import postmortem_export
    from bot.readmodels.postmortem import postmortem as drafted
    from bot.web.postmortem import read_account

    store, keys = open_store()
    try:
        reading = reading_of(open_settings(), store, keys)
        found = read_account(reading, incident.upper())
    finally:
        store.close()
    if found is None:
        raise unknown(incident, "No postmortem was drafted")
    account, note = found
    draft, cast = drafted(account), None if names else account.cast()
    if as_json:
        told = postmortem_export.as_json(draft, cast=cast, now=account.now, mask=masked)
    else:
        told = postmortem_export.markdown(
            draft, cast=cast, now=account.now, mask=masked, checkpoint=note
        )
    click.echo(told, nl=False)
