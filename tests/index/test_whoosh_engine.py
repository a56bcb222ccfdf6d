"""The Whoosh index on its disk: versions, damage, readers that keep their commit, sweeping."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from index import whoosh_writer
from index.analysis import analysis_version
from index.engine import Batch, Question
from index.errors import IndexDamaged, IndexMissing, IndexOutdated
from index.manifest import NAME, read_manifest, write_manifest
from index.model import Report
from index.querytree import And, Field, Text
from index.whoosh_engine import WhooshEngine
from index.whoosh_writer import WhooshWriter
from tests.made import batch, make_report, write

pytestmark = pytest.mark.usefixtures("unsynced")
MANY = 24
"""Commits in which segments are merged several times."""


def report(n: int, text: str = "枫桥经验") -> Report:
    return make_report(f"r{n}", [("一、调解", f"{text}第{n}份。"), ("二、", "普法" * n)])


def sections(engine: WhooshEngine, text: str) -> int:
    return engine.search(Question(Text(text, text, quoted=True))).total_sections


def committed(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


# Versions.


@pytest.fixture
def small(tmp_path: Path) -> Path:
    first = batch(report(1), report(2))
    return write(tmp_path / "index", first, replace(batch(report(3)), settle=True))


@pytest.mark.parametrize("name", ["schema", "analysis"])
def test_an_index_of_another_version_is_refused_and_left_alone(small: Path, name: str) -> None:
    manifest = read_manifest(small)
    versions = dict(manifest.versions) | {name: "of old"}
    write_manifest(small, replace(manifest, versions=versions))
    before = committed(small)
    for open_it in (WhooshEngine, WhooshWriter):
        with pytest.raises(IndexOutdated, match="of old") as error:
            open_it(small)
        assert f'lawsearch index REPORTS --rebuild --index-dir "{small}"' in error.value.hint
    assert {name: data for name, data in committed(small).items() if name != "writer.lock"} == {
        name: data for name, data in before.items() if name != "writer.lock"
    }


def test_a_rebuild_replaces_an_index_of_another_version(small: Path) -> None:
    manifest = read_manifest(small)
    write_manifest(small, replace(manifest, versions={"schema": "3"}, segments=()))
    writer = WhooshWriter(small, rebuild=True)
    assert writer.given() == {f"/reports/r{n}.txt": f"r{n}" for n in (1, 2, 3)}
    writer.write(batch(report(2)))
    writer.close()
    engine = WhooshEngine(small)
    assert [*engine.report_ids()] == ["r2"]
    assert engine.status().commit > manifest.commit
    assert engine.status().versions["analysis"] == analysis_version()
    engine.close()


def test_the_old_index_answers_until_a_rebuild_commits(small: Path) -> None:
    writer = WhooshWriter(small, rebuild=True)
    engine = WhooshEngine(small)
    assert sections(engine, "枫桥") == 3
    engine.close()
    writer.close()  # given up
    engine = WhooshEngine(small)
    assert sections(engine, "枫桥") == 3
    engine.close()


# Damage.


def damage(data: bytes) -> dict[str, bytes | None]:
    random = Random(len(data))
    found: dict[str, bytes | None] = {"missing": None, "empty": b"", "cut": data[: len(data) // 2]}
    places = {0, len(data) - 1, random.randrange(len(data))}
    for at in sorted(places):
        bit = 1 << random.randrange(8)
        found[f"bit at {at}"] = data[:at] + bytes([data[at] ^ bit]) + data[at + 1 :]
    return found


def file_of_damage(folder: Path) -> str | None:
    """The file that asking everything complains of; None where no answer came to need it."""
    try:
        ask_everything(folder)
    except IndexDamaged as error:
        return error.file
    return None


def ask_everything(folder: Path) -> None:
    engine = WhooshEngine(folder)
    try:
        for text in ("枫桥", "普", "没有"):
            engine.search(Question(Text(text, text, quoted=False), facets=tuple(Field)))
        engine.fetch([*engine.report_ids()])
        engine.values(Field.TOPIC)
        dict(engine.words())
        engine.status()
    finally:
        engine.close()


def problems(folder: Path) -> str:
    """What verify says, or what opening says before it comes to that."""
    try:
        engine = WhooshEngine(folder)
    except IndexDamaged as error:
        return str(error)
    try:
        return "\n".join(engine.verify())
    finally:
        engine.close()


def test_damage_to_any_file_is_told_by_its_name_and_never_a_crash(tmp_path: Path) -> None:
    many = batch(*(report(n) for n in range(1, 9)))
    folder = write(tmp_path / "index", many, batch(report(9), remove=["r1"]))
    names = [*read_manifest(folder).files]
    kinds = sorted(Path(name).suffix for name in names)
    assert kinds == [".del", ".json", ".json", ".seg", ".seg", ".toc"]
    for name in names:
        file = folder / name
        good = file.read_bytes()
        for what, data in damage(good).items():
            file.unlink(missing_ok=True)
            if data is not None:
                file.write_bytes(data)
            assert name in problems(folder), what
            assert file_of_damage(folder) in (None, name), what
        file.write_bytes(good)
    assert problems(folder) == ""


@pytest.mark.parametrize("what", ["missing", "empty", "cut", "bit at 0", "another bit"])
def test_damage_never_becomes_part_of_a_new_segment(small: Path, what: str) -> None:
    (segment,) = small.glob("*.seg")
    data = segment.read_bytes()
    middle = len(data) // 2
    kinds = damage(data) | {"another bit": data[:middle] + b"\xff\xff" + data[middle + 2 :]}
    segment.unlink()
    if (spoilt := kinds[what]) is not None:
        segment.write_bytes(spoilt)
    with pytest.raises(IndexDamaged) as error:
        write(small, batch(report(8), report(9)))  # so many that all are merged
    assert error.value.file == segment.name
    assert read_manifest(small).commit == 2


def test_a_damaged_index_is_never_deleted(small: Path) -> None:
    before = committed(small)
    (segment,) = small.glob("*.seg")
    segment.write_bytes(b"no segment")
    for open_it in (WhooshEngine, WhooshWriter):
        with pytest.raises(IndexDamaged) as error:
            open_it(small)
        assert "Nothing was deleted" in error.value.hint
    assert before.keys() <= committed(small).keys()


def test_a_lost_manifest_is_damage_to_a_writer(small: Path) -> None:
    (small / NAME).unlink()
    before = committed(small)
    with pytest.raises(IndexMissing):
        WhooshEngine(small)
    with pytest.raises(IndexDamaged, match=r"manifest\.json is missing"):
        WhooshWriter(small)
    assert before.keys() <= committed(small).keys()


def test_files_of_others_in_the_folder_are_left_alone(small: Path) -> None:
    for name in ("notes.txt", "lawsearch.txt", "_other_1.toc", "MAIN_abc.seg"):
        (small / name).write_text("mine")
    (small / "lawsearch_0123456789abcdef.seg").write_text("left over")
    write(small, batch(report(4)))
    left = committed(small)
    assert {"notes.txt", "lawsearch.txt", "_other_1.toc", "MAIN_abc.seg"} <= left.keys()
    assert "lawsearch_0123456789abcdef.seg" not in left


def test_after_a_commit_only_its_files_are_left(small: Path) -> None:
    for n in range(20):
        write(small, batch(report(n % 5)))
        names = {*read_manifest(small).files, NAME}
        assert names == {path.name for path in small.iterdir()} - {"writer.lock"}


# Readers.


def test_a_reader_keeps_its_commit_whatever_is_committed_merged_and_swept(tmp_path: Path) -> None:
    folder = write(tmp_path / "index", batch(report(0)))
    before = read_manifest(folder).files
    engine = WhooshEngine(folder)
    for n in range(1, MANY):
        write(folder, batch(report(n), remove=["r0"]))
    assert not set(before) & set(read_manifest(folder).files)  # merged and swept
    assert sections(engine, "枫桥经验第0份") == 1
    assert sections(engine, "第1份") == 0
    assert engine.fetch(["r0", "r1"]).keys() == {"r0"}
    assert [*engine.report_ids()] == ["r0"]
    assert engine.status().reports == 1
    assert dict(engine.words("调解")) == {"调解": 1}
    assert [*engine.verify()] == []
    engine.close()
    engine = WhooshEngine(folder)
    assert len([*engine.report_ids()]) == MANY - 1
    assert sections(engine, "枫桥经验第0份") == 0
    engine.close()


def test_segments_stay_few(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    for n in range(MANY):
        write(folder, batch(report(n)))
        assert len([*folder.glob("*.seg")]) == len(read_manifest(folder).segments) <= 4


def test_a_reader_that_opens_while_a_commit_is_swept_tries_again(
    small: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading the manifest and opening its files another process commits."""
    stale = read_manifest(small)
    write(small, *(batch(report(n)) for n in range(30)))
    from index.segments import files

    manifests = iter([stale, read_manifest(small)])
    monkeypatch.setattr(files, "read_manifest", lambda folder: next(manifests))
    engine = WhooshEngine(small)
    assert len([*engine.report_ids()]) == 30
    engine.close()


# Batches.


def break_in(name: str) -> Callable[..., object]:
    def broken(*_: object, **__: object) -> object:
        raise MemoryError(name)

    return broken


@pytest.mark.parametrize("step", ["write_segments", "dump_table", "write_toc"])
def test_a_batch_that_breaks_leaves_the_last_commit(
    small: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    before = committed(small)
    writer = WhooshWriter(small)
    with monkeypatch.context() as patch:
        patch.setattr(whoosh_writer, step, break_in(step))
        with pytest.raises(MemoryError):
            writer.write(batch(report(9), remove=["r1"]))
    assert before.keys() >= {p.name for p in small.iterdir()} - {"writer.lock", "writer.json"}
    writer.write(batch(report(9)))  # the same writer goes on
    writer.close()
    engine = WhooshEngine(small)
    assert sorted(engine.report_ids()) == ["r1", "r2", "r3", "r9"]
    assert [*engine.verify()] == []
    engine.close()


def test_a_writer_fetches_what_it_has_committed(tmp_path: Path) -> None:
    writer = WhooshWriter(tmp_path)
    assert writer.fetch(["r1"]) == {}
    writer.write(batch(report(1)))
    assert writer.fetch(["r1", "r2"]) == {"r1": report(1)}
    writer.write(batch(report(2)))
    assert writer.fetch(["r1", "r2"]).keys() == {"r1", "r2"}
    writer.close()


def test_retired_ids_are_remembered(tmp_path: Path) -> None:
    write(tmp_path, Batch(retired=frozenset({"x~2"})), Batch(retired=frozenset({"x~3"})))
    writer = WhooshWriter(tmp_path)
    assert writer.retired() == {"x~2", "x~3"}
    writer.close()
    writer = WhooshWriter(tmp_path, rebuild=True)
    assert writer.retired() == {"x~2", "x~3"}
    writer.close()


def test_an_empty_index_answers(tmp_path: Path) -> None:
    engine = WhooshEngine(write(tmp_path, Batch()))
    assert engine.search(Question(And(()), facets=tuple(Field))).total_sections == 0
    engine.close()
