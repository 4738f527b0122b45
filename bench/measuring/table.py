"""Tables in Markdown, which is plain enough for a terminal too."""


def table(head, rows):
    """A table whose columns are as wide as what stands in them."""
    lines = [head, *rows]
    widths = [max(len(line[column]) for line in lines) for column in range(len(head))]
    rule = ["-" * width for width in widths]
    return "\n".join(
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths)) + " |" for line in [head, rule, *rows]
    )
