"""What was said and done: the journal and the call detail records folded from it."""
