package bounce

import (
	"strings"

	"kantoorpost/shared/lazyregexp"
)

// codes matches enhanced status codes, but no version, address or part of one.
// https://www.rfc-editor.org/rfc/rfc3463#section-2
var codes = lazyregexp.New(`(?:^|[^0-9A-Za-z.])([245]\.[0-9]\.[0-9]{1,3})(?:[^0-9A-Za-z.]|\.?$|\.[^0-9])`)

// replies matches the reply code of an SMTP server.
var replies = lazyregexp.New(`(?:^|[^0-9A-Za-z.@_-])([45][0-5][0-9])(?:[ ,;-]|$)`)

// maxSaid bounds the text in which codes are searched.
const maxSaid = 4 << 10

// codeIn returns the enhanced status code in a text: the first that says something.
func codeIn(text string) string {
	text = text[:min(len(text), maxSaid)]
	best, worth := "", -1
	step(len(text))
	for _, m := range codes.FindAllStringSubmatch(text, 20) {
		n := 3
		switch code := m[1]; {
		case code[0] == '2': // a step before the one that failed
			n = 0
		case generic(code):
			n = 1
		case code == "4.4.7":
			n = 2
		}
		if n > worth {
			best, worth = m[1], n
		}
	}
	return best
}

func replyIn(text string) string {
	text = text[:min(len(text), maxSaid)]
	step(len(text))
	if m := replies.FindStringSubmatch(text); m != nil {
		return m[1]
	}
	return ""
}

// generic tells whether a status says no more than its class.
// Exchange Online writes 5.0.350 for what another server refused.
// https://learn.microsoft.com/exchange/mail-flow-best-practices/non-delivery-reports-in-exchange-online
func generic(status string) bool { return status == "" || status[1:] == ".0.0" || status == "5.0.350" }

// vague tells whether a status leaves out what a server that refused the mail knows.
func vague(status string) bool {
	return strings.HasSuffix(status, ".0") || status == "4.4.7" || strings.HasPrefix(status, "5.3.") || strings.HasPrefix(status[1:], ".5.")
}

func class(status string) string {
	if status == "" {
		return ""
	}
	return status[:1]
}

// prefer chooses between the Status field and the code that the refusing server gave.
// Both may be wrong: the reporting system translates, the server may answer with the
// code of another step. Reply decides between classes.
func prefer(status, said, reply string) string {
	switch {
	case status == "" || said == "" || status == said:
		return status + strings.TrimPrefix(said, status)
	case class(status) != class(said) && reply != "":
		if class(reply) == class(said) {
			return said
		}
		return status
	case generic(status) && !generic(said):
		return said
	case generic(said):
		return status
	case vague(status) && !strings.HasSuffix(said, ".0"), status == "5.1.1" && !strings.HasSuffix(said, ".0") && said[2] != '5':
		return said
	}
	return status
}

// classOf is the first digit of the status of a kind.
func classOf(k Kind) string {
	switch k {
	case Failed, "":
		return "5"
	case Delayed:
		return "4"
	}
	return "2"
}

// kindOf is the kind of a report that does not say it in an Action field.
func kindOf(status, subject, text string) Kind {
	start := text[:min(len(text), 4<<10)]
	switch {
	case class(status) == "2" || status == "" && successful.MatchString(subject):
		return Delivered
	case delaying.MatchString(subject) || delaying.MatchString(start):
		if givenUp.MatchString(start) {
			return Failed
		}
		return Delayed
	}
	return Failed
}

var (
	successful = phrases(
		`^\s*(delivered|relayed|successful|success notice|bezorgd|afgeleverd|zugestellt|remis)\b`,
		`delivery status notification \(success\)`)
	delaying = phrases(
		`\bdelay(ed)?\b`, `warning: could not send`, `still trying`, `will (be|keep|continue) (retr|try)`,
		`will be retried`, `will try again`, `continue to (try|retry)`, `still being retried`, `not yet been delivered`,
		`deferred for`, `warning message only`, `no action is required`, `do not need to resend`, `vertraagd`, `vertraging`,
		`nog niet bezorgd`, `wordt opnieuw geprobeerd`, `verzögert`, `noch nicht zugestellt`, `retardé`,
		`n'a pas encore été`)
	givenUp = phrases(
		`permanent (error|failure)`, `failed permanently`, `giving up`, `given up`, `not going to try again`,
		`no further delivery attempts`, `retry time(out)? (was )?exceeded`, `in the queue too long`)
)

// phrases matches a text with one of these patterns, in any case.
func phrases(patterns ...string) *lazyregexp.Regexp {
	return lazyregexp.New("(?i)" + strings.Join(patterns, "|"))
}

// words give a status to reports that have none, most telling first. X stands for the
// class.
var words = []struct {
	status string
	words  *lazyregexp.Regexp
}{
	{"X.2.2", phrases(
		`mailbox (is |was |has )?(currently |exceeded |already )?full`, `quota`, `mailbox.{0,20}exceed`,
		`storage (limit|exceeded)`, `exceeded the (local )?limit`, `over its limit`, `insufficient (disk|storage)`,
		`mailbox vol`, `post(bus|vak) (is )?vol`, `quotum`, `postfach (ist )?voll`, `bo[iî]te.{0,20}pleine`, `disk full`, `exceeds allowed`)},
	{"X.3.4", phrases(
		`message (size|too (large|big|long))`, `size (limit|exceed)`, `too (large|big) (message|mail)`,
		`exceeds? (the )?(maximum |fixed )?(message )?size`, `bericht is te groot`, `mail is too (large|big)`)},
	{"X.1.2", phrases(
		`(host|domain|server)( name)? (is )?(unknown|not found|does not exist|doesn't exist|invalid)`,
		`unknown (host|domain)`, `unrouteable (mail )?(address|domain)`, `all relevant mx records`, `no mx`,
		`could ?n[o']t (be )?f(i|ou)nd .{0,30}(host|domain|mail exchanger)`, `nxdomain`, `name (service|server) error`,
		`no such (host|domain)`, `dns.{0,20}(fail|error|not)`, `host or domain name`, `has no mail exchanger`,
		`account or domain may not exist`, `domein.{0,20}niet gevonden`)},
	{"X.1.1", phrases(

		`(user|recipient|mailbox|account|address|addressee|e-?mail address)( name)?.{0,40}`+
			`(unknown|not found|does ?n[o']t exist|not exist|not listed|unavailable|could ?n[o']t be found|not recogni[sz]ed|invalid|`+
			`disabled|no longer)`,
		`(unknown|invalid|no such|no valid|bad|nonexistent|non-existent|inactive|not a valid) `+
			`(local )?(user|recipient|mailbox|account|address|addressee|alias)`,
		`no mailbox`, `not our customer`, `user.{0,20}not (exist|known)`, `this user doesn't have`,
		`adres (is )?(onbekend|bestaat niet)`, `onbekende? (gebruiker|ontvanger|adres)`, `gebruiker.{0,20}onbekend`,
		`bestaat (mogelijk )?niet`, `may not exist`, `kon niet worden gevonden`, `empfänger.{0,20}unbekannt`,
		`unbekannter (benutzer|empfänger)`, `existiert nicht`, `destinataire inconnu`, `adresse.{0,20}(inconnue|n'existe)`)},
	{"X.4.7", phrases(
		`expired`, `time(d)? ?out`, `giving up`, `could not (be delivered|deliver).{0,20} for`, `too long`, `retry time`,
		`not going to try again`, `delivery attempts`, `connection (refused|reset)`, `unable to connect`,
		`could not connect`, `socket error`, `did not accept our requests`, `no route to host`, `network unreachable`,
		`greylist`)},
	{"X.4.6", lazyregexp.New(`(?i)mail loop|too many hops|routing loop|loops back`)},
	{"X.7.1", phrases(
		`spam`, `black ?list`, `block(ed|list)`, `reputation`, `virus`, `polic(y|ies)`,
		`not (authori[sz]ed|permitted|allowed)`, `unauthenticated`, `access denied`, `permission`,
		`relay(ing)? (access )?denied`, `refused`, `rejected`, `prohibited`, `banned`, `dmarc`, `spf`, `geweigerd`,
		`abgelehnt`, `refusé`)},
}

// statusOfWords returns the status that a text means, of the given class, or "".
func statusOfWords(text, class string) string {
	text = text[:min(len(text), maxSaid)]
	for _, w := range words {
		step(len(text))
		if w.words.MatchString(text) {
			return class + strings.TrimPrefix(w.status, "X")
		}
	}
	return ""
}
