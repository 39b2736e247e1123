package connector

// The states of a mailbox that could not be read, in Cursor.State; "" is one
// that can. They are stored.
const (
	MailboxThrottled   = "throttled"   // Graph asks to come back later
	MailboxForbidden   = "no-access"   // consent is gone, or the mailbox is out of the app's scope
	MailboxUnlicensed  = "no-licence"  // the user has no Exchange Online mailbox (any more)
	MailboxMissing     = "missing"     // Graph knows no such user
	MailboxNoSettings  = "no-settings" // its mail can be read, its settings cannot; in reports only
	MailboxUnreachable = "unreachable" // Graph did not answer, or not sensibly
)
