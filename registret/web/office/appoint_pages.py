"""Appointing a local administrator, support, log reviewer or case handler."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from registret.access.roles import ROLES_TO_NOMINATE
from registret.time_limits.lengths import TimeLimit
from registret.time_limits.queries import length
from registret.web.office.checking import Check, hint_note
from registret.web.office.forms import AppointForm, NominateForm, PersonForm
from registret.web.pieces import FactText, Note, OptionText, Tag, marked_up, options
from registret.web.templatetags.look import HasName, names
from registret.words.roles import role_hint, role_name
from registret.words.time_limits import length_in_words


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """What to look at before the form counts. `used`: what becomes of what was written; `next`: what happens then."""

    hsa_id: str
    other_name: Note | None
    facts: Sequence[FactText]
    used: Sequence[str]
    mail: Note | None
    alike: Sequence[str]
    next: Sequence[str]
    is_unusual: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointWords:
    """`what`: the name of the form; `steps` and `aside`: what happens afterwards."""

    title: str
    told: str
    what: str
    button: str
    steps: Sequence[str]
    aside: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointPage:
    """A form for who it is. `roles` and `has_clinic`: what else is chosen; `dialog`: before it counts."""

    words: AppointWords
    back: str
    form: PersonForm
    dialog: Dialog | None
    warning: Note | None = None
    roles: Sequence[OptionText] = ()
    has_clinic: bool = False


def appoint_page(form: AppointForm, asked: Check | None, *, others: Sequence[HasName]) -> AppointPage:
    """Utse lokal administratör. `others`: who could confirm a proposal."""
    return AppointPage(
        words=_about_administrators(),
        back=reverse("office"),
        form=form,
        dialog=_dialog(form, asked),
        warning=None if others else _alone(),
        has_clinic=True,
    )


def support_page(form: PersonForm, asked: Check | None) -> AppointPage:
    """Utse support."""
    return AppointPage(
        words=_about_support(),
        back=reverse("appointments"),
        form=form,
        dialog=_dialog(form, asked),
    )


def nominate_page(form: NominateForm, asked: Check | None, *, others: Sequence[HasName]) -> AppointPage:
    """Föreslå till ett uppdrag. `others`: who could confirm it."""
    nobody = _("Ingen annan på kansliet kan bekräfta. Be driften utse en till på kansliet.")
    texts = {role.value: (role_name(role), role_hint(role)) for role in ROLES_TO_NOMINATE}
    return AppointPage(
        words=_about_nominations(others),
        back=reverse("appointments"),
        form=form,
        dialog=_dialog(form, asked),
        warning=None if others else Note("warn", nobody),
        roles=options(form["role"], texts),
    )


def _about_administrators() -> AppointWords:
    return AppointWords(
        title=_("Utse lokal administratör"),
        told=_(
            "En lokal administratör attesterar kollegor på sin klinik. Finns där ingen annan beslutar två på kansliet."
        ),
        what=_("Vem, och var"),
        button=_("Utse"),
        steps=_steps(_("Därefter går det att logga in med kortet och attestera kollegor, i högst två år.")),
        aside=_("Att du utser någon loggas."),
    )


def _about_support() -> AppointWords:
    return AppointWords(
        title=_("Utse support"),
        told=_(
            "Supporten hittar konton, ser vad som har hänt med dem och skickar bekräftelsemejl igen. Den ser inga "
            "patienter och ändrar ingen behörighet."
        ),
        what=_("Vem"),
        button=_("Utse"),
        steps=_steps(_("Därefter går det att logga in med kortet och hjälpa andra, i högst två år.")),
        aside=_("Att du utser någon loggas."),
    )


def _about_nominations(others: Sequence[HasName]) -> AppointWords:
    return AppointWords(
        title=_("Föreslå till ett uppdrag"),
        told=_(
            "Den som granskar loggen eller handlägger patientärenden utses av två på kansliet: en föreslår, en annan "
            "bekräftar."
        ),
        what=_("Vem"),
        button=_("Föreslå"),
        steps=_steps_of_two(others),
        aside=_(
            "Ingen bekräftar sitt eget förslag, eller sig själv. Den som arbetar på kansliet kan inte få de här "
            "uppdragen."
        ),
    )


def _alone() -> Note:
    text = _(
        "Du är ensam på kansliet. På en klinik utan lokal administratör kan du bara lämna ett förslag: be driften utse "
        "en till på kansliet, eller administratören."
    )
    return Note("warn", format_html('{} <span class="id nb">registret appoint</span>', text))


def _steps(last: str) -> tuple[str, ...]:
    return (
        _("Personen får ett mejl om uppdraget."),
        _("Den som inte har något konto får också ett mejl för att bekräfta adressen."),
        last,
    )


def _steps_of_two(others: Sequence[HasName]) -> tuple[str, ...]:
    lasts = length(TimeLimit.NOMINATION)
    told = _("%(names)s får ett mejl, och bekräftar eller avslår.")
    return (
        told % {"names": names(others)} if others else _("Någon annan på kansliet bekräftar eller avslår."),
        _(
            "Först därefter får personen ett mejl om uppdraget, och den som inte har något konto ett för att bekräfta "
            "adressen."
        ),
        _("Ett förslag som ingen har bekräftat inom %(lasts)s gäller inte längre.")
        % {"lasts": length_in_words(lasts.number, lasts.unit)},
    )


def _dialog(form: PersonForm, asked: Check | None) -> Dialog | None:
    if asked is None:
        return None
    data = form.cleaned_data
    proposal = _("Det blir ett förslag: någon annan på kansliet bekräftar.")
    return Dialog(
        hsa_id=str(data["hsa_id"]),
        other_name=_not_as_written(asked, given=data["given_name"], surname=data["surname"]),
        facts=tuple(_facts(form, asked)),
        used=tuple(_used(asked)),
        mail=hint_note(asked.hint),
        alike=asked.alike,
        next=(proposal,) if asked.two else (),
        is_unusual=asked.is_unusual,
    )


def _not_as_written(asked: Check, *, given: str, surname: str) -> Note | None:
    if asked.account is None or not asked.other_name:
        return None
    text = _("HSA-id:t hör till <b>%(name)s</b>, men du skrev %(given)s %(surname)s. Är det rätt person?")
    return Note("warn", marked_up(text, name=asked.account.name, given=given, surname=surname))


def _facts(form: PersonForm, asked: Check) -> Iterator[FactText]:
    data, account = form.cleaned_data, asked.account
    if account:
        yield FactText(_("Namn"), [account.name], tag=Tag(_("har konto")))
    else:
        yield FactText(_("Namn"), [f"{data['given_name']} {data['surname']}"])
    yield FactText(_("E-post"), [str(account.email if account else data["email"])], css="id")
    if "role" in data:
        yield FactText(_("Uppdrag"), [role_name(data["role"])])
    if asked.clinic:
        yield FactText(_("Klinik"), [asked.clinic.title])


def _used(asked: Check) -> Iterator[str]:
    if asked.account:
        yield _("Kontots namn och adress används, inte de du skrev.")
    if asked.clinic and asked.other_provider:
        provider = asked.clinic.care_provider
        if asked.issuer:
            facts = {"issuer": asked.issuer.name, "provider": provider}
            yield _("HSA-id:t är utfärdat av %(issuer)s, och kliniken hör till %(provider)s.") % facts
        else:
            text = _("HSA-id:t är utfärdat av någon annan än %(provider)s, som kliniken hör till.")
            yield text % {"provider": provider}
