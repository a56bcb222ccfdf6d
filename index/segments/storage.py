"""The folder of an index as its writer sees it: which files are whose, and what may go.

A writer only ever adds files. What no commit needs is swept away once a newer one counts.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterable
from pathlib import Path
from secrets import token_hex
from typing import Final

from index import manifest as manifests
from index.errors import IndexDamaged, IndexMissing, StoreError
from index.i18n import gettext as _
from index.manifest import LAST_COMMIT
from index.segments.format import INDEX_NAME

# Every name that this program ever gave a file in an index folder, but the lock's.
_OURS: Final = re.compile(
    rf"_{INDEX_NAME}_\d+\.toc(\.[\d.e+-]+)?|{INDEX_NAME}_[0-9a-z]+\..+|files-\d+\.json|"
    rf"{re.escape(manifests.NAME)}(\.tmp)?"
)
_NUMBERED: Final = re.compile(rf"(?:_{INDEX_NAME}_|files-)(\d{{1,10}})\.(?:toc|json)")


def new_segment_name() -> str:
    """A name for a segment's file that no other has."""
    return f"{INDEX_NAME}_{token_hex(8)}.seg"


def deletes_name(segment: str, commit: int) -> str:
    """The name of the file of what is deleted of a segment from a commit on."""
    return f"{segment.removesuffix('.seg')}.{commit}.del"


def sweep(folder: Path, keep: Iterable[str]) -> None:
    """Remove our files that no commit names. On Windows a file in use stays until next time."""
    kept = {manifests.NAME, *keep}
    for path in folder.iterdir():
        if path.name not in kept and _OURS.fullmatch(path.name):
            with contextlib.suppress(OSError):
                path.unlink()


def commits_seen(folder: Path) -> list[int]:
    """The numbers of all commits of which a table of contents is in the folder, finished or not."""
    found = (_NUMBERED.fullmatch(path.name) for path in folder.iterdir())
    return [number for match in found if match and (number := int(match[1])) <= LAST_COMMIT]


def begin_first(folder: Path) -> None:
    """Make a folder without a manifest ready for its first commit.

    The temporary manifest is there from now on until that commit counts: without it, an index's
    files say that its manifest was lost, and they are left alone. Raises IndexDamaged then.
    """
    if not commits_seen(folder):
        manifests.write_text(folder / manifests.TEMPORARY, "")
        manifests.sync_folder(folder)
    if not sweep_unfinished(folder):
        raise IndexDamaged(folder, manifests.NAME, _("is missing"))


def begin_again(folder: Path) -> int:
    """The number from which a rebuild counts: above those of all files that are to stay."""
    sweep_unfinished(folder)
    if numbers := commits_seen(folder):
        return max(numbers) + 1
    if not (folder / manifests.NAME).exists():
        begin_first(folder)
    return 0


def sweep_unfinished(folder: Path) -> bool:
    """Remove what no finished commit needs; False, and nothing, where that cannot be told."""
    try:
        keep: Iterable[str] = manifests.read_manifest(folder).files
    except IndexMissing:
        begun = (folder / manifests.TEMPORARY).is_file()
        if not begun or max(commits_seen(folder), default=0) > 1:
            return False
        keep = (manifests.TEMPORARY,)
    except StoreError:
        return False
    sweep(folder, keep)
    return True
