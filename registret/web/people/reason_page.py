"""A decision that needs a reason, which the person reads: one page for all of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpResponse
from django.utils.translation import gettext as _

from registret.web.http import ActorRequest, posted
from registret.web.people.forms import WhyForm
from registret.web.pieces import Link, show


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonPage:
    """What is decided about whom. `back` leads there again; `button` decides."""

    title: str
    who: str
    back: Link
    label: str
    hint: str
    button: str
    form: WhyForm


def reason_form(request: ActorRequest) -> WhyForm:
    return WhyForm(posted(request))


def show_reason(request: ActorRequest, page: ReasonPage, *, tab: str) -> HttpResponse:
    return show(request, "people/with_a_reason.html", page, tab=tab, status=422 if page.form.errors else 200)


def decline_page(form: WhyForm, *, title: str, who: str, proposed_by: str, back: str) -> ReasonPage:
    """Avslå what a colleague proposed."""
    return ReasonPage(
        title=title,
        who=who,
        back=Link(_("Tillbaka"), back),
        label=_("Varför avslås förslaget?"),
        hint=_("%(name)s, som föreslog, får skälet i ett mejl.") % {"name": proposed_by},
        button=_("Avslå"),
        form=form,
    )


def revoke_page(form: WhyForm, *, name: str, of_what: str, back: Link) -> ReasonPage:
    """Återkalla a right. `of_what`: which, in words."""
    return ReasonPage(
        title=_("Återkalla behörigheten"),
        who=f"{name}, {of_what}",
        back=back,
        label=_("Varför återkallas behörigheten?"),
        hint=_told(name),
        button=_("Återkalla"),
        form=form,
    )


def suspend_page(form: WhyForm, *, name: str, back: Link) -> ReasonPage:
    """Spärra an account."""
    return ReasonPage(
        title=_("Spärra kontot"),
        who=name,
        back=back,
        label=_("Varför spärras kontot?"),
        hint=_told(name),
        button=_("Spärra kontot"),
        form=form,
    )


def _told(name: str) -> str:
    return _("%(name)s får skälet i ett mejl. Det gäller genast. Skriv inget om patienter.") % {"name": name}
