"""Refusals about rights that are given to others, by one or by two, in words."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from registret.words.shapes import Action, RefusalWords

STAFF_REFUSALS: Mapping[str, RefusalWords] = {
    "access.own_proposal": RefusalWords(
        title=_("Den som föreslår en vikarie bekräftar den inte också."),
        happened=_("Du har själv föreslagit vikarien."),
        todo=(_("Be en annan lokal administratör på kliniken, eller registerkansliet."),),
    ),
    "access.outlasts_rights": RefusalWords(
        title=_("En vikarie har inte behörighet längre än de andra."),
        happened=_(
            "Vikariens egen behörighet på kliniken, eller behörigheten hos den som föreslog, upphör före den sista "
            "dagen. Som längst går det till och med %(day)s."
        ),
        in_general=_(
            "Vikariens egen behörighet på kliniken, eller behörigheten hos den som föreslog, upphör före den sista "
            "dagen."
        ),
        todo=(
            _("Förläng behörigheten först, eller föreslå en kortare tid."),
            _("Väntar förslaget redan på att bekräftas: avslå det, och föreslå på nytt."),
        ),
        short=_("Välj en dag till och med %(day)s: sedan upphör kollegans behörighet, eller din egen."),
    ),
    "access.beyond_own_rights": RefusalWords(
        title=_("Du kan inte ge det delregistret."),
        happened=_("Ingen ger behörighet till ett delregister som den inte själv har på kliniken."),
        todo=(
            _("Välj bara delregister som du själv har."),
            _("Behövs fler? Be en lokal administratör som har dem, eller registerkansliet."),
        ),
        action=Action.BACK_TO_LIST,
        short=_("Välj bara delregister som du själv har på kliniken."),
    ),
    "access.outlasts_own_right": RefusalWords(
        title=_("Din egen behörighet upphör tidigare."),
        happened=_("Ingen ger behörighet för längre tid än den egna. Som längst går det till och med %(day)s."),
        in_general=_("Ingen ger behörighet för längre tid än den egna."),
        todo=(
            _("Välj en tidigare dag."),
            _("Är din behörighet på väg att gå ut? Be registerkansliet förlänga den."),
        ),
        action=Action.BACK_TO_LIST,
        short=_("Välj en dag till och med %(day)s: sedan upphör din egen behörighet."),
    ),
    "access.second_needed": RefusalWords(
        title=_("Två på kansliet beslutar."),
        happened=_("På kliniken finns ingen annan lokal administratör som kan attestera. Då beslutar två på kansliet."),
        todo=(
            _("Lämna ett förslag. Någon annan på kansliet bekräftar det."),
            _("Är du ensam på kansliet? Be driften utse en lokal administratör, eller en till på kansliet."),
        ),
        action=Action.BACK_TO_LIST,
        short=_("Två på kansliet beslutar, och det här är inte samma beslut som din kollegas."),
    ),
    "access.office_appointed": RefusalWords(
        title=_("Kansliet attesterar inte den som det har utsett."),
        happened=_("Kansliet har gjort personen till lokal administratör på kliniken."),
        todo=(_("Utse en till lokal administratör på kliniken. Den kan attestera ansökan."),),
        action=Action.BACK_TO_LIST,
        short=_("Kansliet har utsett personen, och attesterar den inte också."),
    ),
    "access.office_widens": RefusalWords(
        title=_("Kansliet ger inte rätt att läsa mer."),
        happened=_("Kansliet kan förlänga och minska en behörighet, men inte låta någon läsa om fler patienter."),
        todo=(_("Be personen ansöka om den nya rollen eller delregistret. Kliniken attesterar."),),
        action=Action.BACK_TO_LIST,
        short=_("Kansliet kan förlänga och minska, men inte utöka. Be personen ansöka."),
    ),
    "access.proposer_gone": RefusalWords(
        title=_("Den som lämnade förslaget kan inte längre föreslå någon."),
        happened=_("Personen har inte längre den roll som behövs för det, eller har ett konto som är spärrat."),
        todo=(
            _("Avslå förslaget."),
            _("Behövs personen ändå? Lämna ett nytt förslag, som någon annan bekräftar."),
        ),
    ),
    "access.own_nomination": RefusalWords(
        title=_("Den som föreslår någon till ett uppdrag bekräftar det inte också."),
        happened=_("Du har själv lämnat förslaget."),
        todo=(_("Be någon annan på registerkansliet att bekräfta."),),
    ),
    "access.gives_rights": RefusalWords(
        title=_("Personen arbetar på registerkansliet."),
        happened=_("Den som ger behörigheter granskar inte loggen, och ser inga patienter."),
        in_general=_("Ingen arbetar på registerkansliet och läser om patienter eller granskar loggen."),
        todo=(_("Välj någon som inte arbetar på kansliet, och inte läser om patienter."),),
        short=_("Ingen arbetar på registerkansliet och läser om patienter eller granskar loggen."),
    ),
    "access.person_suspended": RefusalWords(
        title=_("Personens konto är spärrat."),
        happened=_("Den som är spärrad får inget uppdrag för registret."),
        todo=(_("Ta reda på varför under Sök konto, och häv spärren först om den inte ska vara kvar."),),
        short=_("Personens konto är spärrat. Häv spärren först, om den inte ska vara kvar."),
    ),
    "access.not_a_colleague": RefusalWords(
        title=_("Personen arbetar inte på kliniken just nu."),
        happened=_("Personen har ingen behörighet där, eller ett konto som inte går att använda."),
        todo=(_("Välj någon annan, eller ordna personens behörighet på kliniken först."),),
    ),
    "access.key_unusable": RefusalWords(
        title=_("Texten är ingen öppen nyckel som går att använda."),
        happened=_("Registret tar emot P-256, och RSA med 2 048 till 4 096 bitar, som PEM eller JWK."),
        todo=(_("Be den som sköter systemet om den öppna nyckeln."),),
        short=_("Klistra in en öppen nyckel: P-256, eller RSA med 2 048 till 4 096 bitar, som PEM eller JWK."),
    ),
    "access.key_private": RefusalWords(
        title=_("Det är en privat nyckel."),
        happened=_("Registret har inte sparat den. Den har ändå lämnat systemet."),
        todo=(_("Använd den inte. Be den som sköter systemet att skapa en ny, och lämna bara den öppna nyckeln."),),
        short=_("Det är en privat nyckel. Använd den inte: skapa en ny, och lämna bara den öppna."),
    ),
    "access.key_known": RefusalWords(
        title=_("Nyckeln används redan."),
        happened=_("Varje nyckel hör till ett system på en klinik."),
        todo=(_("Be den som sköter systemet att skapa en ny nyckel."),),
        short=_("Nyckeln används redan. Skapa en ny."),
    ),
    "access.begin_impossible": RefusalWords(
        title=_("Den första dagen går inte att välja."),
        happened=_("Den ligger före i dag, eller efter den sista dagen."),
        todo=(_("Välj en dag från och med i dag, före den sista dagen."),),
        short=_("Välj en dag från och med i dag, före den sista dagen."),
    ),
    "access.already_proposed": RefusalWords(
        title=_("Personen är redan föreslagen."),
        happened=_("Ett förslag om samma person och samma uppdrag väntar på att någon bekräftar det."),
        todo=(_("Ta tillbaka det första förslaget om något ska vara annorlunda."),),
    ),
    "access.nothing_proposed": RefusalWords(
        title=_("Förslaget väntar inte längre."),
        happened=_("Någon annan hann före, eller så har tiden gått ut."),
        todo=(_("Titta i listan hur det är nu."),),
    ),
    "access.own_rights": RefusalWords(
        title=_("Ingen ändrar sina egna rättigheter."),
        happened=_("HSA-id:t är ditt eget."),
        todo=(_("Be en kollega på registerkansliet."),),
        short=_("Det är ditt eget HSA-id. Be en kollega."),
    ),
}
