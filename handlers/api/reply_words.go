package api

import (
	"strings"

	"kantoorpost/shared/outbox"
	"kantoorpost/shared/words"
)

// reasonTexts say why a reply failed, or is a draft again, and what to do.
var reasonTexts = map[string][2]words.Text{
	outbox.ReasonNewer: {said("Er kwam nieuwe mail in het gesprek voordat dit vertrok.",
		"New mail came into the conversation before this left."),
		said("Lees die mail, en verzend het antwoord opnieuw als het nog klopt.", "Read that mail, and send the reply again if it still holds.")},
	outbox.ReasonRights: {said("De schrijver mag niet meer vanaf dit adres verzenden.", "The writer may no longer send from this address."),
		said("Een collega kiest “Overnemen” en verzendt het; of kies een ander adres.",
			"A colleague chooses “Take over” and sends it; or choose another address.")},
	outbox.ReasonAddress: {said("Het adres is niet meer geactiveerd.", "The address is no longer activated."),
		said("Kies een ander adres.", "Choose another address.")},
	outbox.ReasonRejected: {said("De tweede persoon heeft dit teruggestuurd.", "The second person sent this back."),
		said("Pas de tekst aan en verzend opnieuw.", "Change the text and send it again.")},
	outbox.ReasonRecipient: {said("Exchange weigert een ontvanger.", "Exchange refuses a recipient."),
		said("Kies “Aanpassen”, en verbeter het adres.", "Choose “Edit”, and correct the address.")},
	outbox.ReasonTooLarge: {said("De mail is groter dan het postvak mag verzenden.", "The mail is larger than the mailbox may send."),
		said("Kies “Aanpassen”, en stuur minder of kleinere bijlagen.", "Choose “Edit”, and send fewer or smaller attachments.")},
	outbox.ReasonSender: {said("Het postvak mag niet verzenden.", "The mailbox may not send."),
		said("Vraag een beheerder de machtigingen van de omgeving te controleren, en kies “Opnieuw verzenden”.",
			"Ask an administrator to check the permissions of the connector, and choose “Send again”.")},
	outbox.ReasonQuota: {said("Het postvak is vol, of verzond te veel.", "The mailbox is full, or sent too much."),
		said("Kies later “Opnieuw verzenden”.", "Choose “Send again” later.")},
	outbox.ReasonUpload: {said("Een bijlage is er niet meer.", "An attachment is gone."),
		said("Kies “Aanpassen”, en voeg de bijlage opnieuw toe.", "Choose “Edit”, and add the attachment again.")},
	outbox.ReasonUnreachable: {said("Het postvak was lange tijd niet bereikbaar.", "The mailbox could not be reached for a long time."),
		said("Kies “Opnieuw verzenden”, of vraag een beheerder de omgeving te controleren.",
			"Choose “Send again”, or ask an administrator to check the connector.")},
	outbox.ReasonRefused: {said("Exchange weigerde de mail.", "Exchange refused the mail."),
		said("Kies “Aanpassen”, en verander wat Exchange noemt.", "Choose “Edit”, and change what Exchange names.")},
}

func said(nl, en string) words.Text { return words.Text{NL: nl, EN: en} }

// explainReply says in words what happened to a reply and what to do; nothing for a
// reply that is on its way or arrived.
func explainReply(r outbox.Reply) (why, whatToDo *words.Text) {
	switch r.State {
	case outbox.Unknown:
		return &words.Text{
				NL: "Exchange gaf geen antwoord.",
				EN: "Exchange gave no answer.",
			}, &words.Text{
				NL: "Zoek in Verzonden items van " + r.Address + " naar “" + words.Isolate(r.Subject) + "”. Kies alleen “Opnieuw verzenden” " +
					"als het daar niet staat.",
				EN: "Look in Sent Items of " + r.Address + " for “" + words.Isolate(r.Subject) +
					"”. Choose “Send again” only if it is not there.",
			}
	case outbox.Bounced:
		var missed []string
		for _, to := range r.Recipients() {
			if to.State == outbox.RecipientBounced {
				missed = append(missed, words.Isolate(to.Email)+" ("+to.Status+")")
			}
		}
		list := strings.Join(missed, ", ")
		return &words.Text{NL: "Niet bezorgd bij " + list + ".", EN: "Not delivered to " + list + "."},
			&words.Text{NL: "Controleer het adres, en stuur het bericht aan het juiste adres.",
				EN: "Check the address, and send the message to the right one."}
	case outbox.Failed, outbox.TakenBack:
		if texts, ok := reasonTexts[r.Reason]; ok {
			return &texts[0], &texts[1]
		}
	}
	return nil, nil
}
