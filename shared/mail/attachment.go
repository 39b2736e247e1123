package mail

// The kinds of attachment, by what they hold.
// https://learn.microsoft.com/graph/api/resources/attachment
const (
	AttachedFile = "file"
	AttachedItem = "item" // another mail, an appointment or a contact
	AttachedLink = "link" // a file that is kept elsewhere: it has no content here
)

// An Attachment is what came with a message, without its content.
type Attachment struct {
	ID          string // opaque, and good together with the message's id
	Kind        string // AttachedFile, AttachedItem or AttachedLink
	Name        string // as its sender wrote it
	ContentType string // as its sender wrote it, "" when he did not
	Size        int64  // bytes, about: Exchange counts what it keeps
	Inline      bool   // its sender says that the text shows it
	ContentID   string // by which the text names it, without angle brackets; of files alone
}
