package api

import (
	"strings"

	"kantoorpost/shared/outbox"
	"kantoorpost/shared/words"
)

// reasonTexts say why a reply failed, or is a draft again, and what to do.
var reasonTexts = map[string][2]words.Text{
	outbox.ReasonNewer: {
		{NL: "Er kwam nieuwe mail in het gesprek voordat dit vertrok.", EN: "New mail came into the conversation before this left."},
		{NL: "Lees die mail, en verzend het antwoord opnieuw als het nog klopt.",
			EN: "Read that mail, and send the reply again if it still holds."},
	},
	outbox.ReasonRights: {
		{NL: "De schrijver mag niet meer vanaf dit adres verzenden.", EN: "The writer may no longer send from this address."},
		{NL: "Een collega kiest “Overnemen” en verzendt het; of kies een ander adres.",
			EN: "A colleague chooses “Take over” and sends it; or choose another address."},
	},
	outbox.ReasonAddress: {
		{NL: "Het adres is niet meer geactiveerd.", EN: "The address is no longer activated."},
		{NL: "Kies een ander adres.", EN: "Choose another address."},
	},
	outbox.ReasonRejected: {
		{NL: "De tweede persoon heeft dit teruggestuurd.", EN: "The second person sent this back."},
		{NL: "Pas de tekst aan en verzend opnieuw.", EN: "Change the text and send it again."},
	},
	outbox.ReasonRecipient: {
		{NL: "Exchange weigert een ontvanger.", EN: "Exchange refuses a recipient."},
		{NL: "Kies “Aanpassen”, en verbeter het adres.", EN: "Choose “Edit”, and correct the address."},
	},
	outbox.ReasonTooLarge: {
		{NL: "De mail is groter dan het postvak mag verzenden.", EN: "The mail is larger than the mailbox may send."},
		{NL: "Kies “Aanpassen”, en stuur minder of kleinere bijlagen.", EN: "Choose “Edit”, and send fewer or smaller attachments."},
	},
	outbox.ReasonSender: {
		{NL: "Het postvak mag niet verzenden.", EN: "The mailbox may not send."},
		{NL: "Vraag een beheerder de machtigingen van de omgeving te controleren, en kies “Opnieuw verzenden”.",
			EN: "Ask an administrator to check the permissions of the connector, and choose “Send again”."},
	},
	outbox.ReasonQuota: {
		{NL: "Het postvak is vol, of verzond te veel.", EN: "The mailbox is full, or sent too much."},
		{NL: "Kies later “Opnieuw verzenden”.", EN: "Choose “Send again” later."},
	},
	outbox.ReasonUpload: {
		{NL: "Een bijlage is er niet meer.", EN: "An attachment is gone."},
		{NL: "Kies “Aanpassen”, en voeg de bijlage opnieuw toe.", EN: "Choose “Edit”, and add the attachment again."},
	},
	outbox.ReasonUnreachable: {
		{NL: "Het postvak was lange tijd niet bereikbaar.", EN: "The mailbox could not be reached for a long time."},
		{NL: "Kies “Opnieuw verzenden”, of vraag een beheerder de omgeving te controleren.",
			EN: "Choose “Send again”, or ask an administrator to check the connector."},
	},
	outbox.ReasonRefused: {
		{NL: "Exchange weigerde de mail.", EN: "Exchange refused the mail."},
		{NL: "Kies “Aanpassen”, en verander wat Exchange noemt.", EN: "Choose “Edit”, and change what Exchange names."},
	},
}

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
