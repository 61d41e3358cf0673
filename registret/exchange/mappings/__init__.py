"""How the columns of a file answer the questions of a form: a mapping is data, written in TOML."""
