"""The pages' parts: a package a page; what two pages share is in `app`."""
