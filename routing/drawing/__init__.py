"""How the plan looks on paper: what is drawn, where it stands, and how it is written as SVG or Mermaid. Pure."""
