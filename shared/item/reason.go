package item

import "kantoorpost/shared/words"

// Explain returns texts that say why mail waits, and what to do about it. A word
// in braces stands for a fact: {sender}, {address}, {contact}, {clients},
// {client}, {role}, {team}, {tries}, {detail}.
func Explain(r Reason) (why, whatToDo words.Text) {
	e := explanations[r]
	return e.why, e.whatToDo
}

// ExplainMail is Explain for the reason of one mail. Its facts may tell more than the
// reason alone.
func ExplainMail(it Item) (why, whatToDo words.Text) {
	why, whatToDo = Explain(it.Reason)
	switch f := it.Facts; {
	case it.Reason == SenderNotVerified && f.AsksMoney:
		return words.Text{NL: "Dit bericht gaat over een betaling of een rekening, en niets bewijst dat het van {sender} komt.",
				EN: "This mail is about a payment or an account, and nothing proves that it is from {sender}."},
			words.Text{NL: "Bel {contact} op een bekend nummer. Een manager kan het bericht doorlaten; anders negeert u het.",
				EN: "Call {contact} on a number that you know. A manager can release the mail; otherwise dismiss it."}
	case it.Reason == SenderNotVerified && it.Verdict == VerdictSoft:
		return words.Text{NL: "Eerdere e-mail van {sender} was steeds bewezen echt, en deze niet. Iemand anders kan onder dit adres schrijven.",
				EN: "Earlier mail from {sender} was always proven genuine, and this one is not. Somebody else may write under this address."},
			words.Text{NL: "Bel {contact} op een bekend nummer als het om geld of gegevens gaat. Een manager kan het bericht doorlaten; daarna " +
				"geldt dit adres weer gewoon.",
				EN: "When it is about money or data, call {contact} on a number that you know. A manager can release the mail; after that the " +
					"address counts as usual."}
	case it.Reason == SenderNoClient && f.Portal:
		return words.Text{NL: "{contact} is een portaal en schrijft voor veel relaties. Dit bericht noemt er geen.",
				EN: "{contact} is a portal and writes for many clients. This mail names none."},
			words.Text{NL: "Kies de relatie waar dit bericht over gaat. Dat geldt alleen voor dit bericht.",
				EN: "Choose the client that this mail is about. That holds for this mail only."}
	case it.Reason == SeveralClients && f.Portal:
		why = words.Text{NL: "{contact} is een portaal, en dit bericht noemt: {clients}.",
			EN: "{contact} is a portal, and this mail names: {clients}."}
	case it.Reason == SeveralClients && f.Unsaid:
		why = words.Text{NL: "{contact} is een bedrijf of een programma dat niet de relatie zelf is, en dit bericht zegt niet over welke " +
			"relatie het gaat. Het kan gaan over: {clients}.",
			EN: "{contact} is a company or a program that is not the client itself, and this mail does not say which client it is about. It can " +
				"be about: {clients}."}
	case it.Reason == SeveralClients && it.Override.AsksPerson():
		why = words.Text{NL: "Dit bericht van {contact} was vanzelf verwerkt, en iemand maakte dat ongedaan.",
			EN: "This mail from {contact} was processed by itself, and somebody undid that."}
	case it.Reason == SeveralClients && len(f.Named) > 0 && len(f.Clients) > len(f.Named):
		why = words.Text{NL: "{contact} schrijft anders voor een andere relatie dan dit bericht noemt. Het kan gaan over: {clients}.",
			EN: "{contact} usually writes for another client than this mail names. It can be about: {clients}."}
	}
	return why, whatToDo
}

// ExplainOtherName is Explain for UnknownSender when a contact has the address,
// but {name} beside it is another person's.
func ExplainOtherName() (why, whatToDo words.Text) {
	return words.Text{NL: "{sender} is een adres van {contact}, maar dit bericht is van ‘{name}’. Eén adres kan voor meer mensen " +
			"schrijven, zoals dat van een portaal.",
			EN: "{sender} is an address of {contact}, but this mail is from “{name}”. One address may write for several people, as that of a " +
				"portal does."},
		words.Text{NL: "Kies het contact van wie dit bericht is. Dat geldt alleen voor dit bericht: het adres blijft van {contact}.",
			EN: "Choose the contact whose mail this is. That holds for this mail only: the address stays with {contact}."}
}

var explanations = map[Reason]struct{ why, whatToDo words.Text }{
	Acknowledgement: {
		words.Text{NL: "Dit is een leesbevestiging of een antwoord op een uitnodiging, en hoort bij geen chat.",
			EN: "This is a read receipt or an answer to an invitation, and belongs to no chat."},
		words.Text{NL: "Negeer het. Hoort het bij een relatie, laat het dan door.",
			EN: "Dismiss it. When it belongs to a client, release it."},
	},
	Undecodable: {
		words.Text{NL: "Microsoft gaf iets door dat niet als e-mail te lezen is: {detail}.",
			EN: "Microsoft sent something that cannot be read as a mail: {detail}."},
		words.Text{NL: "Open het bericht in Outlook en handel het daar af. Probeer het opnieuw of negeer het hier.",
			EN: "Open the message in Outlook and deal with it there. Retry it, or dismiss it here."},
	},
	TooLarge: {
		words.Text{NL: "De tekst is langer dan wordt bewaard, dus hier staat alleen het begin.",
			EN: "The text is longer than what is kept, so only its start is here."},
		words.Text{NL: "Laat het bericht door om het met het begin van de tekst te verwerken, of negeer het. De hele tekst staat in Outlook.",
			EN: "Release the mail to process it with the start of its text, or dismiss it. The whole text is in Outlook."},
	},
	NoSender: {
		words.Text{NL: "Het bericht noemt geen afzender.", EN: "The mail names no sender."},
		words.Text{NL: "Kies het contact dat het geschreven heeft, of negeer het.", EN: "Choose the contact who wrote it, or dismiss it."},
	},
	Bounce: {
		words.Text{NL: "Dit is een melding dat een e-mail niet bezorgd kon worden.",
			EN: "This is a report that some mail could not be delivered."},
		words.Text{NL: "Kijk welk adres niet klopt en verbeter het bij het contact. Negeer daarna de melding.",
			EN: "See which address is wrong and correct it at the contact. Then dismiss the report."},
	},
	Automated: {
		words.Text{NL: "Dit bericht is door een programma verstuurd, zoals een nieuwsbrief, een melding of een afwezigheidsbericht.",
			EN: "A program sent this mail, such as a newsletter, a notification or an out-of-office answer."},
		words.Text{NL: "Negeer het, eenmalig of altijd voor deze lijst of afzender. Hoort het bij een relatie, laat het dan door.",
			EN: "Dismiss it, once or always for this list or sender. When it belongs to a client, release it."},
	},
	SenderNotVerified: {
		words.Text{NL: "Microsoft betwijfelt dat dit bericht van {sender} komt. De afzender kan vervalst zijn.",
			EN: "Microsoft doubts that this mail is from {sender}. The sender may be forged."},
		words.Text{NL: "Bel de afzender op een bekend nummer als u twijfelt. Een manager kan het bericht doorlaten; anders negeert u het.",
			EN: "When in doubt, call the sender on a number that you know. A manager can release the mail; otherwise dismiss it."},
	},
	NotAnalysed: {
		words.Text{NL: "De tekst kon niet worden ontleed: dat lukte niet, of het duurde te lang. Daardoor is niet nagegaan over wie het gaat.",
			EN: "The text could not be analysed: that failed, or took too long. So nobody looked at whom it is about."},
		words.Text{NL: "Lees het bericht. Laat het door om het te verwerken op afzender en adres, of negeer het.",
			EN: "Read the mail. Release it to process it by its sender and address, or dismiss it."},
	},
	LinkRemoved: {
		words.Text{NL: "De rol of het procesteam waaraan {address} gekoppeld was, bestaat niet meer.",
			EN: "The role or process team that {address} was linked to is gone."},
		words.Text{NL: "Koppel {address} aan een andere rol of een ander procesteam. Het bericht wordt daarna vanzelf verwerkt.",
			EN: "Link {address} to another role or process team. The mail is then processed by itself."},
	},
	InternalSender: {
		words.Text{NL: "{sender} is van het eigen kantoor.", EN: "{sender} is somebody of this office."},
		words.Text{NL: "Heeft een collega een bericht van een relatie doorgestuurd, kies dan het contact dat het schreef. Negeer het anders.",
			EN: "When a colleague forwarded a client's mail, choose the contact who wrote it. Otherwise dismiss it."},
	},
	UnknownSender: {
		words.Text{NL: "{sender} hoort niet bij een bekend contact.", EN: "{sender} is no contact's address."},
		words.Text{NL: "Koppel het adres aan een bestaand contact of maak een nieuw contact. Later komt mail van dit adres vanzelf goed terecht.",
			EN: "Link the address to an existing contact, or create a new contact. Later mail from this address finds its way by itself."},
	},
	SenderNoClient: {
		words.Text{NL: "Contact {contact} is aan geen relatie gekoppeld.", EN: "Contact {contact} is linked to no client."},
		words.Text{NL: "Kies de relatie waar {contact} bij hoort.", EN: "Choose the client to whom {contact} belongs."},
	},
	SeveralClients: {
		words.Text{NL: "Contact {contact} hoort bij meerdere relaties: {clients}.",
			EN: "Contact {contact} belongs to several clients: {clients}."},
		words.Text{NL: "Kies de relatie waar dit bericht over gaat.", EN: "Choose the client that this mail is about."},
	},
	NoMemberAddress: {
		words.Text{NL: "Geen actief teamlid heeft het adres {address}.", EN: "No active team member has the address {address}."},
		words.Text{NL: "Geef het teamlid dit adres, of koppel {address} aan een rol of procesteam. Het bericht wordt daarna vanzelf verwerkt.",
			EN: "Give the team member this address, or link {address} to a role or process team. The mail is then processed by itself."},
	},
	NoMemberRole: {
		words.Text{NL: "Niemand heeft bij relatie {client} de rol {role}.", EN: "Nobody has the role {role} at client {client}."},
		words.Text{NL: "Koppel bij relatie {client} een teamlid met de rol {role}. Het bericht wordt daarna vanzelf verwerkt.",
			EN: "Link a team member with the role {role} to client {client}. The mail is then processed by itself."},
	},
	EmptyTeam: {
		words.Text{NL: "Procesteam {team} heeft geen actieve leden.", EN: "Process team {team} has no active members."},
		words.Text{NL: "Voeg een actief teamlid toe aan procesteam {team}. Het bericht wordt daarna vanzelf verwerkt.",
			EN: "Add an active team member to process team {team}. The mail is then processed by itself."},
	},
	Technical: {
		words.Text{NL: "Er ging {tries} keer iets mis dat niet aan het bericht ligt: {detail}.",
			EN: "Something failed {tries} times that is no fault of the mail: {detail}."},
		words.Text{NL: "Probeer het opnieuw. Blijft het misgaan, kijk dan bij “Systeemstatus” of vraag de beheerder.",
			EN: "Retry it. When it keeps failing, look at “System status” or ask the administrator."},
	},
}
