"""Finding and wording: the room that suggests and never decides.

Runbook search and suggestions live here, and the summaries a model may propose.
Nothing in this room acts, stores, or talks to Slack; it imports the domain and the
ports only.
"""
