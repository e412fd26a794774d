"""What many sources share: reading JSON, fields, times, CloudEvents, mappings.

Pure: bytes and values in, values out. What one vendor's payload looks like stands
in `integrations/`; what an alert means stands in `bot/domain/classification.py`.
"""
