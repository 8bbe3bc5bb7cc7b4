"""Reads text as a Python expression; nothing is ever executed."""

from __future__ import annotations

import ast
import warnings


def expression(text: str) -> ast.expr:
    """Return the expression that a text is; raises as `ast.parse` does.

    What Python says about style (``18and``) is for those who write Python, and not shown.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return ast.parse(text, mode="eval").body
