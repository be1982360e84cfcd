"""Decodes untrusted picture files, in separate processes."""
