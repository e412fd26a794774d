"""What people write about an incident: catch-up, update, handover, postmortem."""
