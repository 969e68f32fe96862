"""What agents look up while somebody talks to them: articles and talk scripts, searched as one types."""
