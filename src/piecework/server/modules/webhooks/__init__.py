"""Webhooks: the door through which most runs come in (spec/api.md §5). Served beside the REST framework, because they are called most."""
