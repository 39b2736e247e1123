package year

// Volumes: how many of a hundred mails to an office are of each sort. There is no
// public count; each line says why its number is plausible.
const (
	shareNewsletters   = 9.0 // professional news, suppliers: an address on the site gets many
	shareNotifications = 4.0 // portals, bookkeeping programs, parcels
	shareCold          = 2.5 // what a spam filter lets through to info@
	shareOutOfOffice   = 1.5 // answers to the office's own mail; more in the holidays, but some all year
	shareBounces       = 0.7 // addresses that no longer exist
	shareSpoofed       = 0.6 // most are in quarantine and never reach an inbox
	shareInternal      = 0.5 // colleagues who write to info@ about lunch
	shareForwarded     = 2.0 // a client writes to a known person, who forwards it
	shareScanner       = 0.8 // clients whose copier sends its scans
	// Clients write the rest.
	shareLetters = 100 - shareNewsletters - shareNotifications - shareCold - shareOutOfOffice - shareBounces - shareSpoofed - shareInternal - shareForwarded - shareScanner
)

// season says how busy a month is: tax returns and annual accounts in spring, and
// summer holidays.
var season = [12]float64{1.1, 1.05, 1.15, 1.15, 1.0, 0.95, 0.8, 0.75, 1.0, 1.05, 1.0, 1.0}

// The office and its clients.
const (
	mailsPerClient   = 20.0 // a year: four VAT returns, wages, annual accounts, each with a question or two
	meanAnswers      = 0.8  // of a client in one conversation, after the first mail
	shareOwnDomain   = 0.55 // companies with their own domain
	shareGroups      = 0.08 // of those: a holding with companies that share the domain
	sharePrivateToo  = 0.12 // owners who are clients as well, for the income tax
	perBookkeeper    = 25   // clients for each outside bookkeeper who writes for several of them
	shareBroken      = 0.015
	shareScanning    = 0.06  // clients with a copier that sends
	shareMailingList = 0.025 // clients who send a newsletter to everybody they know, from the address they write from
)

// The shares of people whom the directory knows on the first day: it is imported from
// practice software, which has one or two e-mail addresses of each client.
const (
	knownMain       = 0.90
	knownEmployee   = 0.30
	knownSmall      = 0.75 // of the self-employed, who sometimes give another address
	knownBookkeeper = 0.60
)

// Changes in a year. These rates never change, so that later months have as many
// newcomers as the first.
const (
	newClients      = 0.06 // of the present clients
	newSister       = 0.25 // of those: another company of a client, at the client's domain
	newEmployees    = 0.40 // for each client with a domain: a seventh of two or three people who write, and new tasks
	replaces        = 0.60 // of those: somebody else leaves
	newRelatives    = 0.10 // for each client: a partner or a helper who writes from a private address
	usesPrivate     = 0.15 // for each client: a known person who also writes from a private address
	addressChanges  = 0.05 // for each person
	domainChanges   = 0.01 // for each client with a domain: another name on the web
	jobChanges      = 0.02 // for each person: to another client of the office
	clientTakenOver = 0.50 // for each bookkeeper: one more client
	namesakes       = 0.005
)

// The content of mail.
const (
	toTwoAddresses  = 0.04
	answerByOther   = 0.08 // answers that a colleague of the first writer gives
	namesOtherToo   = 0.04 // mails that name their client and also mention another
	mentionsClient  = 0.30 // mails about an only client that name it nevertheless
	introduces      = 0.40 // first mails in which the writer names the employer
	relativesSaySo  = 0.60
	showsFullName   = 0.75 // From with first name and surname
	companyBeneath  = 0.60 // signatures that name the company
	usualSubject    = 0.75 // mails of a person with several clients about a topic that is usual for that client
	privateFraction = 0.35 // mails of a person with a private address that come from it
)

// cues say how the mail of a person with several clients names the client, in a
// hundred mails. A bookkeeper usually names it; an owner often thinks it is clear.
var cues = map[bool][]cueShare{
	true:  {{CueName, 42}, {CueNumber, 15}, {CueVAT, 6}, {CueKvK, 2}, {CueHabit, 20}, {CueNone, 15}},
	false: {{CueName, 40}, {CueNumber, 6}, {CueVAT, 4}, {CueKvK, 2}, {CueHabit, 28}, {CueNone, 20}},
}

type cueShare struct {
	cue   Cue
	share float64
}

// A Cue is the part of a mail that names the client.
type Cue string

// The cues.
const (
	CueName   Cue = "name"
	CueNumber Cue = "number"
	CueVAT    Cue = "vat"
	CueKvK    Cue = "kvk"
	CueHabit  Cue = "habit" // only its topic, which is usual for one client
	CueAnswer Cue = "answer"
	CueNone   Cue = "none"
)

// Newsletters and notifications, for a thousand mails in a year.
const (
	listsAtStart     = 5.0
	listsNew         = 2.5 // in a year; as many end
	secondLists      = 0.3 // of new lists: from a sender that has one already
	shareWithoutList = 0.2 // newsletters that only say how to unsubscribe
	programsAtStart  = 5.0
	programsNew      = 2.0
	shareHidden      = 0.3 // programs whose mail looks like a person's
	coldAgain        = 1.6 // mails of one cold sender
)
