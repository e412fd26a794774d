"""Outside sources and services, one file each. Nothing is shared between them."""
