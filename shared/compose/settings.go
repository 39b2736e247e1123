package compose

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"kantoorpost/shared/audit"
	"kantoorpost/shared/lazyregexp"
	"kantoorpost/shared/table"
)

// defaultHold is how long a reply is held before it leaves, in seconds.
const defaultHold = 10

// MaxSignature is the longest signature, in bytes of HTML.
const MaxSignature = 20_000

var (
	// ErrNotFound means that there is no such template.
	ErrNotFound = errors.New("no such template")
	// ErrChanged means that somebody changed the row since it was read.
	ErrChanged = errors.New("changed meanwhile")
)

// Settings are what the office sets for all of its mail.
type Settings struct {
	Hold     int      `json:"hold"` // seconds
	FourEyes FourEyes `json:"fourEyes"`

	etag string
}

// ETag is the version of the settings; "" before they were first set.
func (s Settings) ETag() string { return s.etag }

// FourEyes says which replies need a second person.
type FourEyes struct {
	Members []string `json:"members"` // ids of team members who write them
	Clients []string `json:"clients"` // ids of clients whom they go to
	Words   []string `json:"words"`   // that stand in the subject or the text
}

// The reasons why a reply needs a second person.
const (
	WhyMember = "member"
	WhyClient = "client"
	WhyWord   = "word"
)

// Why returns the reasons why a reply of a member to a client needs a second person;
// none when it does not.
func (f FourEyes) Why(member, client, subject, text string) (why []string) {
	if slices.Contains(f.Members, member) {
		why = append(why, WhyMember)
	}
	if client != "" && slices.Contains(f.Clients, client) {
		why = append(why, WhyClient)
	}
	said := words(subject + "\n" + text)
	for _, word := range f.Words {
		if w := words(word); w != "  " && strings.Contains(said, w) {
			return append(why, WhyWord)
		}
	}
	return why
}

// An Address is what the office sets for the mail of one of its addresses.
type Address struct {
	Signatures
	NoQuote bool `json:"noQuote,omitempty"` // the answered mail is not repeated below
}

// A Store keeps settings, signatures and templates in the table "configuration":
//
//	template|<id>                -> a template                     (Template)
//	writing                      -> the settings of the office     (Settings)
//	writing|address|<mailbox>    -> those of an address            (Address)
//	writing|member|<member>      -> what a team member sets        (Member)
type Store struct{ table *table.Table }

// NewStore returns a Store over the table.
func NewStore(t *table.Table) *Store { return &Store{table: t} }

const settingsKey = "writing"

func addressKey(mailbox string) string { return "writing|address|" + mailbox }
func memberKey(id string) string       { return "writing|member|" + id }
func templateKey(id string) string     { return "template|" + id }

// A Member is what a team member sets for himself or herself.
type Member struct {
	Signatures
	Toured bool `json:"toured,omitempty"` // the tour of the first visit was read
}

// get reads a row into v. It says false when there is none.
func (s *Store) get(ctx context.Context, key string, v any) (etag string, found bool, err error) {
	r, err := s.table.Get(ctx, key)
	if errors.Is(err, table.ErrNotFound) {
		return "", false, nil
	}
	if err == nil {
		err = r.Document(v)
	}
	if err != nil {
		return "", false, fmt.Errorf("read row %s: %w", key, err)
	}
	return r.ETag, true, nil
}

// Absent is the version of a row that does not exist yet.
const Absent = "absent"

// put writes a row over the version etag; "" is any. An entry with an action goes to the audit.
func (s *Store) put(ctx context.Context, key, etag string, v any, e audit.Entry) error {
	r := table.Document(key, v, nil)
	op := table.Put(r)
	switch r.ETag = etag; etag {
	case "":
	case Absent:
		op = table.Insert(r)
	default:
		op = table.Replace(r)
	}
	e.By = audit.By(ctx)
	ops := []table.Op{op}
	if e.Action != "" {
		ops = append(ops, audit.Op(e))
	}
	if err := s.table.Write(ctx, ops...); err != nil {
		if table.IsConflict(err) {
			err = ErrChanged
		}
		return fmt.Errorf("write row %s: %w", key, err)
	}
	return nil
}

// Settings returns the settings of the office.
func (s *Store) Settings(ctx context.Context) (Settings, error) {
	v := Settings{Hold: defaultHold}
	etag, _, err := s.get(ctx, settingsKey, &v)
	v.etag = etag
	return v, err
}

// PutSettings stores the settings over the version etag, or Absent; "" is any. Error: ErrChanged.
func (s *Store) PutSettings(ctx context.Context, v Settings, etag string) (Settings, error) {
	err := s.put(ctx, settingsKey, etag, v, audit.Entry{Action: "settings.writing", Object: "settings", Detail: map[string]string{
		"hold": fmt.Sprint(v.Hold), "members": strings.Join(v.FourEyes.Members, " "), "clients": strings.Join(v.FourEyes.Clients, " "),
		"words": strings.Join(v.FourEyes.Words, ", "),
	}})
	if err != nil {
		return Settings{}, err
	}
	return s.Settings(ctx)
}

// Address returns what is set for the mail of a mailbox.
func (s *Store) Address(ctx context.Context, mailbox string) (v Address, err error) {
	_, _, err = s.get(ctx, addressKey(mailbox), &v)
	return v, err
}

// PutAddress stores what is set for the mail of a mailbox.
func (s *Store) PutAddress(ctx context.Context, mailbox string, v Address) error {
	return s.put(ctx, addressKey(mailbox), "", v, audit.Entry{Action: "address.writing", Object: "address " + mailbox,
		Detail: map[string]string{"quote": fmt.Sprint(!v.NoQuote), "signature": fmt.Sprint(v.Signatures != Signatures{})}})
}

// Member returns what a team member set.
func (s *Store) Member(ctx context.Context, id string) (v Member, err error) {
	_, _, err = s.get(ctx, memberKey(id), &v)
	return v, err
}

// ChangeMember changes the settings of a team member. A new signature goes to the
// audit. Error: ErrChanged.
func (s *Store) ChangeMember(ctx context.Context, id string, change func(*Member)) error {
	var v Member
	etag, _, err := s.get(ctx, memberKey(id), &v)
	if err != nil {
		return err
	}
	was := v
	if change(&v); v == was {
		return nil
	}
	var e audit.Entry
	if v.Signatures != was.Signatures {
		e = audit.Entry{Action: "team-member.signature", Object: "member " + id}
	}
	return s.put(ctx, memberKey(id), etag, v, e)
}

// shown is the source of a picture that was uploaded, as the sanitiser writes it.
var shown = lazyregexp.New(` src="cid:([a-z0-9]{26})"`)

// Pictures returns the ids of the uploads that a text shows, each once.
func Pictures(html string) (ids []string) {
	for _, m := range shown.FindAllStringSubmatch(html, -1) {
		if !slices.Contains(ids, m[1]) {
			ids = append(ids, m[1])
		}
	}
	return ids
}

// SignaturePictures returns the ids of the uploads that signatures show.
func (s *Store) SignaturePictures(ctx context.Context) (ids []string, err error) {
	for from := settingsKey + "|"; from != ""; {
		var rows []table.Row
		if rows, from, err = s.table.Range(ctx, from, settingsKey+"|~", 1000); err != nil {
			return nil, fmt.Errorf("read signatures: %w", err)
		}
		for _, r := range rows {
			var v Signatures
			if err := r.Document(&v); err != nil {
				return nil, fmt.Errorf("read row %s: %w", r.Key, err)
			}
			ids = append(ids, Pictures(v.Signature+v.SignatureEN)...)
		}
	}
	return ids, nil
}
