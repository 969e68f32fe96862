"""The browser's door: who may come in, what they may do there, and the API that the desk is built from."""
