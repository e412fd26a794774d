"""Views of the log that people read: each is computed, none of them decides."""
