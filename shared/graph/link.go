package graph

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"kantoorpost/shared/fault"
	"kantoorpost/shared/graph/answer"
)

// foreign returns the error for a link that leads to what.
func foreign(what string) error {
	return fault.Final(fmt.Errorf("%w: %.100q", answer.ErrForeignLink, what))
}

// ours checks that a link leads to root and nowhere else.
func ours(root *url.URL, link string) (*url.URL, error) {
	u, err := url.Parse(link)
	if err != nil {
		return nil, foreign("unreadable")
	}
	if u.Scheme != root.Scheme || u.Host != root.Host || u.User != nil || u.Opaque != "" || u.Fragment != "" ||
		!strings.HasPrefix(u.Path, "/v1.0/") {
		return nil, foreign(u.Scheme + "://" + u.Host)
	}
	return u, nil
}

// deltaPath matches the path of a link of a delta round, as it is sent. Graph
// writes ids as segments or in parentheses, and names in any case.
// https://learn.microsoft.com/graph/delta-query-messages
var deltaPath = regexp.MustCompile(
	`(?i)^/v1\.0/users(?:/([^/()']+)|\('([^/()']+)'\))/mailFolders(?:/([^/()']+)|\('([^/()']+)'\))/` +
		`messages/(?:microsoft\.graph\.)?delta(?:\(\))?$`)

// folderKey is a well-known folder of a mailbox.
type folderKey struct{ mailbox, folder string }

// leadsTo checks that a link continues a round over a well-known folder of a
// mailbox. Graph may write the id of the folder instead of its name. Then the first
// such link costs one request, which reads that id.
func (c *Client) leadsTo(ctx context.Context, mailboxID, name, link string) error {
	u, err := ours(c.root, link)
	if err != nil {
		return err
	}
	// Each id is in one of two places. Graph unescapes it once, and so do we: an
	// id that is equal then is equal for both.
	m := deltaPath.FindStringSubmatch(u.EscapedPath())
	if m == nil {
		return foreign("no round of messages")
	}
	user, badUser := url.PathUnescape(m[1] + m[2])
	folder, badFolder := url.PathUnescape(m[3] + m[4])
	query, badQuery := url.ParseQuery(u.RawQuery)
	switch {
	case badUser != nil || badFolder != nil || badQuery != nil:
		return foreign("unreadable")
	case !strings.EqualFold(user, mailboxID):
		return foreign("another mailbox")
	case query.Get("$skiptoken") == "" && query.Get("$deltatoken") == "":
		return foreign("no round of messages")
	case strings.EqualFold(folder, name):
		return nil
	}
	key := folderKey{mailboxID, name}
	id, known := c.folders.Load(key)
	if !known {
		raw, err := c.folder(ctx, mailboxID, name)
		if err != nil {
			return err
		}
		id = answer.ID(raw)
		c.folders.Store(key, id)
	}
	if id == "" || id != folder {
		return foreign("another folder")
	}
	return nil
}
