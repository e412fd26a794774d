"""The AWS room: sessions, minted credentials, calls and what their errors mean.

With `integrations/` the only importer of boto3 and botocore, and only inside functions:
loading this room costs nothing. What a single service can do is in its integration.
"""
