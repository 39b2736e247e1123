package process

// strangersMail are mails with what becomes of them: the number of the client in whose
// chat they come, or "waits".
const strangersMail = `
1101 | Kees Vermeulen <kees@bakkerijvermeulen.nl> | Btw derde kwartaal | file
Hoi, hierbij de bonnen van september. Groet, Kees

1101 | Kees Vermeulen <kees@bakkerijvermeulen.nl> | Factuur oven | file
Wij kregen een factuur van Loodgietersbedrijf Mulder & Zn. voor het aansluiten van de oven. Kan die in één keer in de kosten?

1101 | Kees <kees@bakkerijvermeulen.nl> | Vraagje | -
Mijn dochter Anna komt in de winkel werken, wat moet ik dan regelen?
Kees

waits | Kees Vermeulen <kees@bakkerijvermeulen.nl> | Aangifte Anna Vermeulen | file
Hoi, hierbij de jaaropgave van mijn dochter voor haar aangifte inkomstenbelasting.

waits | Kees Vermeulen <kees@bakkerijvermeulen.nl> | Pand | -
Even over Vermeulen Vastgoed Holding: de huurder heeft opgezegd. Wat doen we met de btw-belaste verhuur?

waits | Kees Vermeulen <kees@bakkerijvermeulen.nl> | Stukken | file
Graag verwerken bij klantnummer 1102.

1101 | Kees Vermeulen <kees@bakkerijvermeulen.nl> | Uittreksel | -
Ons KvK-nummer is 30112233, klopt dat bij jullie?

waits soft | Kees Vermeulen <kees@bakkerijvermeulen.nl> | Betaling | -
Kun je vandaag 4.850 euro overmaken naar DE89 3704 0044 0532 0130 00? Ik zit in overleg.

waits soft | Kees Vermeulen <kees@bakkerijvermeulen.nl> | Salaris | -
Hoi, vanaf deze maand graag mijn salaris op een ander rekeningnummer storten. Ik stuur het zo door.

1101 soft | Kees Vermeulen <kees@bakkerijvermeulen.nl> | Kasboek | file
Hierbij het kasboek van mei.

1102 | Linda Post <l.post@notarisdebrug.nl> | Concept-akte | file
Geachte heer, bijgaand het concept voor Vermeulen Vastgoed Holding B.V. Graag uw akkoord.
Met vriendelijke groet,
Linda Post
Notariskantoor De Brug

waits | Linda Post <l.post@notarisdebrug.nl> | Passeren akte Kwekerij Groenland | file
Geachte heer, kunt u ons de laatste balans doen toekomen?
Met vriendelijke groet,
Linda Post

waits | Linda Post <l.post@notarisdebrug.nl> | Nalatenschap | -
Geachte heer, inzake mevrouw Anna Vermeulen verzoek ik u om een opgave van de box 3-vermogens.

waits | Linda Post <l.post@notarisdebrug.nl> | Overdracht aandelen | -
Het betreft de aandelen in De Gouden Lepel V.O.F. en de inbreng daarvan.

1103 | Rob Tellers <rob@tellersboekhouding.nl> | De Gouden Lepel: btw | file
Hierbij de aangifte ter controle.

1107 | Rob Tellers <rob@tellersboekhouding.nl> | Jaarstukken | file
Ha collega, dit zijn de stukken van Kwekerij Groenland.

waits | Rob Tellers <rob@tellersboekhouding.nl> | Jaarstukken | file
Ha collega, dit zijn de stukken die je vroeg.

waits | Rob Tellers <rob@tellersboekhouding.nl> | Nieuwe klant | -
Ik doe nu ook Fysiotherapie Oostpoort, kun je mij de cijfers over vorig jaar sturen?

waits | Rob Tellers <rob@tellersboekhouding.nl> | Twee vragen | -
Voor De Gouden Lepel: wanneer is de controle? En voor Kwekerij Groenland: is de WBSO al verwerkt?

waits | Prima Lease <facturen@primalease.nl> | Rij voordelig elektrisch | -
Bekijk onze nieuwste modellen en ontvang een laadpas cadeau.

waits | Prima Lease <facturen@primalease.nl> | Hoe beoordeelt u onze service? | -
Geachte heer, mevrouw, wij horen graag hoe u ons beoordeelt. Het kost twee minuten.

1104 | Prima Lease <facturen@primalease.nl> | Factuur 88213 | file
Geachte administratie, hierbij de factuur voor Autobedrijf Hoekstra.

waits | Prima Lease <facturen@primalease.nl> | Factuur 88219 | file
Geachte administratie, hierbij de factuur voor Transportbedrijf De Snelle Rit B.V.

waits | Prima Lease <facturen@primalease.nl> | Factuur 88230 | file
Geachte administratie, hierbij uw factuur.

1105 | Tekenfijn <noreply@tekenfijn.nl> | Stichting Kinderopvang Zonnestraal heeft ondertekend | -
Alle partijen hebben getekend. U kunt het document downloaden.

waits | Tekenfijn <noreply@tekenfijn.nl> | Document ondertekend | -
Alle partijen hebben getekend. U kunt het document downloaden.

waits | Fysiotherapie Oostpoort via Tekenfijn <noreply@tekenfijn.nl> | Document ondertekend | -
Alle partijen hebben getekend.

waits | Tekenfijn <noreply@tekenfijn.nl> | Gepland onderhoud zondagnacht | -
Tekenfijn is zondag tussen 2.00 en 4.00 uur niet bereikbaar.

waits | Loonhuis <berichten@loonhuis.nl> | Salarisrun gereed [1104] | file
De run van juni staat klaar.

1111 | Loonhuis <berichten@loonhuis.nl> | Salarisrun gereed [1111] | file
De run van juni staat klaar.

waits | Loonhuis <berichten@loonhuis.nl> | Ziekmelding | -
Er is een medewerker ziek gemeld. Log in om de melding te bekijken.

waits | Loonhuis namens Yara Bensaïd Fotografie <berichten@loonhuis.nl> | Mutatie | -
Er staat een mutatie klaar.

waits | Van Est Gerechtsdeurwaarders <info@vanest.nl> | Derdenbeslag dossier 20391 | file
Geachte werkgever, wij hebben beslag gelegd onder Transportbedrijf De Snelle Rit B.V.

1103 | Van Est Gerechtsdeurwaarders <info@vanest.nl> | Dossier 20114 | file
Wij hebben nog geen reactie ontvangen van De Gouden Lepel V.O.F. inzake de openstaande vordering.

waits | Van Est Gerechtsdeurwaarders <info@vanest.nl> | Tarieven per 1 januari | -
Per 1 januari gelden nieuwe tarieven. U vindt deze op onze website.

1106 | Piet Hoekstra <piet@autobedrijfhoekstra.nl> | Voorlopige aanslag P. Hoekstra | file
Deze kreeg ik thuis.

1104 | Piet Hoekstra <piet@autobedrijfhoekstra.nl> | Jaarrekening Autobedrijf Hoekstra | -
Wanneer kan ik het concept verwachten?

1104>waits | Piet Hoekstra <piet@autobedrijfhoekstra.nl> | Re: Jaarrekening Autobedrijf Hoekstra | -
Iets anders: voor P. Hoekstra heb ik nog de WOZ-beschikking, komt die goed?

1104>1104 | Piet Hoekstra <piet@autobedrijfhoekstra.nl> | Re: Jaarrekening Autobedrijf Hoekstra | -
Dank, dat is akkoord. Trouwens, wanneer ben je terug van vakantie?

1106>waits | Piet Hoekstra <piet@autobedrijfhoekstra.nl> | Re: Voorlopige aanslag | -
Andere vraag, dit gaat over Autobedrijf Hoekstra: de btw van juni klopt niet.

1101>waits | Kees Vermeulen <kees@bakkerijvermeulen.nl> | Re: Btw tweede kwartaal | -
Dit gaat over wat anders, namelijk Anna Vermeulen (klant 1112). Zij wil een toeslag aanvragen.

1101>1101 | Kees Vermeulen <kees@bakkerijvermeulen.nl> | Re: Btw tweede kwartaal | -
Die factuur is van Kwekerij Groenland, die leveren de kruiden.

1101>waits | Kees Vermeulen <kees@bakkerijvermeulen.nl> | Re: Btw tweede kwartaal | -
Losse vraag, voor klantnummer 1102: mag de hypotheekrente eraf?

1103>waits | Rob Tellers <rob@tellersboekhouding.nl> | Re: Btw | -
Is goed. Iets anders: Groenland heeft nog geen voorlopige cijfers gezien.

1103>1103 | Rob Tellers <rob@tellersboekhouding.nl> | Re: Btw | -
Los hiervan: De Gouden Lepel koopt tegenwoordig in bij Groenland, is dat nog van belang?

1108 | Yara Bensaïd <yara.bensaid@gmail.com> | Bonnetjes | file
Alsjeblieft!

waits | Yara Bensaïd <yara.bensaid@gmail.com> | Nieuwe baan | -
Ik ben gestopt met fotograferen en werk nu bij Stichting Kinderopvang Zonnestraal. Daarvoor heb ik de jaarcijfers nodig.

waits | Yara Bensaid <yara.bensaidd@gmail.com> | Gewijzigd rekeningnummer | -
Wilt u voortaan betalen op NL02 RABO 0123 4567 89?

waits | Femke de Boer <femke@snellerit.nl> | Overstap | -
Ik ben per 1 mei in dienst bij Kwekerij Groenland B.V. en mail jullie voortaan voor hen.

waits | Femke de Boer <femke@snellerit.nl> | Loonaangifte mei | file
Hierbij de uren.
Met vriendelijke groet,
Femke de Boer
Kwekerij Groenland B.V.

1111 | Femke de Boer <femke@snellerit.nl> | Loonaangifte mei | file
Hierbij de uren.
Met vriendelijke groet,
Femke de Boer
Transportbedrijf De Snelle Rit B.V.

waits | Femke de Boer <femke@sne11erit.nl> | Loonaangifte mei | file
Hierbij de uren.

waits | Femke de Boer <femke@snelle-rit.nl> | Nieuwe bankgegevens | -
Vanaf vandaag graag de nieuwe bankgegevens gebruiken.

1109 | Milan Mulder <milan@mulderloodgieters.nl> | Offerte | file
Wij hebben bij Autobedrijf Hoekstra een bus gekocht. Kan ik de btw terugvragen?

1109 | Milan Mulder <milan@mulderloodgieters.nl> | Debiteur | -
Fysiotherapie Oostpoort betaalt onze factuur niet. Hoe boek ik dat af?

waits | Milan Mulder <milan@mulderloodgieters.nl> | Betreft: Fysiotherapie Oostpoort | -
Ik ben daar penningmeester geworden. Wie heeft de cijfers?

1110 | Ingrid Vos <ingrid@oostpoortfysio.nl> | Vraag | -
Kunnen jullie ons aanraden bij andere klanten? Groetjes Ingrid

waits | Ingrid Vos <ingrid@oostpoortfysio.nl> | Overname | -
Namens Stichting Kinderopvang Zonnestraal, waar ik bestuurslid ben, stuur ik de begroting.

1103 | Sam Peeters <sam@goudenlepel.nl> | Kassa | file
Onze leverancier Kwekerij Groenland levert vanaf nu wekelijks.

waits | Sam Peeters <sam@goudenlepel.nl> | Stukken | file
Bedrijf: Fysiotherapie Oostpoort
Graag verwerken.

waits | Sam Peeters <sam@goudenlepel.nl> | Stukken | file
Betreft: Anna Vermeulen

waits | Nadia Kade <secretariaat@bureaukade.nl> | Afspraak | -
Ik schrijf in opdracht van Kees Vermeulen, Anna Vermeulen. Heeft u deze week nog plaats?

waits | Nadia Kade <secretariaat@bureaukade.nl> | Afspraak | -
In opdracht van de heer Hoekstra, Autobedrijf Hoekstra, vraag ik u om een afspraak.

waits | Secretariaat Piet Hoekstra <secretariaat@bureaukade.nl> | Afspraak | -
De heer Hoekstra is met vakantie, vandaar dat u dit van mij krijgt.

1107 | Nadia Kade <secretariaat@bureaukade.nl> | Afspraak | -
Kan de heer Van Dam van Kwekerij Groenland donderdag langskomen?

waits | Loes Tuinman <loes@tuinmanadvies.nl> | Kennismaking | -
Ik adviseer Kwekerij Groenland en wil graag kennismaken.

waits | Prima Lease <info@primalease-nl.com> | Factuur 88231 | file
Geachte administratie, hierbij de factuur voor Autobedrijf Hoekstra. Let op het gewijzigde rekeningnummer.
`
