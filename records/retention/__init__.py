"""How long things are kept: holds, terms, what is deleted and what is reduced when its term is over."""
