"""Help and usage errors of the command line, in the user's language and aligned.

Typer speaks English only and counts characters where a terminal counts columns. Here its help is
drawn anew, and what it says itself is known by its form and said in the user's language.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, ClassVar, Final

import typer
from typer._click import ClickException, HelpFormatter
from typer._click.exceptions import NoArgsIsHelpError, UsageError
from typer.core import TyperCommand, TyperGroup

from index.i18n import gettext as _
from index.i18n import marked
from terminal.lines import Piece, width, wrap

# What Typer says itself. Of two that fit a text the first counts; {message} is one of them again.
_TYPERS = (
    marked("Arguments"),
    marked("Options"),
    marked("Commands"),
    marked("required"),
    marked("default: {value}"),
    marked("Show this message and exit."),
    marked("Install completion for the current shell."),
    marked("Show completion for the current shell, to copy it or customize the installation."),
    marked("Missing argument {name}."),
    marked("Missing option {name}."),
    marked("Missing command."),
    marked("No such option: {option} (Possible options: {options})"),
    marked("No such option: {option}"),
    marked("No such command {name}. Did you mean {names}?"),
    marked("No such command {name}."),
    marked("Got unexpected extra argument(s) ({arguments})"),
    marked("Option {option} requires an argument."),
    marked("Option {option} does not take a value."),
    marked("Invalid value for {name}: {message}"),
    marked("{value} is not a valid int range."),
    marked("{value} is not in the range {range}."),
)
_EXTRAS = r"(?s)(.*  |)\[([^\[\]]*)\]"
_SENTENCE_END = r"(?<=\.)\s|(?<=。)|\n\n"


@cache
def _forms() -> Sequence[tuple[str, re.Pattern[str]]]:
    """Each of Typer's messages and what texts it makes."""
    fields = re.compile(r"\\\{(\w+)\\\}")
    return [(m, re.compile("(?s)" + fields.sub(r"(?P<\1>.*?)", re.escape(m)))) for m in _TYPERS]


def in_users_language(text: str) -> str:
    """What Typer says, in the user's language; any other text as it is."""
    for message, form in _forms():
        if found := form.fullmatch(text):
            values = found.groupdict()
            if "message" in values:
                values["message"] = in_users_language(values["message"])
            return _(message).format(**values)
    return text


class Formatter(HelpFormatter):
    """Draws help; a Chinese character takes two columns and a line may end after it."""

    def write_usage(self, prog: str, args: str = "", prefix: str | None = None) -> None:
        """The line that shows how a command is called."""
        head = (_("Usage: ") if prefix is None else prefix) + prog + " "
        self._write_rows(head, args, width(head))

    def write_heading(self, heading: str) -> None:
        """The name of a list."""
        self.write(
            " " * self.current_indent + _("{heading}:").format(heading=_said(heading)) + "\n"
        )

    def write_text(self, text: str) -> None:
        """Paragraphs, parted by empty lines."""
        for number, paragraph in enumerate(text.split("\n\n")):
            self.write("\n" if number else "")
            self._write_rows("", " ".join(paragraph.split("\n")), self.current_indent)

    def write_dl(
        self, rows: Sequence[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        """Names and what they mean, in two columns."""
        column = min(max(width(name) for name, _meaning in rows), col_max) + col_spacing
        for name, meaning in rows:
            head = " " * self.current_indent + name
            if width(name) > column - col_spacing:
                self.write(head + "\n")
                head = ""
            self._write_rows(head, _said(meaning), self.current_indent + column)

    def _write_rows(self, head: str, text: str, indent: int) -> None:
        """The head, and beside it the text in rows that all begin in the same column."""
        for row in _rows(text, max(self.width - indent, 20)):
            self.write((head + " " * (indent - width(head)) + row).rstrip() + "\n")
            head = ""


def _rows(text: str, columns: int) -> Iterator[str]:
    for row in wrap([Piece(text)], columns):
        yield "".join(piece.text for piece in row)


def _said(text: str) -> str:
    """A heading or an option's help, with what Typer adds to it in brackets."""
    found = re.fullmatch(_EXTRAS, text)
    if found is None:
        return in_users_language(text)
    help, extras = found.groups()
    said = [in_users_language(extra) for extra in extras.split("; ")]
    return help + _("[{extras}]").format(extras=_("; ").join(said))


class _Context(typer.Context):
    formatter_class = Formatter


class Command(TyperCommand):
    """A command whose help Formatter draws."""

    context_class = _Context

    def get_short_help_str(self, limit: int = 45) -> str:
        """The help's first sentence; it is wrapped, not cut."""
        return re.split(_SENTENCE_END, self.help or "", maxsplit=1)[0]


class Commands(Mapping[str, TyperCommand]):
    """Commands by name, each made when it is asked for.

    To make one takes Typer a millisecond, and a process runs one.
    """

    def __init__(self, makers: Mapping[str, Callable[[], TyperCommand]]) -> None:
        self._makers = makers
        self._made: dict[str, TyperCommand] = {}

    def __getitem__(self, name: str) -> TyperCommand:
        if name not in self._made:
            self._made[name] = self._makers[name]()
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._makers)

    def __len__(self) -> int:
        return len(self._makers)


_LEARNT: Final = (
    *("index", "query", "browse", "show", "similar", "copies", "diff", "spread"),
    *("serve", "parse", "status", "verify", "copy"),
)


class Group(TyperGroup):
    """The commands together; says in the user's language what is wrong with a command line."""

    context_class = _Context
    makers: ClassVar[dict[str, Callable[[], TyperCommand]]] = {}
    """What makes each command, by its name."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = Commands(self.makers)  # type: ignore[assignment]

    def list_commands(self, ctx: Any) -> list[str]:
        """The names of the commands, as they are best learnt."""
        return sorted(self.makers, key=_LEARNT.index)

    def main(
        self,
        args: Sequence[str] | None = None,
        prog_name: str | None = None,
        complete_var: str | None = None,
        standalone_mode: bool = True,
        windows_expand_args: bool = True,
        **extra: Any,
    ) -> Any:
        """Run the command that the arguments name; in standalone mode this ends the program."""
        try:
            status = super().main(
                args, prog_name, complete_var, False, windows_expand_args, **extra
            )
        except ClickException as error:
            if not standalone_mode:
                raise
            _show(error)
            status = error.exit_code
        if standalone_mode:
            sys.exit(status)
        return status


def _show(error: ClickException) -> None:
    if isinstance(error, NoArgsIsHelpError):
        error.show()
        return
    if isinstance(error, UsageError) and error.ctx is not None:
        hint = _("Try '{command} {option}' for help.")
        command, option = error.ctx.command_path, error.ctx.help_option_names[0]
        print(error.ctx.get_usage(), file=sys.stderr)
        print(hint.format(command=command, option=option) + "\n", file=sys.stderr)
    message = in_users_language(error.format_message())
    print(_("Error: {message}").format(message=message), file=sys.stderr)
