package year

// Volumes. Of a hundred mails that reach the addresses of an office so many are
// of each sort. There is no public count of them; each says why it is plausible.
const (
	shareNewsletters   = 9.0 // professional news, suppliers: an address that is on the site gathers them
	shareNotifications = 4.0 // portals, bookkeeping programs, parcels
	shareCold          = 2.5 // what a filter for unwanted mail lets through to info@
	shareOutOfOffice   = 1.5 // answers to what the office itself sends; more in the holidays, but some all year
	shareBounces       = 0.7 // addresses that ended
	shareSpoofed       = 0.6 // most is in quarantine before it is in an inbox
	shareInternal      = 0.5 // colleagues who write to info@ about lunch
	shareForwarded     = 2.0 // a client who writes to the person he knows, who passes it on
	shareScanner       = 0.8 // clients whose copier sends what it scans
	// The rest is written by clients.
	shareLetters = 100 - shareNewsletters - shareNotifications - shareCold - shareOutOfOffice - shareBounces - shareSpoofed - shareInternal - shareForwarded - shareScanner
)

// season is how busy a month is: returns and annual accounts in spring, and
// summer holidays.
var season = [12]float64{1.1, 1.05, 1.15, 1.15, 1.0, 0.95, 0.8, 0.75, 1.0, 1.05, 1.0, 1.0}

// The office and its clients.
const (
	mailsPerClient   = 20.0 // a year: four VAT returns, wages, annual accounts, each with a question or two
	meanAnswers      = 0.8  // of a client in one conversation, after the first mail
	shareOwnDomain   = 0.55 // companies with a domain of their own
	shareGroups      = 0.08 // of those: a holding with companies that share the domain
	sharePrivateToo  = 0.12 // owners who are a client themselves as well, for the income tax
	perBookkeeper    = 25   // clients for each outside bookkeeper who writes for several of them
	shareBroken      = 0.015
	shareScanning    = 0.06  // clients with a copier that sends
	shareMailingList = 0.025 // clients who send a newsletter to everybody they know, from the address they write from
)

// Who the directory knows on the first day: the practice software that it is
// imported from has one or two e-mail addresses for a client.
const (
	knownMain       = 0.90
	knownEmployee   = 0.30
	knownSmall      = 0.75 // of the self-employed, who give another address now and then
	knownBookkeeper = 0.60
)

// What changes in a year. These rates stay the same for as long as there are
// months: later ones hold as many newcomers as the first.
const (
	newClients      = 0.06 // of the clients there are
	newSister       = 0.25 // of those: another company of a client, at the client's domain
	newEmployees    = 0.40 // for each client with a domain: a seventh of two or three people who write, and new tasks
	replaces        = 0.60 // of those: somebody else leaves
	newRelatives    = 0.10 // for each client: a partner or a helper who writes from a private address
	usesPrivate     = 0.15 // for each client: somebody known who writes from a private address too
	addressChanges  = 0.05 // for each person
	domainChanges   = 0.01 // for each client with a domain: another name on the web
	jobChanges      = 0.02 // for each person: to another client of the office
	clientTakenOver = 0.50 // for each bookkeeper: one client more
	namesakes       = 0.005
)

// What is in a mail.
const (
	toTwoAddresses  = 0.04
	answerByOther   = 0.08 // answers that a colleague of the first writer gives
	namesOtherToo   = 0.04 // mails that name their client and one more, in passing
	mentionsClient  = 0.30 // mails about one client only that name it all the same
	introduces      = 0.40 // first mails that say where their writer works
	relativesSaySo  = 0.60
	showsFullName   = 0.75 // From with first name and surname
	companyBeneath  = 0.60 // signatures that name the company
	usualSubject    = 0.75 // mails of somebody with several clients that are about what is usual for this client
	privateFraction = 0.35 // mails of somebody with a private address too that come from it
)

// cues are how the mail of somebody with several clients names the client, in
// a hundred. A bookkeeper is used to naming it; an owner thinks that it is clear.
var cues = map[bool][]struct {
	cue   Cue
	share float64
}{
	true:  {{CueName, 42}, {CueNumber, 15}, {CueVAT, 6}, {CueKvK, 2}, {CueHabit, 20}, {CueNone, 15}},
	false: {{CueName, 40}, {CueNumber, 6}, {CueVAT, 4}, {CueKvK, 2}, {CueHabit, 28}, {CueNone, 20}},
}

// A Cue is what in a mail names the client.
type Cue string

// The cues.
const (
	CueName   Cue = "name"
	CueNumber Cue = "number"
	CueVAT    Cue = "vat"
	CueKvK    Cue = "kvk"
	CueHabit  Cue = "habit" // only its subject, which is usual for one client
	CueAnswer Cue = "answer"
	CueNone   Cue = "none"
)

// Newsletters and notifications, for a thousand mails in a year.
const (
	listsAtStart     = 5.0
	listsNew         = 2.5 // a year; as many end
	secondLists      = 0.3 // of new lists: from a sender that has one already
	shareWithoutList = 0.2 // newsletters that only say how to unsubscribe
	programsAtStart  = 5.0
	programsNew      = 2.0
	shareHidden      = 0.3 // programs whose mail looks like a person's
	coldAgain        = 1.6 // mails of one cold sender
)
