"""What typer does not export of its command parser.

From typer 0.27 on, click is a private part of typer; before, it was a package of its own.
"""

try:
    from typer._click.core import Command, Context, Parameter
    from typer._click.exceptions import ClickException, NoSuchOption, UsageError
except ImportError:  # typer before 0.27
    from click.core import (  # type: ignore[no-redef,import-not-found,unused-ignore]
        Command,
        Context,
        Parameter,
    )
    from click.exceptions import (  # type: ignore[no-redef,import-not-found,unused-ignore]
        ClickException,
        NoSuchOption,
        UsageError,
    )

__all__ = ["ClickException", "Command", "Context", "NoSuchOption", "Parameter", "UsageError"]
