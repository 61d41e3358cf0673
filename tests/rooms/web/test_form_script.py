"""What the form's script decides apart from the page: what is unsaved, when it is sent, and what an answer means."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

from playwright._impl._driver import compute_driver_executable

MODULES = Path(__file__).parents[3] / "registret" / "web" / "static" / "form"


def run(script: str) -> Any:
    """The value that the script returns, in the JavaScript that Playwright brings along."""
    imports = "".join(
        f'import {{ {names} }} from "{(MODULES / file).as_uri()}";'
        for names, file in (
            ("Unsaved, waitAfter", "unsaved.js"),
            ("Saver", "saver.js"),
            ("kindOf", "net.js"),
            ("currentOf", "map.js"),
        )
    )
    told = f"{imports} console.log(JSON.stringify(await (async () => {{ {script} }})() ?? null));"
    done = subprocess.run(
        [compute_driver_executable()[0], "--input-type=module", "--eval", told],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


SAVER = """
  const unsaved = new Unsaved(), said = [], sent = [];
  const page = Object.fromEntries(["saving", "saved", "away", "ended", "elsewhere", "refused"]
    .map((name) => [name, () => said.push(name)]));
  let answer = { kind: "ok", body: { faults: {} } };
  const send = async (codes, options) => { sent.push([codes, options.byItself]); return answer; };
  const saver = new Saver({ unsaved, send, page });
  const stop = () => saver.later(1e9);
"""
QUIT = "setTimeout(() => process.exit(0), 0);"


def test_what_is_changed_while_it_is_sent_is_sent_again() -> None:
    script = """
      const unsaved = new Unsaved();
      unsaved.note("pulse");
      const sent = new Map(unsaved.changed);
      unsaved.note("pulse");
      unsaved.note("crp");
      unsaved.took(sent, {});
      return [...unsaved.changed.keys()];
    """
    assert run(script) == ["pulse", "crp"]


def test_an_answer_that_cannot_be_is_unsaved_until_it_is_mended() -> None:
    script = """
      const unsaved = new Unsaved(), told = [];
      for (const faults of [{ pulse: "Skriv ett tal" }, {}]) {
        unsaved.note("pulse");
        unsaved.took(new Map(unsaved.changed), faults);
        told.push(unsaved.isEmpty);
      }
      return told;
    """
    assert run(script) == [False, True]


def test_two_answers_to_one_question_are_sent_by_nobody_before_one_is_chosen() -> None:
    script = """
      const unsaved = new Unsaved();
      unsaved.note("pulse");
      unsaved.collide("pulse", { texts: ["80"] });
      return [unsaved.changed.size, unsaved.isMine("pulse"), unsaved.isEmpty];
    """
    assert run(script) == [0, True, False]


def test_an_answer_of_the_server_means_one_thing() -> None:
    expected = {
        '200, {"faults": {}}': "ok",
        "204, null": "nothing",
        '422, {"troubles": []}': "invalid",
        "422, null": "refused",
        "401, {}": "ended",
        "423, {}": "ended",
        "412, {}": "elsewhere",
        "409, {}": "refused",
        "503, null": "away",
        "502, null": "away",
        '503, {"code": "episode.form_changed"}': "refused",
        "0, null": "refused",
    }
    calls = ", ".join(f"kindOf({arguments})" for arguments in expected)
    assert run(f"return [{calls}];") == list(expected.values())


def test_tries_come_further_apart_and_never_more_than_fifteen_seconds() -> None:
    assert run("return [1, 2, 3, 4, 9].map(waitAfter);") == [2000, 4000, 8000, 15000, 15000]


def test_without_a_network_it_is_tried_again_as_nobodys_click() -> None:
    script = f"""{SAVER}
      answer = {{ kind: "away" }};
      unsaved.note("pulse");
      await saver.save(); stop();
      await saver.save(); stop();
      {QUIT}
      return [sent, said, unsaved.changed.size];
    """
    assert run(script) == [[[["pulse"], False], [["pulse"], True]], ["saving", "away", "saving", "away"], 1]


def test_what_is_refused_or_ended_is_not_sent_again_before_it_is_asked_for() -> None:
    for kind in ("refused", "ended"):
        script = f"""{SAVER}
          answer = {{ kind: "{kind}", body: null }};
          unsaved.note("pulse");
          await saver.save();
          await saver.save();
          answer = {{ kind: "ok", body: {{ faults: {{}} }} }};
          const before = sent.length;
          await saver.again();
          {QUIT}
          return [before, sent.length, unsaved.isEmpty];
        """
        assert run(script) == [1, 2, True], kind


def test_of_a_step_that_another_has_signed_nothing_is_sent_ever_again() -> None:
    script = f"""{SAVER}
      answer = {{ kind: "ok", body: {{ faults: {{}}, closed: "Karin har signerat." }} }};
      unsaved.note("pulse");
      await saver.save();
      unsaved.note("crp");
      await saver.save();
      await saver.again();
      {QUIT}
      return sent.length;
    """
    assert run(script) == 1


def test_a_signature_and_an_autosave_are_never_under_way_together() -> None:
    script = f"""{SAVER}
      const order = [];
      unsaved.note("pulse");
      const signing = saver.alone(async () => {{
        order.push("begins");
        await new Promise((done) => setTimeout(done, 30));
        order.push("ends");
        return "signed";
      }});
      await saver.save();
      order.push(sent.length);
      const came = await signing;
      stop();
      {QUIT}
      return [order, came];
    """
    assert run(script) == [["begins", 0, "ends"], "signed"]


def test_the_section_that_is_read_is_the_last_that_begins_above_the_line() -> None:
    script = """
      const page = { height: 900, atFoot: false };
      return [
        currentOf([200, 800, 1500], page),
        currentOf([-900, 100, 700], page),
        currentOf([400, 800], page),
        currentOf([-900, 100, 700], { ...page, atFoot: true }),
      ];
    """
    assert run(script) == [0, 1, 0, 2]
