"""Broken files: every fault is told, with its file and line, all at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from registret.registries.loading.catalogue import read
from registret.registries.loading.faults import DefinitionBroken, Fault
from registret.registries.loading.toml_lines import TomlLines
from registret.registries.vocabulary import RuleLevel
from tests.rooms.registries.building import INCLUSION, REGISTER, form, variable, write

LISTS = """\
[[list]]
code = "places"
option = [
    { code = "none", label = { sv = "Inget", en = "None" }, alone = true },
    { code = "lung", label = { sv = "Lunga", en = "Lung" } },
    { code = "heart", label = { sv = "Hjärta", en = "Heart" } },
]
"""


def faults(folder: Path, files: dict[str, str], **place: str) -> list[tuple[str, int, str]]:
    with pytest.raises(DefinitionBroken) as broken:
        read(write(folder, files, **place))
    return [(fault.file.removeprefix("malaria/1/"), fault.line, fault.what) for fault in broken.value.faults]


def only(folder: Path, files: dict[str, str], **place: str) -> tuple[str, int, str]:
    (one,) = faults(folder, files, **place)
    return one


def line_of(text: str, what: str) -> int:
    """The line of the last place where `what` stands."""
    return text[: text.rindex(what)].count("\n") + 1


def test_the_smallest_definition_is_right(tmp_path: Path) -> None:
    found = form(tmp_path)
    assert (found.code, found.version, found.anchor) == ("malaria", 1, "arrived_at")
    assert list(found.questions) == ["arrived_at", "fever"]
    assert found.inclusion is found.step("inclusion")


# --- register.toml ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ('code = "malaria"', "code = ", 1, "not TOML: Invalid value"),
        ('code = "malaria"\n', "", 1, "code is missing"),
        ('code = "malaria"', 'code = "sepsis"', 1, "code is sepsis, but the folder is malaria"),
        ('code = "malaria"', 'code = "Malaria fältet"', 1, "code: String should match pattern"),
        ('"open"', '"opened"', 2, "state: Input should be 'draft', 'open', 'closed' or 'archived'"),
        ("order = 1", 'order = "1"', 3, "order: Input should be a valid integer"),
        ("order = 1", "order = true", 3, "order: Input should be a valid integer"),
        ("order = 1", "order = 1\nsort = 1", 4, "sort is not a key that is known here"),
        ("order = 1", 'order = 1\nopens = "2027-01-01"', 4, "opens: Input should be a valid date"),
        ("order = 1", "order = 1\nopens = 2027-01-02\ncloses = 2027-01-01", 1, "closes before it opens"),
        ("order = 1", "order = 1\nkeep_years = 0", 4, "keep_years: Input should be greater than or equal to 1"),
        (
            "order = 1",
            "order = 1\nkeep_research_years = 10",
            1,
            "keeps answers to research questions as long as the rest",
        ),
        ('steps = ["inclusion"]\n', "", 1, "is open, and has no steps"),
        ('["inclusion"]', '["inclusion", "inclusion"]', 1, "step inclusion stands there twice"),
        ('["inclusion"]', '["../inclusion"]', 4, "steps: String should match pattern"),
        ('anchor = "arrived_at"\n', "", 1, "says no anchor: the variable that an episode begins with"),
        ('en = "Malaria (en)"', "", 7, "name.en is missing"),
        ('"Malaria (en)"', '"  "', 9, "name.en: String should have at least 1 character"),
        ('sv = "Därför."\n', "", 11, "purpose.why.sv is missing"),
    ],
)
def test_a_fault_of_the_register_has_its_line(tmp_path: Path, old: str, new: str, line: int, what: str) -> None:
    assert old in REGISTER
    file, found, said = only(tmp_path, {"register.toml": REGISTER.replace(old, new)})
    assert (file, found) == ("register.toml", line)
    assert said.startswith(what)


def test_a_version_is_a_whole_number(tmp_path: Path) -> None:
    for version in ("draft", "0", "1.5", "01"):
        with pytest.raises(DefinitionBroken, match="must be a whole number"):
            read(write(tmp_path / version, version=version))


def test_a_file_that_is_missing_or_is_not_utf_8_cannot_be_read(tmp_path: Path) -> None:
    missing = REGISTER.replace('["inclusion"]', '["inclusion", "acute"]')
    assert only(tmp_path / "a", {"register.toml": missing}) == ("acute.toml", 1, "cannot be read: FileNotFoundError")
    write(tmp_path / "b")
    (tmp_path / "b/malaria/1/inclusion.toml").write_bytes(INCLUSION.encode("latin-1"))
    with pytest.raises(DefinitionBroken, match="cannot be read: UnicodeDecodeError"):
        read(tmp_path / "b")
    write(tmp_path / "c")
    (tmp_path / "c/malaria/1/register.toml").unlink()
    with pytest.raises(DefinitionBroken, match=r"malaria/1/register\.toml, line 1: cannot be read: FileNotFoundError"):
        read(tmp_path / "c")


def test_a_file_that_no_step_names_is_a_slip(tmp_path: Path) -> None:
    assert only(tmp_path, {"acute.toml": INCLUSION}) == ("acute.toml", 1, "is not one of the steps of register.toml")


def test_a_folder_without_definitions_is_broken(tmp_path: Path) -> None:
    with pytest.raises(DefinitionBroken, match=r"no <code>/<version>/register\.toml in it"):
        read(tmp_path)


def test_all_faults_of_all_folders_are_told_at_once_in_order(tmp_path: Path) -> None:
    write(tmp_path, {"register.toml": REGISTER.replace("open", "opened").replace("order = 1", "")}, code="malaria")
    write(tmp_path, {"register.toml": REGISTER.replace("malaria", "tbe", 1).replace("= 1", "= x")}, code="tbe")
    with pytest.raises(DefinitionBroken) as broken:
        read(tmp_path)
    assert [(fault.file, fault.line) for fault in broken.value.faults] == [
        ("malaria/1/register.toml", 1),
        ("malaria/1/register.toml", 2),
        ("tbe/1/register.toml", 3),
    ]
    assert str(broken.value).count("\n") == 2
    assert str(Fault(file="a.toml", line=7, what="odd")) == "a.toml, line 7: odd"


# --- a step ---------------------------------------------------------------------------------------------

FOLD = 'more = { sv = "Fler", en = "More" }'
NUMBER = variable("temperature", "decimal", 'unit = "°C"\ndecimals = 1\nhard = { least = 20, most = 45 }')


@pytest.mark.parametrize(
    ("more", "at", "what"),
    [
        (variable("x", "colour"), 'type = "colour"', "section.variable.type: Input should be 'choice'"),
        (variable("X", "text"), 'code = "X"', "section.variable.code: String should match pattern"),
        (variable("class", "text"), 'code = "class"', "class is a word of the language"),
        (variable("age", "text"), 'code = "age"', "age is the name of something before it"),
        (variable("fever", "text"), 'code = "fever"', "fever is the name of something before it"),
        (variable("x", "text").replace('"why"', '"who"'), 'purpose = "who"', "who is not a purpose of register.toml"),
        (variable("x", "text", "colour = 1"), "colour = 1", "section.variable.colour is not a key that is known here"),
        (variable("x", "text", "longest = 0"), "longest = 0", "section.variable.longest: Input should be greater"),
        (variable("x", "choice"), "[[section.variable]]", "section.variable: a choice names a list, and nothing else"),
        (variable("x", "text", 'list = "yes_no"'), "[[section.variable]]", "section.variable: a choice names a list"),
        (variable("x", "choice", 'list = "no"'), 'list = "no"', "there is no list no"),
        (variable("x", "integer"), "[[section.variable]]", "section.variable: a number says between which values"),
        (variable("x", "text", 'unit = "kg"'), "[[section.variable]]", "section.variable: unit, hard and usual"),
        (variable("x", "integer", "hard = {}"), "hard = {}", "section.variable.hard: says neither least nor most"),
        (
            variable("x", "integer", "hard = { least = 2, most = 1 }"),
            "hard = { least = 2",
            "section.variable.hard: least is more than most",
        ),
        (
            variable("x", "integer", "hard = { least = 0.5 }"),
            "[[section.variable]]",
            "section.variable: hard and usual have more decimals than the number itself",
        ),
        (
            variable("x", "integer", "decimals = 1\nhard = { least = 0 }"),
            "[[section.variable]]",
            "section.variable: a decimal number says how many decimals, and nothing else does",
        ),
        (
            variable("x", "integer", "hard = { most = 9 }\nusual = { most = 10 }"),
            "[[section.variable]]",
            "section.variable: usual reaches beyond hard",
        ),
        (
            variable("x", "integer", 'hard = { most = 9 }\nucum = "kg"'),
            "[[section.variable]]",
            "section.variable: ucum says what a unit is called, and there is no unit",
        ),
        (variable("x", "text", 'missing = ["maybe"]'), "missing = ", "section.variable.missing: Input should be"),
        (variable("x", "text", 'codes = { icd = "A" }'), "codes = ", "section.variable.codes.icd"),
        (variable("x", "text", 'show_if = "fever > 1"'), "show_if = ", "show_if: a text cannot be compared"),
        (variable("x", "text", 'show_if = "x == 1"'), "show_if = ", "show_if: x is not known here"),
        (variable("x", "text", 'show_if = "age"'), "show_if = ", "show_if: is a number, and must be a truth"),
        (variable("x", "text", "show_if = 'fever == \"y\"'"), "show_if = ", "show_if: fever cannot be 'y'"),
        (
            '\n[[section]]\ncode = "first"\nname = { sv = "A", en = "B" }\n' + variable("x", "text"),
            "[[section]]",
            "section first stands there twice",
        ),
        (
            '\n[[section]]\ncode = "second"\nname = { sv = "A", en = "B" }\nvariable = []',
            "variable = []",
            "section.variable: Tuple should have at least 1 item",
        ),
        (
            '\n[[section]]\ncode = "second"\nname = { sv = "A", en = "B" }\nblock = "spare"\n' + variable("x", "text"),
            "block = ",
            "section.block: Input should be 'core', 'extra' or 'research'",
        ),
        (
            '\n[[score]]\ncode = "n"\nversion = "1"\nsource = "x"\nname = { sv = "A", en = "B" }\nformula = "1 + 1"\n'
            'part_of = "fever"\n',
            "part_of = ",
            "fever is no whole score of this step",
        ),
        (
            '\n[[rule]]\ncode = "r"\nrequire = "feber > 1"\nmessage = { sv = "A", en = "B" }\nabout = ["fever"]',
            "require = ",
            "require: feber is not known here",
        ),
        (
            '\n[[rule]]\ncode = "r"\nrequire = "age > 1"\nmessage = { sv = "A", en = "B" }\nabout = ["feber"]',
            "about = ",
            "feber is not a variable",
        ),
        (
            '\n[[rule]]\ncode = "r"\nrequire = "age > 1"\nmessage = { sv = "A", en = "B" }\nabout = []',
            "about = ",
            "rule.about: Tuple should have at least 1 item",
        ),
        (
            '\n[[score]]\ncode = "s"\nversion = "1"\nsource = "S"\nname = { sv = "A", en = "B" }\nformula = "sex"',
            "formula = ",
            "formula: is a text, and must be a number or a truth",
        ),
        *(
            (
                '\n[[score]]\ncode = "s"\nversion = "1"\nsource = "S"\nname = { sv = "A", en = "B" }\n'
                + f'formula = "age > 1"\n{more}',
                "formula = ",
                "is a yes or a no, which has no unit, decimals or reading",
            )
            for more in ('unit = "kg"', "decimals = 1", 'reading = [{ says = { sv = "A", en = "B" } }]')
        ),
        (variable("x", "choices", f'list = "yes_no"\ncommon = ["maybe"]\n{FOLD}'), "common = ",
         "maybe is not an option of the list yes_no"),
        (variable("x", "choices", f'list = "yes_no"\ncommon = ["yes", "no"]\n{FOLD}'), "common = ",
         "leaves nothing to fold away"),
        (variable("x", "choices", f'list = "acquired"\ncommon = ["hospital", "hospital"]\n{FOLD}'),
         "[[section.variable]]", "section.variable: common option hospital stands there twice"),
        (variable("x", "choice", f'list = "acquired"\ncommon = ["hospital"]\n{FOLD}'), "[[section.variable]]",
         "section.variable: common is for several choices"),
        (variable("x", "choices", 'list = "acquired"\ncommon = ["hospital"]'), "[[section.variable]]",
         "section.variable: common says what is shown first, and more what the rest is called"),
        (variable("x", "choices", f'list = "acquired"\n{FOLD}'), "[[section.variable]]",
         "section.variable: common says what is shown first, and more what the rest is called"),
        (
            '\n[[score]]\ncode = "s"\nsource = "S"\nname = { sv = "A", en = "B" }\nformula = "age"',
            "[[score]]",
            "score.version is missing",
        ),
        (
            '\n[[score]]\ncode = "fever"\nversion = "1"\nsource = "S"\nname = { sv = "A", en = "B" }\nformula = "age"',
            'code = "fever"',
            "fever is the name of something before it",
        ),
        (
            '\n[[score]]\ncode = "s"\nversion = "1"\nsource = "S"\nname = { sv = "A", en = "B" }\nformula = "age"\n'
            'reading = [{ most = 2, says = { sv = "A", en = "B" } }, { most = 3, says = { sv = "A", en = "B" } }]',
            "[[score]]",
            "score: the readings must rise, and the last has no most",
        ),
        ('\n[[order]]\ntimes = ["arrived_at", "fever"]', "times = ", "fever is not a date or a time"),
        ('\n[[order]]\ntimes = ["arrived_at", ["no"]]', "times = ", "no is not a date or a time"),
        ('\n[[order]]\ntimes = ["arrived_at"]', "times = ", "order.times: Tuple should have at least 2 items"),
        ('\n[[order]]\ntimes = ["arrived_at", []]', "times = ", "order.times: Tuple should have at least 1 item"),
        (
            '\n[due]\nafter = "arrived_at"\nmonths_from = 2\nmonths_to = 1',
            "[due]",
            "due: months_from is more than months_to",
        ),
        (
            '\n[due]\nafter = "arrived_at"\nmonths_from = 1\nmonths_to = 2',
            "after = ",
            "arrived_at is not a date or time of an earlier step",
        ),
    ],
)  # fmt: skip
def test_a_fault_of_a_step_has_its_line(tmp_path: Path, more: str, at: str, what: str) -> None:
    text = INCLUSION + more
    file, line, said = only(tmp_path, {"inclusion.toml": text})
    assert file == "inclusion.toml"
    assert said.startswith(what)
    assert line == line_of(text, at)


@pytest.mark.parametrize(
    "anchor",
    ["fever", "nothing", "optional", "hidden"],
    ids=["no time", "not there", "not required", "not always shown"],
)
def test_an_episode_begins_at_a_time_that_is_always_known(tmp_path: Path, anchor: str) -> None:
    text = INCLUSION + variable("optional", "date") + variable("hidden", "date", 'required = true\nshow_if = "age > 1"')
    register = REGISTER.replace('anchor = "arrived_at"', f'anchor = "{anchor}"')
    _, line, said = only(tmp_path, {"register.toml": register, "inclusion.toml": text})
    assert (line, said) == (1, f"anchor: {anchor} is not a required date or time of the first step, always shown")


def test_every_fault_of_every_step_is_told(tmp_path: Path) -> None:
    register = REGISTER.replace('["inclusion"]', '["inclusion", "acute"]')
    first = INCLUSION + variable("x", "text", 'show_if = "y > 1"') + variable("z", "text", 'show_if = "age"')
    acute = INCLUSION.replace('"arrived_at"', '"later_at"').replace('"fever"', '"x"')
    found = faults(tmp_path, {"register.toml": register, "inclusion.toml": first, "acute.toml": acute})
    assert [(file, what) for file, _, what in found] == [
        ("acute.toml", "x is the name of something before it"),
        ("inclusion.toml", "show_if: y is not known here"),
        ("inclusion.toml", "show_if: is a number, and must be a truth"),
    ]


def test_what_stands_further_down_or_in_a_later_step_is_not_known(tmp_path: Path) -> None:
    text = INCLUSION + variable("x", "text", 'show_if = "answered(y)"') + variable("y", "text")
    assert only(tmp_path, {"inclusion.toml": text})[2] == "show_if: y is not known here"


def test_nothing_hangs_on_a_research_question_but_others_in_the_research_block(tmp_path: Path) -> None:
    """Its answer may be destroyed before the rest."""
    register = REGISTER.replace('["inclusion"]', '["inclusion", "acute"]')
    section = '[[section]]\ncode = "studies"\nname = {{ sv = "S", en = "S" }}\nblock = "{block}"\n'
    asks = variable("smokes", "text") + variable("how", "text", 'show_if = "answered(smokes)"')
    first = INCLUSION + section.format(block="research") + asks
    later = INCLUSION.replace('"arrived_at"', '"later_at"').replace('"fever"', '"pain"')
    read(write(tmp_path / "a", {"register.toml": register, "inclusion.toml": first, "acute.toml": later}))
    hangs = later + variable("x", "text", 'show_if = "answered(smokes)"')
    (file, _, said) = only(tmp_path / "b", {"register.toml": register, "inclusion.toml": first, "acute.toml": hangs})
    assert (file, said) == (
        "acute.toml",
        "smokes is a research question, whose answer may be destroyed before this one",
    )
    extra = first.replace('"research"', '"extra"')
    read(write(tmp_path / "c", {"register.toml": register, "inclusion.toml": extra, "acute.toml": hangs}))


# --- lists ----------------------------------------------------------------------------------------------


def test_faults_of_lists_have_their_lines(tmp_path: Path) -> None:
    twice = LISTS + LISTS
    assert only(tmp_path / "a", {"lists.toml": twice}) == ("lists.toml", 8, "list places stands there twice")
    same = LISTS.replace('"heart"', '"lung"')
    assert only(tmp_path / "b", {"lists.toml": same}) == ("lists.toml", 1, "list: option lung stands there twice")
    bare = LISTS.replace(', en = "Heart"', "")
    assert only(tmp_path / "c", {"lists.toml": bare}) == ("lists.toml", 6, "list.option.label.en is missing")


def test_an_option_that_stands_alone_is_a_rule(tmp_path: Path) -> None:
    text = INCLUSION + variable("where", "choices", 'list = "places"')
    (rule,) = form(tmp_path, text, lists=LISTS).inclusion.rules
    assert (rule.code, rule.about, rule.level) == ("where_none_alone", ("where",), RuleLevel.FLAG)
    chosen = [frozenset({"none"}), frozenset({"lung", "heart"}), frozenset({"none", "lung"}), None]
    assert [rule.require.value({"where": one}) for one in chosen] == [True, True, False, None]


def test_of_one_choice_every_option_stands_alone_anyway(tmp_path: Path) -> None:
    text = INCLUSION + variable("where", "choice", 'list = "places"')
    assert form(tmp_path, text, lists=LISTS).inclusion.rules == ()


def test_a_version_may_have_a_list_of_its_own_by_a_name_that_all_use(tmp_path: Path) -> None:
    own = LISTS.replace('"places"', '"yes_no"')
    found = form(tmp_path, lists=own)
    assert [option.code for option in found.questions["fever"].options] == ["none", "lung", "heart"]


# --- order ----------------------------------------------------------------------------------------------


def test_an_order_compares_each_with_each_that_comes_later(tmp_path: Path) -> None:
    times = "".join(variable(code, "moment") for code in ("b", "c", "d")) + variable("e", "date")
    more = '\n[[order]]\ntimes = ["arrived_at", ["b", "c"], "e"]\n\n[[order]]\ntimes = ["b", "d"]\nlevel = "warn"\n'
    rules = form(tmp_path, INCLUSION + times + more + 'message = { sv = "Så?", en = "So?" }\n').inclusion.rules
    assert [(rule.require.text, rule.level.value) for rule in rules] == [
        ("arrived_at <= b", "flag"),
        ("arrived_at <= c", "flag"),
        ("days(arrived_at, e) >= 0", "flag"),
        ("days(b, e) >= 0", "flag"),
        ("days(c, e) >= 0", "flag"),
        ("b <= d", "warn"),
    ]
    assert [rule.message.en for rule in rules][-2:] == ["“Question” is before “Question”. Check the times.", "So?"]
    assert rules[0].message.sv == "”Fråga” ligger före ”Ankomst”. Kontrollera tiderna."


def later(more: str) -> dict[str, str]:
    register = REGISTER.replace('["inclusion"]', '["inclusion", "later"]')
    return {"register.toml": register, "later.toml": INCLUSION.replace("_at", "_then").replace("fever", "still") + more}


RULE = '\n[[rule]]\ncode = "r"\nrequire = "age > 1"\nmessage = { sv = "A", en = "B" }\n'


def test_a_fault_leads_to_a_question_of_its_own_step_first(tmp_path: Path) -> None:
    more = '\n[[order]]\ntimes = ["arrived_at", "arrived_then"]\n' + RULE + 'about = ["fever", "still"]\n'
    rules = read(write(tmp_path, later(more))).forms["malaria", 1].step("later").rules
    assert {rule.code: rule.about for rule in rules} == {
        "r": ("still", "fever"),
        "arrived_at_before_arrived_then": ("arrived_then", "arrived_at"),
    }


@pytest.mark.parametrize("more", [RULE + 'about = ["fever"]', '\n[[order]]\ntimes = ["arrived_at", "arrived_at"]'])
def test_a_fault_that_leads_to_no_question_of_its_own_step_is_refused(tmp_path: Path, more: str) -> None:
    file, _, said = only(tmp_path, later(more))
    assert (file, said) == ("later.toml", "none of these is asked in this step")


# --- lines ----------------------------------------------------------------------------------------------


def test_lines_are_found_behind_texts_of_many_lines_lists_and_comments() -> None:
    text = '''\
# [[not]]
a = """
[[section]]
b = 1
"""
c = \'\'\'x\'\'\'
list = [
    { code = "one" },
    # between
    { code = "two" },
]

[[section]] # first
d = 1
[[section.variable]]
e = 1
[[section]]
[section.table]
f.g = 1
[[section.variable]]
h = "[[section]]"
[[section.variable]]
h = 2
'''
    lines = TomlLines(text)
    assert [lines.of(*path) for path in [("a",), ("b",), ("c",), ("list",), ("list", 0), ("list", 1, "code")]] == [
        2, 1, 6, 7, 8, 10,
    ]  # fmt: skip
    assert lines.of("section", 0) == 13
    assert lines.of("section", 0, "variable", 0, "e") == 16
    assert lines.of("section", 1, "table", "f") == 19
    assert lines.of("section", 1, "variable", 0, "h") == 21
    assert lines.of("section", 1, "variable", 1, "h", "deeper") == 23
    assert lines.of("section", 1, "variable", 1, "unheard_of") == 22
    assert lines.of("section", 7) == 1
