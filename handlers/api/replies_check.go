package api

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"kantoorpost/handlers/api/wire"
	"kantoorpost/shared/compose"
	"kantoorpost/shared/directory"
	"kantoorpost/shared/outbox"
	"kantoorpost/shared/words"
)

// A confirmProblem says what the writer must have seen before a reply leaves.
type confirmProblem struct {
	*problem
	Codes    []string             `json:"codes"`
	Warnings []wire.WarningObject `json:"warnings"`
}

// checked refuses a reply whose writer has not seen something newer or something
// doubtful, and adds whether a second person must agree.
func (k *correspondence) checked(ctx context.Context, n *outbox.New, in wire.ReplyContent) error {
	r := &n.Reply
	if k.chat.ID != "" && !r.Force {
		newer, err := k.api.Outbox.Newer(ctx, *r)
		if err != nil {
			return err
		}
		if newer != nil {
			return &outbox.NewerError{Message: *newer}
		}
	}
	warnings, err := k.warnings(ctx, *n)
	if err != nil {
		return err
	}
	p := &confirmProblem{problem: newProblem(http.StatusConflict,
		"look at this before it leaves, and send it again with these codes as confirmed")}
	for _, w := range warnings {
		if !slices.Contains(in.Confirmed, w.Code) {
			p.Codes, p.Warnings = append(p.Codes, w.Code), append(p.Warnings, w)
		}
	}
	if len(p.Codes) > 0 {
		p.Type = "confirm"
		return p
	}
	settings, err := k.api.Writing.Settings(ctx)
	if err != nil {
		return err
	}
	if why := settings.FourEyes.Why(r.Author, k.chat.Client, r.Subject, textOf(n.HTML)); why != nil {
		r.Approval = &outbox.Approval{Why: why}
	}
	return nil
}

// warnings are what is doubtful in a reply.
func (k *correspondence) warnings(ctx context.Context, n outbox.New) (all []wire.WarningObject, err error) {
	text := textOf(n.HTML)
	other, err := k.otherClient(ctx, n, text)
	if err != nil {
		return nil, err
	}
	add := func(code compose.Code, nl, en string) {
		all = append(all, wire.WarningObject{Code: string(code), Text: words.Text{NL: nl, EN: en}})
	}
	if other != nil {
		name := words.Isolate(other.Name) + " (" + other.Number + ")"
		add(compose.CheckClient, "Dit noemt een andere klant van het kantoor: "+name+".", "This names another client of the office: "+name+".")
	}
	outsiders, err := k.outsiders(ctx, n.Reply)
	if err != nil {
		return nil, err
	}
	if len(outsiders) > 0 {
		list := strings.Join(outsiders, ", ")
		add(compose.CheckOutsider, "Nieuw in dit gesprek en geen contact van de klant: "+list+".",
			"New in this conversation and no contact of the client: "+list+".")
	}
	if len(n.Reply.Attachments) == 0 && n.Reply.Mode != outbox.ModeForward && compose.MentionsAttachment(text) {
		add(compose.CheckAttachment, "De tekst noemt een bijlage, en er is er geen.", "The text speaks of an attachment, and there is none.")
	}
	if n.Reply.Subject == "" {
		add(compose.CheckSubject, "Er is geen onderwerp.", "There is no subject.")
	}
	if !visible(text) && len(compose.Pictures(n.HTML)) == 0 {
		add(compose.CheckBody, "Er is geen tekst.", "There is no text.")
	}
	return all, nil
}

// outsiders are the recipients that are new in the chat and no contact of its client.
func (k *correspondence) outsiders(ctx context.Context, r outbox.Reply) (emails []string, err error) {
	var all []string
	for _, to := range r.Recipients() {
		all = append(all, to.Email)
	}
	marks, err := k.marksOf(ctx, all)
	for i, m := range marks {
		if slices.Contains(m, markNew) && slices.Contains(m, markOutside) {
			emails = append(emails, words.Isolate(all[i]))
		}
	}
	return emails, err
}

// maxNameLookups is how many words of file names are looked for in names of clients.
const maxNameLookups = 12

// otherClient is a client that the reply or one of its files names, when it is
// neither that of the chat nor one of a contact to whom the reply goes; nil for none.
func (k *correspondence) otherClient(ctx context.Context, n outbox.New, text string) (*directory.Client, error) {
	var files []string
	for _, at := range n.Reply.Attachments {
		files = append(files, at.Name)
	}
	clues := compose.CluesIn(n.Reply.Subject, text, files)
	mine := []string{k.chat.Client}
	for _, to := range n.Reply.Recipients() {
		c, _, err := k.contact(ctx, to.Email)
		if err != nil {
			return nil, err
		}
		mine = append(mine, c.Clients...)
	}
	for _, find := range k.lookups(ctx, clues) {
		found, err := find()
		if err != nil {
			return nil, err
		}
		if len(found) > 0 && !slices.ContainsFunc(found, func(c directory.Client) bool { return slices.Contains(mine, c.ID) }) {
			return &found[0], nil
		}
	}
	return nil, nil
}

// lookups find the clients that each clue names.
func (k *correspondence) lookups(ctx context.Context, clues compose.Clues) (all []func() ([]directory.Client, error)) {
	d := k.api.Directory
	for _, number := range clues.Numbers {
		all = append(all, func() ([]directory.Client, error) {
			c, found, err := d.ClientByNumber(ctx, number)
			if !found {
				return nil, err
			}
			return []directory.Client{c}, err
		})
	}
	for _, kvk := range clues.KvK {
		all = append(all, func() ([]directory.Client, error) { return d.ClientsByKvK(ctx, kvk) })
	}
	for _, vat := range clues.VAT {
		all = append(all, func() ([]directory.Client, error) { return d.ClientsByVAT(ctx, vat) })
	}
	for _, iban := range clues.IBAN {
		all = append(all, func() ([]directory.Client, error) { return d.ClientsByIBAN(ctx, iban) })
	}
	asked := 0
	for _, name := range clues.Names {
		for word := range strings.FieldsSeq(name) {
			if len([]rune(word)) < 4 || asked == maxNameLookups {
				continue
			}
			asked++
			all = append(all, func() ([]directory.Client, error) {
				found, err := d.ClientsNamed(ctx, word, 50)
				return slices.DeleteFunc(found, func(c directory.Client) bool { return !holdsName(name, c.Name) }), err
			})
		}
	}
	return all
}

// holdsName says whether a text, of words with spaces around each, has all words of
// the name of a client.
func holdsName(text, name string) bool {
	all := directory.NameWords(name)
	return len(all) > 0 && !slices.ContainsFunc(all, func(w string) bool { return !strings.Contains(text, " "+w+" ") })
}
