"""Templates, tokens of style, vendored scripts, tags: what every page shares in looks."""
