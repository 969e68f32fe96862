"""Webhooks: other programs are told what happened, signed, again and again until they took it."""
