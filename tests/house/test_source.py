"""What stands in no file: inline style and script, paths of a machine, hosts that nobody decided about."""

from __future__ import annotations

import re
import subprocess
from functools import cache
from pathlib import Path

import pytest
from django import forms

from registret.web.templatetags.fields import clinic_field

ROOT = Path(__file__).parents[2]
PAGES = sorted((ROOT / "registret" / "web").rglob("templates/**/*.html"))
PICTURES = {".png", ".svg", ".ico"}


@cache
def tracked() -> dict[str, str]:
    """Every text file of the repository, by path, but this one."""
    named = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    files = [name for name in named.split("\0") if name and Path(name).suffix not in PICTURES]
    texts = {name: (ROOT / name).read_text(encoding="utf-8") for name in files if (ROOT / name).exists()}
    texts.pop(str(Path(__file__).relative_to(ROOT)), None)
    assert len(texts) > 200
    return texts


def found(pattern: str, texts: dict[str, str]) -> set[tuple[str, str]]:
    return {(name, match[0]) for name, text in texts.items() for match in re.finditer(pattern, text)}


# --- the strict policy leaves no room for these ----------------------------------------------------

INLINE = {
    "a style": r"<style\b|\sstyle\s*=",
    "a script": r"<script\b(?![^>]*\bsrc=)",
    "a handler": r"\son[a-z]+\s*=",
    "an address that is a script": r"(?i)javascript:",
    "something to embed": r"<(?:iframe|object|embed|base|applet)\b",
    "a form that goes elsewhere": r'action="(?:https?:)?//',
}


@pytest.mark.parametrize("what", INLINE)
def test_no_template_of_a_page_has_inline(what: str) -> None:
    assert len(PAGES) > 30
    assert found(INLINE[what], {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8") for p in PAGES}) == set()


@pytest.mark.parametrize(
    ("what", "sample"),
    [
        ("a style", '<p style="color:red">'),
        ("a script", "<script>x</script>"),
        ("a handler", '<a onclick="x">'),
        ("an address that is a script", '<a href="javascript:x">'),
        ("something to embed", "<iframe>"),
        ("a form that goes elsewhere", '<form action="//evil.example">'),
    ],
)
def test_what_is_looked_for_would_be_found(what: str, sample: str) -> None:
    assert re.search(INLINE[what], sample)


def test_no_template_turns_escaping_off() -> None:
    templates = {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8") for p in PAGES}
    assert found(r"\|\s*safe\b|\bautoescape off\b|\|\s*safeseq\b", templates) == set()


def test_a_list_to_search_in_says_when_nothing_matches_and_keeps_what_was_typed() -> None:
    class Place(forms.Form):
        clinic = forms.ChoiceField(choices=[("1", "Infektionskliniken")])

    templates = {str(p.relative_to(ROOT)): p.read_text(encoding="utf-8") for p in PAGES}
    assert found(r"\sdata-search\b", templates) == set(), "only the component has one"
    drawn = clinic_field(Place({"clinic": "", "clinic_typed": "norrvik"}), "Klinik")
    assert 'data-search="Ingen klinik matchar"' in drawn
    assert 'data-typed="norrvik"' in drawn


def test_html_is_put_together_by_functions_that_escape() -> None:
    code = {name: text for name, text in tracked().items() if name.startswith("registret/") and name.endswith(".py")}
    trusted = [(name, line) for name, text in code.items() for line in text.splitlines() if "mark_safe(" in line]
    # Pictures that stand in the code itself.
    assert [name for name, _ in trusted] == ["registret/web/templatetags/look.py"] * 2


def test_only_the_demo_backups_and_what_sets_documents_start_programs() -> None:
    code = {name: text for name, text in tracked().items() if name.startswith("registret/") and name.endswith(".py")}
    starts = r"\b(?:subprocess|Popen|multiprocessing|spawnProcess)\b|\bos\.(?:system|popen|exec\w*|spawn\w*)\("
    shares = "registret/reports/rebuilding.py"
    assert {use for _, use in found(r"get_context\([^)]*\)", {"": code.pop(shares)})} == {'get_context("fork")'}, (
        "itself"
    )
    folders = {Path(name).parent.name for name, _ in found(starts, code)}
    assert folders == {"backup", "demo", "typeset"}
    starting = found(r"subprocess\.(?!TimeoutExpired)\w+\([^\]]*\]", {"": code["registret/web/typeset/__init__.py"]})
    assert {" ".join(line.split()) for _, line in starting} == {'subprocess.run( [sys.executable, "-I", str(_PROCESS)]'}


def test_the_script_builds_no_html_out_of_text_and_runs_none() -> None:
    script = {name: text for name, text in tracked().items() if name.endswith(".js")}
    assert script
    assert found(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function", script) == set()


def test_the_script_keeps_nothing_but_when_it_last_asked_for_the_card() -> None:
    script = {name: text for name, text in tracked().items() if name.endswith(".js")}
    assert found(r"sessionStorage|indexedDB|document\.cookie|caches\.", script) == set()
    kept = {use for _, use in found(r"localStorage\.[^;|]+", script)}
    assert kept == {'localStorage.setItem("kort", Date.now())', 'localStorage.getItem("kort") '}


# --- nothing of a machine --------------------------------------------------------------------------


def test_no_file_names_a_path_of_somebodys_machine() -> None:
    assert found(r"(?<![\w.}])/(?:home|Users|root|work|mnt|private)/\w+", tracked()) == set()


def test_no_file_holds_a_private_key_or_a_token() -> None:
    keys = r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\n[A-Za-z0-9+/=]{10}"
    assert found(keys + r"|\bgh[pousr]_[A-Za-z0-9]{20}|\bAKIA[A-Z0-9]{16}|\bxox[bp]-\w+", tracked()) == set()


# Names that belong to nobody (RFC 2606, RFC 6761), and this machine.
NOBODYS = re.compile(r"(?:.+\.)?(?:example|invalid|localhost|test|example\.(?:org|com|se))|127\.0\.0\.1|\[::1\]")
SOMEBODYS = {
    "www.w3.org": "the namespace of SVG",
    "www.apache.org": "the licence",
    "schemas.openxmlformats.org": "the namespace of workbooks",
    "schemas.xmlsoap.org": "the namespace of SOAP",
    "creativecommons.org": "the licence of open statistics",
    "keepachangelog.com": "the form of the changelog",
    "semver.org": "the form of versions",
    "www.digg.se": "supervises accessibility",
    "www.imy.se": "supervises privacy",
    "id.sambi.se": "the names of claims",
    "crl1.siths.se": "where SITHS publishes its lists",
    "ocsp1.siths.se": "where SITHS answers",
    "api.osv.dev": "the database of weaknesses in packages",
    "pypi.org": "where packages are published",
    "x509-limbo.com": "where cases of tests/conformance come from",
    "csrc.nist.gov": "where others come from",
    "snomed.info": "the name of SNOMED CT",
    "loinc.org": "the name of LOINC",
    "unitsofmeasure.org": "the name of UCUM",
    "www.cdisc.org": "the namespace of ODM",
    "hl7.org": "the names of FHIR's extensions",
    "terminology.hl7.org": "the names of its code systems",
    "github.com": "where other projects are cited",
}


def hosts() -> set[tuple[str, str]]:
    """(file, host) of every address with a host in it; hosts that are put together by code are left out."""
    return {
        (name, match[1].lower().rstrip("."))
        for name, text in tracked().items()
        for match in re.finditer(
            r"\b(?:https?|wss?|ftp|ldap)://([A-Za-z0-9.*-]+\.[A-Za-z0-9-]+)(?=[:/\s\"'`)>,;?#]|$)", text
        )
    }


def test_no_file_names_a_host_that_nobody_decided_about() -> None:
    assert {(f, h) for f, h in hosts() if not NOBODYS.fullmatch(h) and h not in SOMEBODYS} == set()
    assert set(SOMEBODYS) - {host for _, host in hosts()} == set(), "what is allowed is used"


def test_pages_load_nothing_from_elsewhere() -> None:
    web = {name: text for name, text in tracked().items() if name.startswith("registret/web/")}
    loads = r"(?:src=|url\(|@import|fetch\(|import )\s*[\"'(]?(?:https?:)?//[^\s\"')]+"
    assert found(loads, web) == set()


def test_no_address_about_patients_takes_free_text() -> None:
    """Servers log addresses: what is typed about a patient is sent in the body."""
    texts = {
        name: text
        for name, text in tracked().items()
        if name.startswith(("registret/web/records/", "registret/web/steps/", "registret/web/cases/"))
        and name.endswith(".py")
    }
    assert len(texts) > 15
    assert found(r"text_in\(\s*request\.GET", texts) == set()
    asked = {what for _, what in found(r"request\.GET\.get\([^)]*\)", texts)}
    keys = {re.sub(r".*\(\"?(\w+).*", r"\1", what) for what in asked}
    ours = {"klart", "angrat", "bytt", "annan", "RECEIPT", "PREFILL", "delregister"}
    assert keys <= ours, "what was done or found, or is chosen, in words of ours"
    form = texts["registret/web/records/list_form.py"]
    assert "CharField" not in form, "its filters are choices and days"
    pages = {name: text for name, text in tracked().items() if name.startswith("registret/web/static/")}
    assert found(r"fetch\([^)]*[?&]\w+=", pages) == set()


# --- files that can be read in one go --------------------------------------------------------------

LONGEST_FILE = 400


def test_no_code_file_is_longer_than_can_be_read_in_one_go() -> None:
    lines = {
        name: text.count("\n")
        for name, text in tracked().items()
        if name.startswith("registret/") and name.endswith((".py", ".js")) and "/migrations/" not in name
    }
    assert {name: n for name, n in lines.items() if n > LONGEST_FILE} == {}


# --- plain English ---------------------------------------------------------------------------------

IDIOM = r"(?i)\b(?:who(?:m)?ever|somebody's)\b|\banswers (?:an?|the|what|whether|how|none|true|false)\b"


def test_no_text_is_in_the_old_idiom() -> None:
    """`the user`, `the caller`, `an administrator` instead of `whoever`; a function returns, raises or yields."""
    texts = {name: text for name, text in tracked().items() if name.endswith((".py", ".md", ".po"))}
    assert found(IDIOM, texts) == set()
