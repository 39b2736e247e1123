package learn

import (
	"fmt"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/words"
)

func reason(code, nl, en string, with ...any) Reason {
	return Reason{code, words.Text{NL: fmt.Sprintf(nl, words.IsolateAll(with)...), EN: fmt.Sprintf(en, words.IsolateAll(with)...)}}
}

// The reasons that have nothing to fill in.
var (
	reasonBounce      = reason("bounce", "Melding dat een bericht niet is aangekomen", "A report that a mail was not delivered")
	reasonAway        = reason("auto-reply", "Automatisch antwoord, zoals bij afwezigheid", "An automatic answer, such as out-of-office")
	reasonMachine     = reason("machine", "Verstuurd door een programma", "Sent by a program")
	reasonUnsubscribe = reason("unsubscribe", "Biedt aan om af te melden", "Offers to unsubscribe")
	reasonSelling     = reason("acquisition", "Leest als reclame of werving", "Reads like advertising or recruiting")
	reasonSeeking     = reason("prospect", "Zoekt een accountant of boekhouder", "Looks for an accountant")
	reasonAlone       = reason("unconnected", "Niets verbindt de afzender met een relatie", "Nothing ties the sender to a client")
	reasonAlarming    = reason("alarming", "Vraagt om geld, gegevens of haast", "Asks for money, secrets or haste")
	reasonDoubted     = reason("doubted", "Exchange twijfelt aan de afzender", "Exchange doubts the sender")
	reasonUnknown     = reason("unknown", "De afzender is geen contact", "The sender is no contact")
	reasonIsContact   = reason("is-contact", "De afzender is een contact", "The sender is a contact")
	reasonTrusted     = reason("trusted-before", "Eerdere mail van deze afzender was echt", "Earlier mail of this sender was genuine")
	reasonChat        = reason("answers-chat", "Beantwoordt een lopend gesprek", "Answers a running chat")
	reasonColleague   = reason("colleague", "Geschreven door een collega", "Written by a colleague")
	reasonFormer      = reason("former-colleague", "Was collega", "Was a colleague")
	reasonForwarded   = reason("forwarded-sender", "Heeft het doorgestuurde bericht geschreven", "Wrote the mail that was passed on")
	reasonOneOfThem   = reason("own-client", "Is een relatie van de afzender", "Is one of the sender's clients")
	reasonRelease     = reason("release", "Kan toch een gewoon bericht zijn", "May be an ordinary mail after all")
	reasonNobody      = reason("no-sender", "Het bericht noemt geen afzender", "The mail names no sender")
	reasonCareful     = reason("careful", "Er is reden om voorzichtig te zijn", "There is reason to be careful")
	reasonUnread      = reason("unread", "De inhoud kon niet worden bewaard", "What it says could not be kept")
)

func reasonSameName(c directory.Contact) Reason {
	return reason("same-name", "Heet net als %s", "Has the same name as %s", c.Name)
}

func reasonAlike(c directory.Contact) Reason {
	return reason("alike-name", "Naam lijkt op %s", "Name is like %s", c.Name)
}

func reasonUntagged(c directory.Contact) Reason {
	return reason("same-mailbox", "Adres van %s met een toevoeging", "Address of %s with a tag", c.Name)
}

func reasonPhone(phone string) Reason {
	return reason("same-phone", "Telefoonnummer %s is bekend", "Phone number %s is known", phone)
}

func reasonDomain(domain string, n int) Reason {
	if n == 1 {
		return reason("same-domain", "Een contact op @%s hoort hierbij", "A contact at @%s belongs here", domain)
	}
	return reason("same-domain", "%[2]d contacten op @%[1]s horen hierbij", "%[2]d contacts at @%[1]s belong here", domain, n)
}

func reasonAtDomain(domain string) Reason {
	return reason("contact-domain", "Schreef eerder vanaf @%s", "Wrote from @%s before", domain)
}

func reasonTaught(domain string, n int) Reason {
	return reason("domain-rule", "%[2]d keer gekozen voor @%[1]s", "Chosen %[2]d times for @%[1]s", domain, n)
}

func reasonCalled(domain string) Reason {
	return reason("domain-name", "@%s lijkt op de naam", "@%s is like the name", domain)
}

func reasonLabelled(c directory.Client) Reason {
	return reason("number", "Klantnummer %s staat in het bericht", "Client number %s stands in the mail", c.Number)
}

func reasonNumber(c directory.Client) Reason {
	return reason("number", "Nummer %s staat in het bericht", "Number %s stands in the mail", c.Number)
}

func reasonKvK(c directory.Client) Reason {
	return reason("kvk", "KvK-nummer %s staat in het bericht", "KvK number %s stands in the mail", c.KvK)
}

func reasonVAT(c directory.Client) Reason {
	return reason("vat", "Btw-id %s staat in het bericht", "VAT id %s stands in the mail", c.VAT)
}

func reasonNamed(c directory.Client) Reason {
	return reason("name", "%s wordt genoemd", "%s is named", c.Name)
}

func reasonPart(c directory.Client) Reason {
	return reason("name-part", "Een deel van de naam %s wordt genoemd", "A part of the name %s is said", c.Name)
}

func reasonWord(word string) Reason {
	return reason("word", "Het woord ‘%s’ staat in het bericht", "The word “%s” stands in the mail", word)
}

func reasonCompany(company string) Reason {
	return reason("company", "De afzender noemt zich %s", "The sender calls itself %s", company)
}

func reasonRecipient(c directory.Contact) Reason {
	return reason("recipient", "%s kreeg het bericht ook", "%s received it as well", c.Name)
}

func reasonClientOf(c directory.Client) Reason {
	return reason("client", "Het bericht wijst naar %s", "The mail points to %s", c.Name)
}

func reasonHabit(word string) Reason {
	return reason("habit", "Bij ‘%s’ is eerder zo gekozen", "With “%s” this was chosen before", word)
}

func reasonOften(n, of int) Reason {
	return reason("often", "%d van de %d keer gekozen voor deze afzender", "Chosen %d of %d times for this sender", n, of)
}

func reasonTeam(name string) Reason {
	return reason("own-team", "%s werkt voor deze relatie", "%s works for this client", name)
}

func reasonList(id string) Reason {
	return reason("list", "Komt van mailinglijst %s", "Came through mailing list %s", id)
}

func reasonDismissed(n int64) Reason {
	if n == 1 {
		return reason("dismissed", "Eén keer eerder afgehandeld", "Was dismissed once before")
	}
	return reason("dismissed", "%d keer eerder afgehandeld", "Was dismissed %d times before", n)
}

func reasonReleased(n int64) Reason {
	if n == 1 {
		return reason("released", "Eén keer eerder vrijgegeven", "Was released once before")
	}
	return reason("released", "%d keer eerder vrijgegeven", "Was released %d times before", n)
}

func reasonPayment(phrase string) Reason {
	return reason("payment-change", "Zegt dat geld voortaan ergens anders heen moet: ‘%s’. Bel een bekend nummer voordat u iets wijzigt", "Says that money is to go elsewhere from now on: “%s”. Call a number that you know before you change anything", phrase)
}

func reasonLookalike(domain, known string) Reason {
	return reason("lookalike-domain", "@%s lijkt op @%s en is het niet", "@%s looks like @%s and is not", domain, known)
}

func reasonReplyTo(to string) Reason {
	return reason("reply-to", "Antwoorden gaan naar een ander domein: %s", "Answers go to another domain: %s", to)
}

func reasonColleagueName(name, email string) Reason {
	return reason("known-name", "Toont de naam van collega %s, maar schrijft vanaf een ander adres: %s", "Shows the name of colleague %s, and writes from another address: %s", name, email)
}

func reasonContactName(name, email string) Reason {
	return reason("known-name", "Toont de naam van contact %s, maar schrijft vanaf een onbekend adres: %s", "Shows the name of contact %s, and writes from an address that is not known: %s", name, email)
}
