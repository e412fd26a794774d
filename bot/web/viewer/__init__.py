"""The files of the page that opens sealed diagnostics, as they are served.

`viewer.mjs` is the source; `scripts/viewer.sh` bundles it with npm's age-encryption
into `viewer.js`, which is made at set-up and never committed.
"""
