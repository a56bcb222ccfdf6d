"""Passages that stand in several reports: which sections, which came first, what differs."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.analysis import fold_stream
from index.model import Place, Report
from index.querytree import Field, Filter, YearRange
from index.whoosh_engine import WhooshEngine
from search.alignment import Agreement, Change
from search.copied import Copies, Group, Member, Order
from search.copies import Between, CopiesRequest, copies_json, find_copies
from search.grouping import CLOSE, LEAST, LONG, NAMES, Grouping, _counts, _is_long
from tests.made import PAGE_BREAK, batch, make_report, write

pytestmark = pytest.mark.usefixtures("unsynced")

TOWNS = ("槿岭镇", "霜溪乡", "荻溪镇", "双桅镇", "鹭溪乡", "榛岭镇", "麦川乡", "砚湾镇", "枫渚街道")
# Sentences of some 40 characters that have nothing in common.
OWN = (
    "乡贤堂里摆下八仙桌，老支书沏一壶野茶，把争了三年的水渠走向当面划清，两家人握手出门。",
    "码头趸船改作普法驿站，渔民收网归来先听一刻钟判例，再领当日冰票，半年听讲七百余人次。",
    "执法队员随身带两张清单，一张列首违不罚情形，一张写整改期限，商户签字后当场各留一份。",
    "镇里请退休法官坐堂，每逢集日在粮站旧址开庭讲案，把赡养、宅基、彩礼三类纠纷逐件说透。",
    "文件起草人先填廉洁与合法双审表，司法所三日内退回意见，未经审核的一律不进党委会议题。",
    "山塘承包合同由顾问律师逐条核对，村民代表按手印存底，档案柜钥匙分给三人保管互相监督。",
)
SHARED = "全镇上下要把思想和行动统一到决策部署上来，为建设更高水平的平安法治乡镇不懈奋斗。"


def place(n: int) -> Place:
    """One of many townships, each three in a county."""
    return Place(TOWNS[n], ("青禾县", "云麓区", "霁川市")[n // 3], "云汀市", "澜岳省")


def report(town: int, year: int | None, *texts: str, issued: str | None = None) -> Report:
    """A report with a section for each text."""
    id = f"{TOWNS[town]}-{year}"
    made = make_report(id, [("", text) for text in texts], year=year, place=place(town))
    return replace(made, issued=issued)


Find = Callable[..., Copies]


@pytest.fixture
def find(tmp_path: Path) -> Iterator[Find]:
    """What is found in an index of some reports."""
    engines: list[WhooshEngine] = []

    def run(reports: Sequence[Report], **asked: object) -> Copies:
        folder = tmp_path / str(len(engines))
        engines.append(WhooshEngine(write(folder, batch(*reports))))
        return find_copies(engines[-1], CopiesRequest(**asked))  # type: ignore[arg-type]

    yield run
    for engine in engines:
        engine.close()


def ids(group: Group) -> list[str]:
    return [member.passage.id for member in group.members]


def sets(copies: Copies) -> list[list[str]]:
    return sorted(sorted(ids(group)) for group in copies.groups)


# Who is in a group


def test_all_that_have_one_text_are_one_group(find: Find) -> None:
    copies = find([report(town, 2020 + town, OWN[0] + OWN[1]) for town in (2, 0, 1)])
    assert copies.total_groups == 1
    (group,) = copies.groups
    assert ids(group) == ["槿岭镇-2020#0", "霜溪乡-2021#0", "荻溪镇-2022#0"]
    assert (group.reports, group.townships, group.counties) == (3, 3, 1)
    assert group.members[0].text == OWN[0] + OWN[1]


def test_what_is_like_one_that_is_like_a_third_is_not_put_together(find: Find) -> None:
    reports = [report(0, 2020, OWN[0]), report(1, 2021, OWN[0] + OWN[1]), report(2, 2022, OWN[1])]
    assert sets(find(reports)) == [
        ["槿岭镇-2020#0", "霜溪乡-2021#0"],
        ["荻溪镇-2022#0", "霜溪乡-2021#0"],
    ]


def test_two_that_share_more_than_the_first_has_are_a_group_of_their_own(find: Find) -> None:
    more = OWN[0] + OWN[1] + OWN[2]
    reports = [report(0, 2020, OWN[0]), report(1, 2021, more), report(2, 2022, more)]
    copies = find(reports)
    assert [ids(group) for group in copies.groups] == [
        ["霜溪乡-2021#0", "荻溪镇-2022#0"],
        ["槿岭镇-2020#0", "霜溪乡-2021#0", "荻溪镇-2022#0"],
    ]
    assert copies.groups[0].characters > copies.groups[1].characters


def test_different_passages_of_one_section_are_different_groups(find: Find) -> None:
    first = report(0, 2020, OWN[0] + OWN[1])
    copies = find([first, report(1, 2021, OWN[0]), report(2, 2022, OWN[1])])
    assert [ids(group)[0] for group in copies.groups] == ["槿岭镇-2020#0"] * 2
    assert sorted(group.members[0].text for group in copies.groups) == sorted(OWN[:2])


def test_a_sentence_in_another_paragraph_is_found(find: Find) -> None:
    copies = find([report(0, 2020, OWN[0] + OWN[1]), report(1, 2021, OWN[2], OWN[3] + OWN[1])])
    assert sets(copies) == [["槿岭镇-2020#0", "霜溪乡-2021#1"]]
    assert copies.groups[0].members[1].text == OWN[1]


def test_sentences_in_another_order_are_one_member(find: Find) -> None:
    reordered = OWN[2] + OWN[0] + OWN[1]
    copies = find([report(0, 2020, OWN[0] + OWN[1] + OWN[2]), report(1, 2021, reordered)])
    member = copies.groups[0].members[1]
    assert len(member.agreements) == 2
    assert sum(agreed.same for agreed in member.agreements) == len(reordered)


def test_a_report_is_not_compared_with_itself(find: Find) -> None:
    assert find([report(0, 2020, OWN[0], OWN[0])]).total_groups == 0


# Common form


def test_common_form_alone_is_no_copy(find: Find) -> None:
    copies = find([report(town, 2020, SHARED + OWN[town % 6][: 5 + town]) for town in range(9)])
    assert copies.total_groups == 0
    assert copies.compared_sections == 9


def test_common_form_is_taken_off_and_shown(find: Find) -> None:
    others = [report(town, 2020, SHARED) for town in range(2, 9)]
    text = OWN[0] + SHARED + OWN[1]
    copies = find([report(0, 2020, text), report(1, 2021, text), *others])
    (group,) = copies.groups
    (form,) = group.common_form
    at = len(OWN[0])
    assert at <= form.start < at + 8
    assert at + len(SHARED) - 8 < form.end <= at + len(SHARED)
    assert (form.reports, form.townships, form.counties) == (9, 9, 3)
    assert group.characters == len(text) - (form.end - form.start)
    assert sum(agreed.same for agreed in group.members[1].agreements) == len(text)


# Which came first

ISSUED = ("2021-02-03", "2021-03-04")


@pytest.mark.parametrize(
    ("first", "second", "wanted"),
    [
        pytest.param((2020, None), (2021, None), Order.YEAR, id="years"),
        pytest.param((2020, ISSUED[0]), (2021, ISSUED[1]), Order.YEAR, id="years and days"),
        pytest.param((2020, ISSUED[1]), (2021, ISSUED[0]), Order.UNKNOWN, id="days say no"),
        pytest.param((2020, ISSUED[0]), (2020, ISSUED[1]), Order.ISSUED, id="days"),
        pytest.param((2020, ISSUED[0]), (None, ISSUED[1]), Order.ISSUED, id="days, a year missing"),
        pytest.param((2020, ISSUED[0]), (2020, ISSUED[0]), Order.UNKNOWN, id="the same day"),
        pytest.param((2020, ISSUED[0]), (2020, None), Order.UNKNOWN, id="a day missing"),
        pytest.param((2020, None), (None, None), Order.UNKNOWN, id="a year missing"),
    ],
)
def test_which_came_first_is_told_by_year_then_day_or_not_at_all(
    find: Find,
    first: tuple[int | None, str | None],
    second: tuple[int | None, str | None],
    wanted: Order,
) -> None:
    reports = [
        report(0, second[0], OWN[0], issued=second[1]),
        report(1, first[0], OWN[0], issued=first[1]),
    ]
    (group,) = find(reports).groups
    assert group.order is wanted
    told = copies_json(find(reports))["groups"][0]["first"]
    if wanted is Order.UNKNOWN:
        assert group.came_first is told is None
    else:
        assert group.came_first is not None
        assert told == {
            "id": group.came_first.id,
            "report": f"霜溪乡-{first[0]}",
            "year": first[0],
            "issued": first[1],
        }


# Between whom


@pytest.mark.parametrize(
    ("between", "wanted"),
    [
        pytest.param(
            Between.ALL,
            [
                ["双桅镇-2021#0", "槿岭镇-2020#0", "霜溪乡-2021#0", "霜溪乡-2022#0"],
                ["荻溪镇-2020#0", "荻溪镇-2021#0"],
            ],
            id="all",
        ),
        pytest.param(
            Between.TOWNSHIPS,
            [["双桅镇-2021#0", "槿岭镇-2020#0", "霜溪乡-2021#0", "霜溪乡-2022#0"]],
            id="townships",
        ),
        pytest.param(
            Between.YEARS,
            [["荻溪镇-2020#0", "荻溪镇-2021#0"], ["霜溪乡-2021#0", "霜溪乡-2022#0"]],
            id="years",
        ),
    ],
)
def test_copies_between_townships_or_years(
    find: Find, between: Between, wanted: list[list[str]]
) -> None:
    reports = [
        *(
            report(town, year, OWN[0])
            for town, year in ((0, 2020), (1, 2021), (1, 2022), (3, 2021))
        ),
        *(report(2, year, OWN[1]) for year in (2020, 2021)),
    ]
    copies = find(reports, between=between)
    assert sets(copies) == wanted
    of_all = {group.between for group in copies.groups}
    assert of_all <= {Between.ALL, Between.YEARS} if between is not Between.YEARS else {between}


def test_unknown_places_are_nobodys_years(find: Find) -> None:
    reports = [replace(report(town, 2020 + town, OWN[0]), place=Place()) for town in (0, 1)]
    assert find(reports, between=Between.YEARS).total_groups == 0
    (group,) = find(reports, between=Between.TOWNSHIPS).groups
    assert (group.between, group.townships, group.counties) == (Between.TOWNSHIPS, 0, 0)


def test_between_townships_a_passage_is_as_long_as_what_crosses(find: Find) -> None:
    whole = OWN[0] + OWN[1] + OWN[2]
    reports = [report(0, 2020, whole), report(0, 2021, whole), report(1, 2021, OWN[1])]
    lengths = {
        between: find(reports, between=between).groups[0].characters
        for between in (Between.ALL, Between.TOWNSHIPS)
    }
    assert lengths == {Between.ALL: len(whole), Between.TOWNSHIPS: len(OWN[1])}


# Filters and limits


def test_filters_choose_sections_whose_copies_may_stand_anywhere(find: Find) -> None:
    reports = [
        *(report(town, 2020 + town, OWN[0]) for town in range(4)),
        *(report(town, 2020, OWN[1]) for town in (4, 5)),
    ]
    by_year = Filter(Field.YEAR, (YearRange(2022, 2022),))
    copies = find(reports, filters=(by_year,))
    assert copies.compared_sections == 1
    everything = find(reports)
    assert sets(copies) == [found for found in sets(everything) if "荻溪镇-2022#0" in found]
    assert copies.total_groups == 1 < everything.total_groups
    assert copies_json(copies)["filters"] == ["year:2022..2022"]


def test_a_limit_keeps_the_longest_and_all_are_counted(find: Find) -> None:
    texts = [OWN[0], OWN[1] + OWN[2] + OWN[3], OWN[4] + OWN[5]]
    reports = [report(town, 2020, *texts) for town in (0, 1)]
    everything, best = find(reports, limit=None), find(reports, limit=2)
    assert [group.rank for group in everything.groups] == [1, 2, 3]
    assert [group.members[0].text for group in best.groups] == [texts[1], texts[2]]
    assert everything.total_groups == best.total_groups == 3
    assert everything.groups[:2] == best.groups


def test_only_groups_that_are_shown_are_kept_whole(tmp_path: Path) -> None:
    reports = [report(town, 2020, *OWN) for town in (0, 1)]
    engine = WhooshEngine(write(tmp_path, batch(*reports)))
    grouping = Grouping(engine, between=Between.ALL, chosen=None, kept=1)
    grouping.run(engine.shared_texts())
    assert (grouping.total, len(grouping.best()), len(grouping.ranks())) == (6, 1, 6)
    engine.close()


# What differs


def changed(first: str, member: Member) -> Mapping[str, str]:
    """For each agreement of a member the first one's text with the changes made, and its own."""
    found = {}
    for agreed in member.agreements:
        pieces, at = [], agreed.first.start
        for each in agreed.differences:
            assert first[slice(*each.first)] == each.first_text
            assert member.passage.cut(*each.own) == each.text
            pieces += [first[at : each.first.start], each.text]
            at = each.first.end
        text = "".join([*pieces, first[at : agreed.first.end]])
        own = member.passage.cut(*agreed.own)
        found[streamed(text)] = streamed(own)
    return found


def streamed(source: str) -> str:
    """A stretch of source as the stream has it; a page break that was edited is none."""
    return fold_stream(source.replace(PAGE_BREAK, ""))


def test_numbers_and_names_that_differ_are_told_by_kind(find: Find) -> None:
    text = (
        "槿岭镇在趸船上开普法驿站{}处，渔民收网归来先听一刻钟判例，再领当日冰票。"
        "每张票由{}编号登记，年底由槿岭镇凭存根兑付，逾期未领的转作下一年奖励。"
    )
    texts = text.format(12, "司法所"), text.format(15, "派出所").replace("槿岭镇", "霜溪乡")
    (group,) = find([report(0, 2020, texts[0]), report(1, 2021, texts[1])]).groups
    (agreed,) = group.members[1].agreements
    told = [(each.kind, each.first_text, each.text) for each in agreed.differences]
    assert told == [
        ("number", "12", "15"),
        ("body", "司法所", "派出所"),
        ("place", "槿岭镇", "霜溪乡"),
    ]


_EDITS = st.lists(
    st.tuples(
        st.integers(0, 120), st.integers(0, 9), st.sampled_from(["", "十二", "某处", "“甲”"])
    ),
    max_size=5,
)


@settings(max_examples=50)
@example([(4, 1, "")], 4, PAGE_BREAK)
@given(_EDITS, st.integers(0, 126), st.sampled_from(["", "\n", "　　", "“”", PAGE_BREAK]))
def test_marked_passages_differ_by_no_more_than_what_is_told(
    tmp_path_factory: pytest.TempPathFactory,
    edits: list[tuple[int, int, str]],
    at: int,
    skipped: str,
) -> None:
    text = OWN[0] + OWN[1] + OWN[2]
    other = text[:at] + skipped + text[at:]
    for start, size, new in sorted(edits, reverse=True):
        other = other[:start] + new + other[start + size :]
    folder = tmp_path_factory.mktemp("copies")
    engine = WhooshEngine(
        write(folder, batch(report(0, 2020, OWN[3], text), report(1, 2021, other, OWN[4])))
    )
    for group in find_copies(engine, CopiesRequest()).groups:
        first = group.members[0].passage
        source = " " * first.start + first.source
        for made, stands in changed(source, group.members[1]).items():
            assert made == stands
    engine.close()


# Names that were kept


def test_a_kept_name_is_told_with_its_group_first(find: Find) -> None:
    kept = "荻溪镇司法所每月逢八坐堂，把赡养、宅基、彩礼三类纠纷逐件说透，老人们听完才肯散去。"
    alone = "年底荻溪镇人民政府印发清单。"
    copies = find([report(2, 2020, OWN[0], kept), report(0, 2021, alone, kept)])
    (group,) = copies.groups
    assert [(r.name, r.rank, r.id) for r in copies.residue] == [
        ("荻溪镇", 1, "槿岭镇-2021#1"),
        ("荻溪镇", None, "槿岭镇-2021#0"),
    ]
    first, second = group.members
    assert (first.residue, second.residue) == ((), copies.residue[:1])


def test_a_stem_that_was_kept_counts_where_townships_have_the_same_text(find: Find) -> None:
    kept = "荻溪老码头改造方案先后公示两次，吸收渔民意见三十九条，顾问律师逐条写明采纳与否的理由。"
    copies = find([report(2, 2020, kept), report(0, 2021, kept), report(1, 2021, "荻溪水满。")])
    assert [(r.name, r.id, r.rank) for r in copies.residue] == [("荻溪", "槿岭镇-2021#0", 1)]


def test_a_kept_name_is_told_at_its_own_section_only(find: Find) -> None:
    """The ids of a report's sections 1 and 10 begin alike."""
    kept = "荻溪镇司法所每月逢八坐堂，把赡养、宅基、彩礼三类纠纷逐件说透，老人们听完才肯散去。"
    copied = kept.replace("荻溪镇", "我镇")
    texts = ["平安。", copied, *["平安。"] * 8, kept]
    copies = find([report(2, 2020, kept), report(0, 2021, *texts)])
    (group,) = copies.groups
    assert [(m.passage.key, len(m.residue)) for m in group.members] == [
        ("0", 0),
        ("1", 0),
        ("10", 1),
    ]


# JSON


def test_json_tells_spans_of_the_reports_sources(find: Find) -> None:
    reports = [
        report(0, 2020, OWN[3], OWN[0]),
        report(1, 2021, OWN[4], OWN[5] + "\n“" + OWN[0] + "”", issued="2022-01-09"),
    ]
    told = copies_json(find(reports))
    (group,) = told["groups"]
    first, member = group["members"]
    assert (first["agreements"], first["text"]) == ([], OWN[0])
    (agreement,) = member["agreements"]
    sources = {report.id: report.source for report in reports}
    assert sources[member["report"]][agreement["start"] : agreement["end"]] == OWN[0]
    assert sources[first["report"]][agreement["first_start"] : agreement["first_end"]] == OWN[0]
    assert [sources[first["report"]][slice(*each)] for each in group["stretches"]] == [OWN[0]]
    assert (member["issued"], member["township"], member["county"]) == (
        "2022-01-09",
        "霜溪乡",
        "青禾县",
    )
    assert (told["between"], told["compared_sections"], told["total_groups"]) == ("all", 4, 1)


def test_measures_that_a_passage_touches_are_named(samples_index: Path) -> None:
    engine = WhooshEngine(samples_index)
    told = copies_json(find_copies(engine, CopiesRequest(limit=None)))
    engine.close()
    pairs = [
        (member["text"], measure)
        for group in told["groups"]
        for member in group["members"]
        for measure in member["measures"]
    ]
    assert pairs
    names = {(r["name"], r["report"]) for r in told["residue"]}
    assert names == {("荻溪", "霁川市榛岭镇-2023")}  # samples/README.md: one was left behind


def agreement(same: int, kinds: Sequence[str]) -> Agreement:
    """An agreement of so many equal characters between changes of these kinds."""
    changes = tuple(Change(at, at + 1, at, at + 1, kind) for at, kind in enumerate(kinds))
    return Agreement(0, same + len(kinds), 0, same + len(kinds), changes)


@pytest.mark.parametrize(
    ("same", "kinds", "rare", "counts"),
    [
        pytest.param(LONG, ["number", "place"], LEAST, True, id="long, names and numbers"),
        pytest.param(LONG - 1, ["number", "place"], LEAST, False, id="not so long"),
        pytest.param(LONG, ["number", "text"], LEAST, False, id="a word was changed"),
        pytest.param(LONG - 1, ["number"], NAMES, True, id="short, much of it rare"),
        pytest.param(LONG, ["number"], LEAST - 1, False, id="long, next to nothing rare"),
    ],
)
def test_where_only_names_and_numbers_were_changed_length_counts(
    same: int, kinds: Sequence[str], rare: float, counts: bool
) -> None:
    assert _counts("无" * 200, agreement(same, kinds), rare, ()) == counts


@pytest.mark.parametrize(
    ("same", "kinds", "rare", "is_long"),
    [
        pytest.param(LONG, ["text", "text"], CLOSE, True, id="one word in forty at most"),
        pytest.param(LONG, ["text"] * 3, CLOSE, False, id="more words than that"),
        pytest.param(LONG - 1, [], CLOSE, False, id="not so long"),
        pytest.param(LONG, [], CLOSE - 1, False, id="not so rare"),
    ],
)
def test_sections_that_agree_at_length_almost_word_for_word_count(
    same: int, kinds: Sequence[str], rare: float, is_long: bool
) -> None:
    assert _is_long([(agreement(same, kinds), rare)]) == is_long
