"""What every command of the command line has in common: how it ends, and what it prints with."""

from __future__ import annotations

import functools
import inspect
import json
import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final, TypeVar

import typer

from index.errors import LawsearchError
from index.i18n import gettext as _
from index.querytree import Field
from terminal.opening import Where
from terminal.usage import Command, Group

if TYPE_CHECKING:
    from typer.core import TyperCommand

    from index.querytree import Filter

HITS: Final = 0
NO_HITS: Final = 1
FAILED: Final = 2
INTERRUPTED: Final = 130
_CONTROLS: Final = "[\x7f-\x9f]"
Run = TypeVar("Run", bound=Callable[..., Any])


def command(*, epilog: str = "") -> Callable[[Run], Run]:
    """Register a command whose errors end in a message and an exit status.

    Its parameter `where`, if it has one, is typed as all the options that say where the index is.
    """

    def register(function: Run) -> Run:
        @functools.wraps(function)
        def run(*args: Any, **kwargs: Any) -> None:
            try:
                raise typer.Exit(function(*args, **_gathered(function, kwargs)))
            except LawsearchError as error:
                if os.environ.get("LAWSEARCH_DEBUG"):
                    raise
                say(error)
                raise typer.Exit(FAILED) from None
            except BrokenPipeError:  # who reads our output has seen enough
                raise typer.Exit(HITS) from None
            except KeyboardInterrupt:
                print(_("Interrupted."), file=sys.stderr)
                raise typer.Exit(INTERRUPTED) from None

        help = _(inspect.getdoc(function) or function.__name__)

        def make() -> TyperCommand:
            run.__signature__ = _signature(function)  # type: ignore[attr-defined]
            own = typer.Typer(add_completion=False, rich_markup_mode=None)
            told: dict[str, Any] = {"help": help, "epilog": epilog or None}
            own.command(cls=Command, options_metavar=_("[OPTIONS]"), **told)(run)
            return typer.main.get_command(own)  # type: ignore[return-value]

        Group.makers[function.__name__] = make
        return function

    return register


def _signature(function: Callable[..., Any]) -> inspect.Signature:
    """What is asked for on the command line, in the order of the help."""
    from terminal.options import ON_AN_INDEX

    signature = inspect.signature(function, eval_str=True)
    parameters = list[inspect.Parameter]()
    for each in signature.parameters.values():
        typed = ON_AN_INDEX if each.annotation is Where else {each.name: each.annotation}
        default = None if each.annotation is Where else each.default
        parameters += (
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=to)
            for name, to in typed.items()
        )
    return signature.replace(parameters=parameters)


def _gathered(function: Callable[..., Any], typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed, with all that says where the index is as one."""
    if "where" not in function.__annotations__:
        return typed
    names = [field.name for field in fields(Where)]
    where = Where(**{name: typed.pop(name) for name in names if name in typed})
    return typed | {"where": where}


def say(error: LawsearchError) -> None:
    """Tell what went wrong, and what to do, on standard error."""
    from terminal.lines import BAD, Piece, clean, print_lines

    lines = [[Piece(clean(str(error)), BAD)]]
    if error.hint:
        lines.append([Piece(clean(error.hint))])
    print_lines(lines, sys.stderr)


def print_json(objects: Iterable[Any]) -> None:
    """Print one JSON object a line."""
    for each in objects:
        plain = json.dumps(each, ensure_ascii=False)
        # JSON escapes what ASCII has of control characters; a terminal obeys these too.
        sys.stdout.write(re.sub(_CONTROLS, lambda c: f"\\u{ord(c[0]):04x}", plain) + "\n")


def print_styled(lines: Iterable[Any]) -> None:
    """Print styled lines."""
    from terminal.lines import print_lines

    print_lines(lines)


def given(**typed: list[str] | None) -> dict[Field, list[str]]:
    """The filters of the command line that were given, as they were typed."""
    return {Field(name): values for name, values in typed.items() if values}


def read_filters(flags: dict[Field, list[str]]) -> tuple[Filter, ...]:
    """The filters that were typed. Raises BadFilter."""
    if not flags:
        return ()
    from search.flags import read_flags

    return read_flags(flags)
