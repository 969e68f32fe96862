"""From the text of the operators' files to values with places, and to every problem of their form. Pure."""
