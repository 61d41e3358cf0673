"""Turn the text of an expression into a syntax tree, or refuse it."""

from __future__ import annotations

import ast
import io
import tokenize
import warnings
from typing import Final

from registret.registries.language.expressions import ExpressionBroken

LONGEST: Final = 1000


def syntax_tree(text: str) -> ast.expr:
    """Raises: ExpressionBroken."""
    try:
        with warnings.catch_warnings():
            # What Python would only warn of (`1or 2`, `"\\d"`) is a slip of the pen here.
            warnings.simplefilter("error")
            tree = ast.parse(text, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError, Warning):
        raise ExpressionBroken("not an expression") from None
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            raise ExpressionBroken("has a comment, after which nothing counts: write it beside the expression")
        if token.type == tokenize.NAME and not token.string.isascii():
            raise ExpressionBroken(f"{token.string[:40]} is not written in plain letters")
    return tree
