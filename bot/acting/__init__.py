"""What all actions share whose plan, write and check differ only by data."""
