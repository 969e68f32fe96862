"""What calls are about: our own tree of categories, and its way into the trees of others."""
