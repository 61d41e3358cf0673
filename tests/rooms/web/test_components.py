"""The components that pages are put together from: what they draw of their arguments."""

from __future__ import annotations

import pytest
from django import forms
from django.http import QueryDict
from django.template import Context, Engine

from registret.web.pieces import (
    DataTable,
    Folded,
    Link,
    Row,
    Small,
    SortedBy,
    StyledText,
    TableCell,
    Tag,
    older_and_newest,
)


def shown(source: str, **values: object) -> str:
    return Engine.get_default().from_string(source).render(Context(values))


# --- notes, panels, dialogs --------------------------------------------------------------------------


def test_a_note_has_its_kind_its_icon_and_what_it_encloses() -> None:
    note = shown('{% note "warn" %}<p>{{ text }}</p>{% endnote %}', text="Obs")
    assert note.startswith('<div class="note warn"><svg class="i"')
    assert note.endswith("</svg><p>Obs</p></div>")


def test_a_note_says_its_role_where_it_answers_an_act() -> None:
    assert '<div class="note ok" role="status">' in shown('{% note "ok" role="status" %}x{% endnote %}')


def test_a_note_may_have_another_icon() -> None:
    assert shown('{% note "info" icon="mail" %}x{% endnote %}') != shown('{% note "info" %}x{% endnote %}')


def test_a_script_finds_a_note_by_its_data() -> None:
    assert '<div class="note info" data-due>' in shown('{% note "info" due=True %}x{% endnote %}')


def test_what_a_note_encloses_is_escaped() -> None:
    assert "&lt;b&gt;" in shown('{% note "info" %}{{ text }}{% endnote %}', text="<b>")


def test_a_note_of_no_known_kind_is_refused() -> None:
    with pytest.raises(KeyError):
        shown('{% note "loud" %}x{% endnote %}')


def test_a_panel_is_named_by_its_heading() -> None:
    panel = shown('{% panel title id="nu" %}x{% endpanel %}', title="A & B")
    assert panel == '<section class="panel pile" aria-labelledby="nu"><h2 id="nu">A &amp; B</h2>x</section>'


def test_a_panel_without_a_heading_is_named_by_its_label() -> None:
    panel = shown('{% panel label="Sök" css="flow" %}x{% endpanel %}')
    assert panel == '<section class="panel flow" aria-label="Sök">x</section>'


def test_a_label_cannot_leave_its_attribute() -> None:
    assert 'aria-label="&quot;&gt;&lt;b&gt;"' in shown("{% panel label=text %}{% endpanel %}", text='"><b>')


def test_a_dialog_sends_again_what_was_sent_but_no_token_and_no_button() -> None:
    sent = QueryDict("reason=A%26B&csrfmiddlewaretoken=secret&change=1")
    dialog = shown("{% dialog title again=sent %}<p>x</p>{% enddialog %}", title="Säkert?", sent=sent)
    assert '<input type="hidden" name="reason" value="A&amp;B">' in dialog
    assert "secret" not in dialog
    assert 'name="change"' not in dialog


# --- actions, links ----------------------------------------------------------------------------------


def test_the_end_of_a_form_is_a_button_and_a_way_back() -> None:
    row = shown('{% actions "Spara" cancel=url kind="no" %}', url="/a?b=1&c=2")
    assert '<button class="btn no">Spara</button> <a href="/a?b=1&amp;c=2">Avbryt</a>' in row


def test_a_form_without_a_way_back_has_its_button_alone() -> None:
    assert shown('{% actions "Spara" %}') == '<p class="actions"><button class="btn">Spara</button></p>'


def test_the_newest_come_before_the_older() -> None:
    assert older_and_newest(older="?fore=3", newest="/") == [Link("Nyaste", "/"), Link("Äldre", "?fore=3")]


def test_a_list_that_is_all_here_leads_nowhere() -> None:
    assert shown("{% pager links %}", links=older_and_newest(older="", newest="")) == ""


# --- tables and facts --------------------------------------------------------------------------------


def test_a_table_says_its_roles_and_each_cell_the_title_of_its_column() -> None:
    table = shown(
        '{% table "Resor" css="dense" %}{% columns "Ort" "Dag" %}{% row %}{% row_head %}Umeå{% endrow_head %}'
        '{% cell "Dag" css="nb" %}{{ day }}{% endcell %}{% endrow %}{% endtable %}',
        day="<1>",
    )
    assert table == (
        '<table class="stack dense" role="table"><caption class="sr">Resor</caption><thead role="rowgroup">'
        '<tr role="row"><th scope="col" role="columnheader">Ort</th><th scope="col" role="columnheader">Dag</th></tr>'
        '</thead><tbody role="rowgroup"><tr role="row"><th scope="row" role="rowheader">Umeå</th>'
        '<td role="cell" data-l="Dag" class="nb">&lt;1&gt;</td></tr></tbody></table>'
    )


def test_the_last_column_may_have_a_title_that_is_only_heard() -> None:
    columns = shown('{% columns "Ort" unseen="Ändra" %}')
    assert columns.count("<th ") == 2
    assert '<span class="sr">Ändra</span>' in columns


def test_a_column_says_how_the_table_is_sorted_by_it() -> None:
    by_name = SortedBy(link=Link("Namn", "?ordning=namn"), sort="ascending")
    columns = shown("{% columns sorted_by=by %}", by=[by_name])
    assert 'aria-sort="ascending"><a href="?ordning=namn">Namn</a></th>' in columns


def test_a_head_stands_beside_all_rows_that_are_about_it() -> None:
    assert 'rowspan="2"' in shown("{% row_head rows=2 %}Bo{% endrow_head %}")
    assert "rowspan" not in shown("{% row_head rows=1 %}Bo{% endrow_head %}")


def test_a_table_of_values_is_drawn_as_one_that_a_template_writes() -> None:
    written = shown(
        '{% table "Resor" css="dense" %}{% columns "Ort" "Dag" "Läge" %}'
        '{% row %}{% row_head rows=2 %}<a class="id" href="/o?a=1&amp;b=2">Å&amp;B</a>{% endrow_head %}'
        '{% cell "Dag" css="none" %}<span class="nb">1</span>{% endcell %}'
        '{% cell "Läge" %}<div>{% tag tag %} &lt;b&gt; <small>sist</small></div>{% endcell %}{% endrow %}'
        '{% row css="more" %}{% cell "Läge" %}–{% endcell %}{% endrow %}{% endtable %}',
        tag=Tag("sen", "bad", "clock"),
    )
    place = TableCell([Link("Å&B", "/o?a=1&b=2", "id")], rows=2)
    state = TableCell([Tag("sen", "bad", "clock"), "<b>", None, Small(""), Small("sist")])
    rows = [Row(place, [TableCell([StyledText("1", "nb")], "none"), state]), Row(None, [TableCell(["–"])], "more")]
    table = DataTable(caption="Resor", columns=["Ort", "Dag", "Läge"], rows=rows, css="dense")
    assert shown("{% data_table table %}", table=table) == written


def test_lines_are_folded_below_their_title() -> None:
    lines = Folded("Visade <2>", [Link("P1", "?p=P1", "nb"), StyledText("borta", "soft")])
    assert shown("{% folded lines %}", lines=lines) == (
        '<details class="small"><summary>Visade &lt;2&gt;</summary><ul><li><a class="nb" href="?p=P1">P1</a></li>'
        '<li><span class="soft">borta</span></li></ul></details>'
    )


def test_a_fact_is_a_term_and_what_is_said_of_it() -> None:
    facts = shown('{% facts "lined" %}{% fact "Ort" css="soft" %}Umeå{% endfact %}{% endfacts %}')
    assert facts == '<dl class="facts lined"><dt>Ort</dt><dd class="soft">Umeå</dd></dl>'


# --- fields ------------------------------------------------------------------------------------------


class Errand(forms.Form):
    name = forms.CharField(max_length=9, error_messages={"required": "Skriv namnet"})
    size = forms.ChoiceField(choices=[("s", "Liten"), ("l", "Stor")], required=False)
    parts = forms.MultipleChoiceField(choices=[("a", "Början"), ("b", "Slutet")], required=False)
    sure = forms.BooleanField(required=False)


def test_a_field_that_is_right_has_its_value_its_hint_and_nothing_of_faults() -> None:
    field = shown('{% field form.name "Namn" hint="Hela" aside="frivilligt" %}', form=Errand({"name": "<Bo>"}))
    assert field == (
        '<div class="field"><label for="name">Namn <span class="soft">(frivilligt)</span></label>'
        '<p class="hint" id="name-h">Hela</p><input id="name" name="name" value="&lt;Bo&gt;" autocomplete="off" '
        'maxlength="9" aria-describedby="name-h"></div>'
    )


def test_a_field_with_a_fault_says_it_and_is_described_by_it() -> None:
    field = shown('{% field form.name "Namn" hint="Hela" %}', form=Errand({}))
    assert field.startswith('<div class="field is-bad">')
    assert '<p class="err" id="name-fel">' in field
    assert "Skriv namnet" in field
    assert 'aria-describedby="name-h name-fel" aria-invalid="true"' in field


def test_a_field_of_several_rows_is_a_text() -> None:
    field = shown('{% field form.name "Namn" rows=3 %}', form=Errand({"name": "a"}))
    assert '<textarea id="name" name="name" maxlength="9" rows="3">a</textarea>' in field


def test_a_choice_is_a_list_that_begins_with_nothing_chosen() -> None:
    field = shown('{% field form.size "Storlek" empty="Välj" %}', form=Errand({"name": "a", "size": "l"}))
    assert '<option value="">Välj</option><option value="s">Liten</option><option value="l" selected>' in field


def test_the_first_of_several_boxes_has_the_id_that_a_fault_leads_to() -> None:
    chips = shown('{% chips form.parts "Delar" %}', form=Errand({"name": "a", "parts": ["b"]}))
    assert '<input type="checkbox" name="parts" id="parts" value="a">' in chips
    assert '<input type="checkbox" name="parts" value="b" checked>' in chips


def test_choices_below_each_other_are_named_by_their_labels() -> None:
    choices = shown('{% choices form.size "Storlek" %}', form=Errand({"name": "a"}))
    assert '<input type="radio" name="size" id="size-l" value="l"><label for="size-l">Stor</label>' in choices


def test_a_group_of_no_form_says_its_one_error_whole() -> None:
    group = shown('{% group "sex" "Kön" errors=error is_target=True %}x{% endgroup %}', error="Välj kön")
    assert group.startswith('<fieldset class="field is-bad" id="sex" tabindex="-1"><legend>Kön</legend>')
    assert group.count('<p class="err"') == 1
    assert "Välj kön" in group


def test_a_list_may_stand_in_groups() -> None:
    form = Errand({"name": "a", "size": "l"})
    form.fields["size"].choices = [("Norr", [("s", "Liten")]), ("Syd", [("l", "Stor")])]  # type: ignore[attr-defined]
    field = shown('{% field form.size "Storlek" %}', form=form)
    assert '<optgroup label="Syd"><option value="l" selected>Stor</option></optgroup>' in field


def test_a_box_is_ticked_if_it_was() -> None:
    assert ' checked><label for="sure">Säkert</label>' in shown(
        '{% check form.sure "Säkert" %}', form=Errand({"sure": "yes"})
    )
    assert "checked" not in shown('{% check form.sure "Säkert" %}', form=Errand({}))


def test_all_faults_of_a_form_lead_to_their_fields() -> None:
    assert '<li><a href="#name">Skriv namnet</a></li>' in shown("{% errors form %}", form=Errand({}))


@pytest.mark.parametrize("form", [Errand(), Errand({"name": "a"}), None])
def test_a_form_without_faults_says_nothing_of_them(form: Errand | None) -> None:
    assert shown("{% errors form %}", form=form) == ""


def test_a_cursor_stands_where_words_are_looked_for_until_there_are_some() -> None:
    assert "autofocus" in shown('{% search_field "q" "Sök" focus=True %}')
    assert "autofocus" not in shown('{% search_field "q" "Sök" value="Bo" focus=True %}')
