package learn

import (
	"fmt"
	"strings"

	"kantoorpost/shared/directory"
	"kantoorpost/shared/words"
)

// features is the one table of what is seen in a mail, by the code of its
// reason, with the sentence that a person reads. Codes are stable. A code may
// have several sentences, told apart by what follows a colon. The strength of
// each is in weight.go; weights.json says by how much generated years of mail
// correct that.
var features = map[string]words.Text{
	// Who wrote it.
	"same-name":        {NL: "Heeft dezelfde naam als %s", EN: "Has the same name as %s"},
	"alike-name":       {NL: "De naam lijkt op die van %s", EN: "The name is like that of %s"},
	"same-mailbox":     {NL: "Is het adres van %s met een toevoeging", EN: "Is the address of %s with a tag"},
	"own-address":      {NL: "Het adres is dat van %s", EN: "The address is that of %s"},
	"same-phone":       {NL: "Telefoonnummer %s is bekend", EN: "Phone number %s is known"},
	"contact-domain":   {NL: "Schreef eerder vanaf @%s", EN: "Wrote from @%s before"},
	"client":           {NL: "Het bericht wijst naar %s", EN: "The mail points to %s"},
	"forwarded-sender": {NL: "Heeft het doorgestuurde bericht geschreven", EN: "Wrote the mail that was passed on"},
	"former-colleague": {NL: "Was vroeger een collega", EN: "Used to be a colleague"},
	"is-contact":       {NL: "De afzender is een contact", EN: "The sender is a contact"},
	"trusted-before":   {NL: "Eerdere mail van deze afzender was echt", EN: "Earlier mail of this sender was genuine"},
	"answers-chat":     {NL: "Beantwoordt een lopend gesprek", EN: "Answers a running chat"},
	"prospect":         {NL: "Zoekt een accountant of boekhouder", EN: "Looks for an accountant"},

	// Which client it is about: signs in the mail.
	"number":           {NL: "Klantnummer %s staat in het bericht", EN: "Client number %s stands in the mail"},
	"number:loose":     {NL: "Nummer %s staat in het bericht", EN: "Number %s stands in the mail"},
	"number:file":      {NL: "Nummer %s staat in de naam van een bijlage", EN: "Number %s stands in the name of an attachment"},
	"kvk":              {NL: "KvK-nummer %s staat in het bericht", EN: "KvK number %s stands in the mail"},
	"vat":              {NL: "Btw-id %s staat in het bericht", EN: "VAT id %s stands in the mail"},
	"iban":             {NL: "Rekening %s van deze relatie staat in het bericht", EN: "This client's account %s stands in the mail"},
	"name":             {NL: "%s wordt genoemd", EN: "%s is named"},
	"name-part":        {NL: "Een deel van de naam %s wordt genoemd", EN: "A part of the name %s is said"},
	"name-like":        {NL: "‘%s’ lijkt op de naam %s", EN: "“%s” is like the name %s"},
	"name-file":        {NL: "Een bijlage noemt %s", EN: "An attachment names %s"},
	"name-sender":      {NL: "De afzender schrijft namens %s", EN: "The sender writes on behalf of %s"},
	"name-signature":   {NL: "%s staat in de ondertekening", EN: "%s stands in the signature"},
	"name-quote":       {NL: "%s staat in het geciteerde bericht", EN: "%s stands in the quoted mail"},
	"word":             {NL: "Het woord ‘%s’ staat in het bericht", EN: "The word “%s” stands in the mail"},
	"company":          {NL: "De afzender noemt zich %s", EN: "The sender calls itself %s"},
	"own-name":         {NL: "De afzender heet net als deze relatie", EN: "The sender is called like this client"},
	"kind:person":      {NL: "‘%s’ past bij een particulier", EN: "“%s” suits a private person"},
	"kind:company":     {NL: "‘%s’ past bij een bedrijf", EN: "“%s” suits a company"},
	"kind:holding":     {NL: "‘%s’ past bij een holding", EN: "“%s” suits a holding"},
	"kind:association": {NL: "‘%s’ past bij een stichting of vereniging", EN: "“%s” suits a foundation or association"},

	// Which client it is about: what is known of the sender.
	"same-domain:once": {NL: "Een contact met een adres op @%s hoort bij deze relatie",
		EN: "A contact with an address at @%s belongs to this client"},
	"same-domain": {NL: "%[2]d contacten met een adres op @%[1]s horen bij deze relatie",
		EN: "%[2]d contacts with an address at @%[1]s belong to this client"},
	"domain-rule":      {NL: "%[2]d keer gekozen voor afzenders op @%[1]s", EN: "Chosen %[2]d times for senders at @%[1]s"},
	"domain-rule:once": {NL: "Eén keer eerder gekozen voor een afzender op @%s", EN: "Chosen once before for a sender at @%s"},
	"domain-name": {NL: "‘%s’ in het adres lijkt op de naam van deze relatie",
		EN: "“%s” in the address is like the name of this client"},
	"recipient": {NL: "%s kreeg het bericht ook", EN: "%s received it as well"},
	"habit": {NL: "Bij ‘%s’ in het onderwerp is eerder deze relatie gekozen",
		EN: "With “%s” in the subject this client was chosen before"},
	"often": {NL: "%d van de %d keer gekozen voor deze afzender", EN: "Chosen %d of %d times for this sender"},
	"often:once": {NL: "De enige eerdere keuze voor deze afzender was deze relatie",
		EN: "The only earlier choice for this sender was this client"},
	"own-team":   {NL: "%s werkt voor deze relatie", EN: "%s works for this client"},
	"own-client": {NL: "Is een relatie van de afzender", EN: "Is one of the sender's clients"},

	// Whether the sender is a portal.
	"portal:via":     {NL: "%s schrijft namens anderen: dit lijkt een portaal", EN: "%s writes on behalf of others: this looks like a portal"},
	"portal:program": {NL: "Een programma noemt %s: dit lijkt een portaal", EN: "A program names %s: this looks like a portal"},
	"portal:names": {NL: "Onder dit adres schrijven er meer: dit lijkt een portaal",
		EN: "Several write from this address: this looks like a portal"},
	"portal:chosen": {NL: "Voor deze afzender zijn %d verschillende relaties gekozen: dit lijkt een portaal",
		EN: "%d different clients were chosen for this sender: this looks like a portal"},

	// Whether anybody needs it.
	"bounce":         {NL: "Melding dat een bericht niet is aangekomen", EN: "A report that a mail was not delivered"},
	"auto-reply":     {NL: "Automatisch antwoord, zoals bij afwezigheid", EN: "An automatic answer, such as out-of-office"},
	"machine":        {NL: "Verstuurd door een programma", EN: "Sent by a program"},
	"list":           {NL: "Komt van mailinglijst %s", EN: "Came through mailing list %s"},
	"unsubscribe":    {NL: "Biedt aan om af te melden", EN: "Offers to unsubscribe"},
	"acquisition":    {NL: "Lijkt reclame of werving", EN: "Looks like advertising or recruiting"},
	"announcement":   {NL: "Lijkt een mededeling aan iedereen", EN: "Looks like an announcement to everybody"},
	"application":    {NL: "Lijkt een sollicitatie", EN: "Looks like a job application"},
	"unconnected":    {NL: "Niets verbindt de afzender met een relatie", EN: "Nothing ties the sender to a client"},
	"alarming":       {NL: "Vraagt om geld of gegevens, of dringt aan op haast", EN: "Asks for money or data, or presses for haste"},
	"doubted":        {NL: "Microsoft twijfelt aan de afzender", EN: "Microsoft doubts the sender"},
	"unknown":        {NL: "De afzender is geen contact", EN: "The sender is no contact"},
	"colleague":      {NL: "Geschreven door een collega", EN: "Written by a colleague"},
	"release":        {NL: "Kan toch een gewoon bericht zijn", EN: "May be an ordinary mail after all"},
	"no-sender":      {NL: "Het bericht noemt geen afzender", EN: "The mail names no sender"},
	"careful":        {NL: "Er is reden om voorzichtig te zijn", EN: "There is reason to be careful"},
	"unread":         {NL: "De inhoud kon niet worden bewaard", EN: "Its content could not be stored"},
	"dismissed":      {NL: "%d keer eerder genegeerd", EN: "Was dismissed %d times before"},
	"dismissed:once": {NL: "Eén keer eerder genegeerd", EN: "Was dismissed once before"},
	"released":       {NL: "%d keer eerder doorgelaten", EN: "Was released %d times before"},
	"released:once":  {NL: "Eén keer eerder doorgelaten", EN: "Was released once before"},

	// Why to be careful.
	"payment-change": {NL: "Zegt dat geld voortaan ergens anders heen moet: ‘%s’. Bel een bekend nummer voordat u iets wijzigt",
		EN: "Says that money is to go elsewhere from now on: “%s”. Call a number that you know before you change anything"},
	"account-unverified": {NL: "Vraagt om betaling op rekening %s, en Microsoft kon de afzender niet bevestigen",
		EN: "Asks to pay to account %s, and Microsoft could not verify the sender"},
	"lookalike-domain":  {NL: "@%s lijkt op @%s en is het niet", EN: "@%s looks like @%s and is not"},
	"lookalike-address": {NL: "%s lijkt op %s en is het niet", EN: "%s looks like %s and is not"},
	"reply-to":          {NL: "Antwoorden gaan naar een ander domein: %s", EN: "Answers go to another domain: %s"},
	"known-name:colleague": {NL: "Toont de naam van collega %s, maar schrijft vanaf een ander adres: %s",
		EN: "Shows the name of colleague %s, and writes from another address: %s"},
	"known-name": {NL: "Toont de naam van contact %s, maar schrijft vanaf een onbekend adres: %s",
		EN: "Shows the name of contact %s, and writes from an address that is not known: %s"},
}

// reason returns a reason in words, with what stands in its sentences.
func reason(feature string, with ...any) Reason {
	text, with := features[feature], words.IsolateAll(with)
	code, _, _ := strings.Cut(feature, ":")
	return Reason{Code: code, Text: words.Text{NL: fmt.Sprintf(text.NL, with...), EN: fmt.Sprintf(text.EN, with...)}}
}

// counted is reason with a number behind the rest, which has another sentence for once.
func counted(feature string, n int, with ...any) Reason {
	if n == 1 {
		return reason(feature+":once", with...)
	}
	return reason(feature, append(with, n)...)
}

// The reasons that say one thing of a client.
func reasonLabelled(c directory.Client) Reason { return reason("number", c.Number) }
func reasonNumber(c directory.Client) Reason   { return reason("number:loose", c.Number) }
func reasonKvK(c directory.Client) Reason      { return reason("kvk", c.KvK) }
func reasonVAT(c directory.Client) Reason      { return reason("vat", c.VAT) }
func reasonNamed(c directory.Client) Reason    { return reason("name", c.Name) }
func reasonChosenBefore(word string) Reason    { return reason("habit", word) }
