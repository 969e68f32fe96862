"""What the operators' files are held to: one table of rules, in English and Chinese. Pure."""
