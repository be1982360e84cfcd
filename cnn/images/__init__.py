"""Untrusted bytes to a checked picture, decoded in processes of their own."""
